"""What do the admin's pages say of a scoring model, and in which words?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from leads.learning.page import bars, level, placed
from leads.models import ScoringModel

JUDGED: Final = (ScoringModel.State.READY, ScoringModel.State.LIVE, ScoringModel.State.RETIRED)
UNDERWAY: Final = (ScoringModel.State.WAITING, ScoringModel.State.TRAINING)
NEWEST: Final = "newest leads"
# What is said to whoever trains by command has no meaning on a page.
_COMMAND: Final = re.compile(r" \((?:--allow .*? uses it all the same|name --time if it is not)\)")


def told(row: ScoringModel) -> dict[str, Any]:
    """What the templates of the card draw."""
    card = _plain(row.card) if row.state in JUDGED else {}
    newest = newest_of(row)
    return {
        "row": row,
        "card": card,
        "underway": row.state in UNDERWAY,
        "figures": _figures(card),
        "tiles": _tiles(card, newest),
        "dots": placed(card.get("calibration", ())),
        "bars": bars(card.get("tenths", ())),
        "average": level(newest["converted"] / max(newest["rows"], 1)) if newest else "",
        "live": card.get("live", {}),
        "risks": card.get("proxies", ()),
    }


def newest_of(row: ScoringModel) -> dict[str, Any]:
    """The figures on the newest leads, {} when it was not measured."""
    found: dict[str, Any] = row.card.get("figures", {}).get(NEWEST, {})
    return found


def auc_of(row: ScoringModel) -> str:
    """The AUC with its interval, "" when it was not measured."""
    figure = newest_of(row).get("AUC")
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]" if figure else ""


def measures(rows: list[ScoringModel]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each measure that one of the models has, with the figure of each."""
    named = [name for row in rows for name, figure in newest_of(row).items() if isinstance(figure, dict)]
    return [(name, [newest_of(row).get(name, {}) for row in rows]) for name in dict.fromkeys(named)]


def _figures(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "when": when, "rows": measured["rows"], "converted": measured["converted"], **figure}
        for when, measured in card.get("figures", {}).items()
        for name, figure in measured.items()
        if isinstance(figure, dict)
    ]


def _tiles(card: Mapping[str, Any], newest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The four figures that a person decides by, each with what it means."""
    if not newest or not card:
        return []
    said = card["decisions"][NEWEST]
    count, right = said["yes"] + said["no"], said["yes_right"] + said["no_right"]
    return [
        _tile("AUC", newest["AUC"], "how often a lead that converted stands above one that did not; .5 is chance"),
        _tile("ECE", newest["ECE"], "how far its percentages lie from what happened, on average; 0 is perfect"),
        _tile("Lift at 10 %", newest["lift@10%"], "times as often the surest tenth converts as all do"),
        {
            "name": "Decided by itself",
            "value": f"{count / max(said['rows'], 1):.0%}",
            "range": f"{right} of {count} rightly" if count else "it always leaves it to a person",
            "words": "of the newest leads, by bounds fixed on older ones",
        },
    ]


def _tile(name: str, figure: Mapping[str, float], words: str) -> dict[str, str]:
    between = f"{figure['low']:.3f} to {figure['high']:.3f}"
    return {"name": name, "value": f"{figure['value']:.3f}", "range": between, "words": words}


def _plain(value: Any) -> Any:
    """The card without the options of the command."""
    if isinstance(value, str):
        return _COMMAND.sub("", value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
