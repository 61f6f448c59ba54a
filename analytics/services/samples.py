"""Who reads the samples behind the findings: the local patterns alone, or Claude too, in a batch that may take its time?"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from analytics.effectiveness import WORDS, Finding
from analytics.models import Analysis
from analytics.ranges import Range
from analytics.reading import SAMPLES, Pattern, Samples
from analytics.services.market import between
from coaching.models import Suggestion
from enterprisehub.engines import batching
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.batching import Put, Sent
from enterprisehub.engines.calls import Unsent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later

READ: Final = 6  # findings whose samples are read
TALKS: Final = 12  # of each
FEWEST: Final = 4
WHY: Final = {
    Outcome.NO_KEY: "there is no key",
    Outcome.AI_OFF: "it is switched off",
    Outcome.BUDGET: "the budget is spent",
}
NOT_REACHED: Final = "it could not be reached"


def read(analysis: UUID, days: Range, result: dict[str, Any]) -> dict[str, Any]:
    """The local patterns, and a batch for Claude that is fetched later where there is something to read. Runs named."""
    told: dict[str, Any] = {"by": "local", "patterns": _local(result)}
    with scope(current()):
        chosen = _chosen(days, result.get("_findings", ()))
        puts = _puts(chosen)
    if not puts:
        return {**told, "why": "no samples behind a clear finding"}
    sent = batching.send(SAMPLES, puts)
    if isinstance(sent, Outcome):
        return {**told, "why": WHY.get(sent, NOT_REACHED)}
    with scope(current()):
        Analysis.objects.filter(pk=analysis).update(batch=sent.batch, batch_state="in_progress")
    return {**told, "why": "it is reading, which may take a day", "asked": chosen, "sent": sent.kept()}


def _local(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": text, "quotes": []} for text in result.get("patterns", [])]


def _chosen(days: Range, findings: tuple[Finding, ...]) -> dict[str, dict[str, Any]]:
    """Which cards are the samples of which finding, by a name for each; ids only, so that it can wait in a row."""
    clear = [one for one in findings if one.verdict in ("high", "low") and one.thing.sort in ("kind", "line")]
    found = {}
    for number, one in enumerate(clear[:READ]):
        cards = Suggestion.objects.filter(shown=True, kind=one.thing.card_kind, **between(days))
        if one.thing.sort == "line":
            cards = cards.filter(line_ids__contains=[one.thing.key])
        ids = [str(pk) for pk in cards.order_by("-created_at", "pk").values_list("pk", flat=True)[:TALKS]]
        if len(ids) >= FEWEST:
            told = {"kind": one.thing.card_kind, "what": one.thing.key, "verdict": one.verdict, "outcome": one.outcome}
            found[f"finding-{number}"] = {**told, "cards": ids}
    return found


def _puts(chosen: dict[str, dict[str, Any]]) -> dict[str, Put]:
    return {name: _put(one) for name, one in chosen.items()}


def _put(one: dict[str, Any]) -> Put:
    rows = Suggestion.objects.filter(pk__in=one["cards"]).select_related("message", "agent", "conversation__lead")
    by = {str(row.pk): row for row in rows}
    cards = [by[pk] for pk in one["cards"] if pk in by]  # a lead that was erased since is not read
    names = [name for card in cards for name in (card.conversation.lead.name, card.agent.display_name) if name]
    talks = tuple((card.message.text, card.say) for card in cards)
    samples = Samples(one["kind"], one["what"], one["verdict"], WORDS[one["outcome"]], talks)
    return Put(samples, tuple(dict.fromkeys(names)))


def wake() -> int:
    """Ask for a look at each tenant's open batches; how many tenants have one."""
    with unscoped("batches of every tenant are looked at"):
        open_ = Analysis.objects.filter(batch_state="in_progress", state=Analysis.State.DONE).order_by()
        tenants = list(Tenant.objects.filter(pk__in=open_.values("tenant")).values_list("pk", flat=True))
    for tenant in tenants:
        with scope(tenant):
            later("analytics.fetch_samples", durable=False)
    return len(tenants)


def fetch() -> int:
    """Take in what Claude read in the batches that have ended; how many those were. Runs named."""
    with scope(current()):
        rows = list(Analysis.objects.filter(batch_state="in_progress", state=Analysis.State.DONE))
    return sum(_fetched(row) for row in rows)


def _fetched(row: Analysis) -> bool:
    told = row.result["samples"]
    sent = Sent.of(told["sent"])
    with scope(current()):
        puts = _puts(told["asked"])
    try:
        if not batching.ended(sent):
            return False
        if not _mine(row.pk):
            return False
        found = batching.collect(SAMPLES, puts, sent, subject=str(row.pk))
    except (Unsent, TimeoutError) as error:
        gone = isinstance(error, Unsent) and error.call.status == 404
        if gone:
            batching.abandon(sent)
        with scope(current()):
            state = "gone" if gone else "in_progress"
            Analysis.objects.filter(pk=row.pk).update(batch_state=state)
        return False
    _keep(row, told, found)
    return True


def _mine(pk: UUID) -> bool:
    """Only one worker takes the answers in: what was booked is not booked twice."""
    with scope(current()):
        return Analysis.objects.filter(pk=pk, batch_state="in_progress").update(batch_state="fetching") == 1


def _keep(row: Analysis, told: dict[str, Any], found: dict[str, Pattern]) -> None:
    read_ = [{"text": one.text, "quotes": list(one.quotes)} for _, one in sorted(found.items())]
    samples = {"by": "claude" if read_ else "local", "patterns": [*told["patterns"], *read_], "asked": told["asked"]}
    if not read_:
        samples["why"] = "nothing that it wrote was borne out by what was said"
    with scope(current()):
        Analysis.objects.filter(pk=row.pk).update(
            result={**row.result, "samples": samples}, read_by=samples["by"], batch="", batch_state="ended"
        )
