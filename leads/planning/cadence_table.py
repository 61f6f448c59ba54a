"""Which cadences does a tenant work with? Ours, with its own over them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any


def table(own: Mapping[str, Any]) -> Mapping[str, Any]:
    """data/cadences.json with the tenant's own cadences, rules of choice and pause over it; what cannot be read is left out."""
    base = _base()
    cadences = {**base["cadences"], **_own_cadences(own)}
    given = own.get("choose")
    own_rules = [rule for rule in given if _is_rule(rule, cadences)] if isinstance(given, list) else []
    pause = own.get("pause_days", base["pause_days"])
    quota = own.get("quota")
    return {
        "cadences": cadences,
        "choose": [*own_rules, *base["choose"]],
        "pause_days": pause if isinstance(pause, int) and 0 <= pause <= 60 else base["pause_days"],
        "quota": {**base["quota"], **(_numbers(quota) if isinstance(quota, dict) else {})},
    }


def _own_cadences(own: Mapping[str, Any]) -> dict[str, Any]:
    given = own.get("cadences")
    return {str(name): one for name, one in given.items() if _is_cadence(one)} if isinstance(given, dict) else {}


def _is_cadence(given: Any) -> bool:
    if not isinstance(given, dict) or given.get("from") not in ("began", "since", "last_contact", "appointment"):
        return False
    steps, every = given.get("steps"), given.get("every_days", 1)
    if not isinstance(steps, list) or not steps or not isinstance(every, int) or not 1 <= every <= 400:
        return False
    needed = {"appointment": ("hours_before",), "last_contact": ()}.get(given["from"], ("day", "after_minutes"))
    if given["from"] == "last_contact" and "every_days" not in given:
        return False
    return all(_is_step(step, needed if "every_days" not in given else ()) for step in steps)


def _is_step(given: Any, needed: tuple[str, ...]) -> bool:
    if not isinstance(given, dict) or not isinstance(given.get("verb"), str) or not given["verb"]:
        return False
    numbers = [given[name] for name in needed if name in given]
    good = all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 600_000 for one in numbers)
    return good and (bool(numbers) or not needed) and given.get("medium", "sms") in ("sms", "email", "call", "chat")


def _is_rule(given: Any, cadences: Mapping[str, Any]) -> bool:
    return (
        isinstance(given, dict)
        and given.get("cadence") in cadences
        and all(isinstance(value, list) for name, value in given.items() if name != "cadence")
    )


def _numbers(given: Mapping[str, Any]) -> dict[str, int]:
    return {
        str(name): value
        for name, value in given.items()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000
    }


@lru_cache(maxsize=1)
def _base() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(resources.files("leads").joinpath("data", "cadences.json").read_text("utf-8"))
    return read
