"""By what may this person filter, and is what they asked for theirs to see?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from analytics.models import Daily, EventKind
from analytics.ranges import LABELS, Asked
from analytics.services import seen
from coaching.kinds import KINDS
from coaching.kinds import LABELS as KIND_LABELS
from coaching.models import CardSource
from enterprisehub.errors import NotFound
from enterprisehub.tenants.access import may
from enterprisehub.tenants.models import Membership, Team, Vertical
from leads.models import Medium

LANGUAGES = {"en": "English", "es": "Spanish"}
LABEL_OF = {
    "card_kind": "Card kind", "playbook_version": "Playbook", "prompt_version": "Prompt", "vertical": "Vertical",
    "language": "Language", "engine": "Engine", "medium": "Medium",
}  # fmt: skip
ENGINE_OF = dict(CardSource.choices)


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str

    @property
    def shown(self) -> str:
        return next((told for value, told in self.options if value == self.chosen), self.chosen)


def checked(membership: Membership, asked: Asked) -> Asked:
    """The same question, unless it names an agent or a team whose figures are not this person's to see."""
    if asked.agent is not None:
        seen.agent(membership, asked.agent)
    if asked.team is not None and asked.team not in {pk for pk, _ in teams(membership)}:
        raise NotFound("There is no such team.")
    return asked


def teams(membership: Membership) -> list[tuple[UUID, str]]:
    """Every team, or those that a team lead leads."""
    rows = Team.objects.order_by("name")
    if not may(membership.role, "analytics.read.agents"):
        rows = rows.filter(lead_member=membership)
    return list(rows.values_list("pk", "name"))


def selects(membership: Membership, asked: Asked) -> list[Select]:
    """One select per filter; a version that no card of these days has is not offered."""
    chosen = dict(asked.by)
    people = [(str(one.pk), one.display_name) for one in seen.agents(membership)]
    found = [
        Select("team", "Team", [(str(pk), name) for pk, name in teams(membership)], str(asked.team or "")),
        Select("agent", "Agent", people, str(asked.agent or "")),
    ]
    options = {
        "card_kind": [(kind, kind_label(kind)) for kind in KINDS],
        "vertical": list(Vertical.choices),
        "language": list(LANGUAGES.items()),
        "engine": list(CardSource.choices),
        "medium": list(Medium.choices),
        **_versions(asked),
    }
    found += [Select(name, label, options[name], chosen.get(name, "")) for name, label in LABEL_OF.items()]
    return [one for one in found if one.options or one.chosen]


def kind_label(kind: str) -> str:
    return KIND_LABELS.get(kind) or kind.replace("_", " ").capitalize()


def spans() -> list[tuple[str, str]]:
    return list(LABELS.items())


def link(asked: Asked, **further: str) -> str:
    """The question as it stands in a URL."""
    given: dict[str, str] = {} if asked.span == "custom" else {"range": asked.span}
    if asked.span == "custom":
        given = {"from": asked.range.first.isoformat(), "to": asked.range.last.isoformat()}
    given |= {"agent": str(asked.agent)} if asked.agent else {}
    given |= {"team": str(asked.team)} if asked.team else {}
    return urlencode(given | dict(asked.by) | further)


def _versions(asked: Asked) -> dict[str, list[tuple[str, str]]]:
    rows = Daily.objects.filter(kind=EventKind.CARD_SHOWN, day__gte=asked.range.first, day__lte=asked.range.last)
    pairs = set(rows.order_by().values_list("playbook_version", "prompt_version").distinct())
    playbooks = sorted({playbook for playbook, _ in pairs if playbook})
    prompts = sorted({prompt for _, prompt in pairs if prompt})
    return {
        "playbook_version": [(one, one[:24]) for one in playbooks],
        "prompt_version": [(one, one[:24]) for one in prompts],
    }
