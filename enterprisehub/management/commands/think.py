"""What does an engine answer? Questions come in as lines of JSON, answers go out as lines of JSON, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.capabilities import CAPABILITIES
from enterprisehub.engines.base import Capability
from enterprisehub.errors import HubError, Invalid

Thinker = Callable[[dict[str, Any]], dict[str, Any]]


class Command(BaseCommand):
    help = (
        "Ask an engine: `think CAPABILITY < questions.jsonl > answers.jsonl`. The local engine needs no database and no "
        'services. A line that cannot be answered gives an {"error"} line in its place, and exit code 1 at the end.'
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("capability", nargs="?", help=f"one of {', '.join(sorted(CAPABILITIES))}")
        parser.add_argument("--list", action="store_true", help="print the names of the capabilities")
        parser.add_argument("--engine", choices=("local", "claude"), default="local")
        parser.add_argument("--tenant", default="", help="for --engine claude: the slug of the tenant that pays")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["list"]:
            self.stdout.write("\n".join(sorted(CAPABILITIES)))
            return
        capability = CAPABILITIES.get(options["capability"] or "")
        if capability is None:
            raise CommandError(f"The capability is one of {', '.join(sorted(CAPABILITIES))}.", returncode=2)
        if options["engine"] == "claude":
            thinker = _asking_claude(capability, options["tenant"])
        else:
            thinker = _thinking(capability)
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        if not all([self._answered(line, thinker) for line in _each(sys.stdin)]):  # noqa: C419 - every line is answered
            sys.exit(1)

    def _answered(self, line: str, thinker: Thinker) -> bool:
        try:
            found, good = thinker(_question(line)), True
        except HubError as error:
            found, good = {"error": error.message}, False
        except (TypeError, ValueError, OverflowError, RecursionError):
            found, good = {"error": "The question cannot be read; see docs/api.md for its fields."}, False
        # ASCII alone: whatever reads this line reads it whole.
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        return good


def _each(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield line.rstrip("\n")


def _question(line: str) -> dict[str, Any]:
    try:
        given = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid("The line is not JSON.") from None
    if not isinstance(given, dict):
        raise Invalid("The line is not a JSON object.")
    return given


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _thinking(capability: Capability[Any, Any]) -> Thinker:
    warm = False

    def think(given: dict[str, Any]) -> dict[str, Any]:
        nonlocal warm
        question = _parsed(capability, given)
        if not warm:  # the first answer loads the tables; the time that is told is that of thinking
            capability.local(question)
            warm = True
        started = perf_counter()
        value = capability.local(question)
        spent = (perf_counter() - started) * 1000
        return {**_rendered(capability, value), "ms": round(spent, 3)}

    return think


def _asking_claude(capability: Capability[Any, Any], slug: str) -> Thinker:
    """Through the gate, in the name of a tenant: its budget, its policies, its ledger."""
    import django

    django.setup()
    from enterprisehub.engines.gate import ask  # these need the apps, which the local engine does without
    from enterprisehub.tenants.models import Tenant
    from enterprisehub.tenants.scope import named, unscoped

    with unscoped("the tenant who pays is named on the command line"):
        tenant = Tenant.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if tenant is None:
        raise CommandError("Name the tenant who pays: --tenant SLUG.", returncode=2)

    def think(given: dict[str, Any]) -> dict[str, Any]:
        question = _parsed(capability, given)
        with named(tenant):
            answer = ask(capability, question)
        told = {"source": answer.source, "outcome": str(answer.outcome), "ms": round(answer.ms, 3)}
        return {**_rendered(capability, answer.value), **told}

    return think


def _parsed(capability: Capability[Any, Any], given: dict[str, Any]) -> Any:
    if capability.parse is None:
        raise Invalid("This capability takes no JSON.")
    return capability.parse(given)


def _rendered(capability: Capability[Any, Any], value: Any) -> dict[str, Any]:
    return capability.render(value) if capability.render else {}
