"""How do leads leave as a file that a spreadsheet opens, however many they are?"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from enterprisehub.privacy.audit import Actor, record
from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.scope import scope
from leads.importing.rows import neutral
from leads.lists import listing as lists
from leads.lists.bulk import Chosen
from leads.lists.listing import Reader
from leads.lists.wanted import Place
from leads.models import Lead

HEADER = (
    "Name", "Email", "Phone", "Contact ID", "Stage", "Overlay", "Side", "Vertical", "Language", "Time zone", "Source",
    "Agent email", "Completeness %", "Chance to close %", "Hand-off", "Came", "Last spoken",
)  # fmt: skip
MARK = "\ufeff"  # tells Excel that the file is UTF-8


async def stream(tenant_id: UUID, reader: Reader, chosen: Chosen, actor: Actor) -> AsyncIterator[bytes]:
    """The file, piece by piece. It is sent after the request's own scope has closed: each piece opens the tenant's again."""
    yield (MARK + written([HEADER])).encode()
    place: Place | None = None
    count, more = 0, True
    while more:
        rows, place = await in_thread(_piece, tenant_id, reader, chosen, place)
        count += len(rows)
        more = place is not None
        if rows:
            yield written(rows).encode()
    await in_thread(_note, tenant_id, actor, count)


def written(rows: Iterable[Iterable[str]]) -> str:
    """The rows as CSV, nothing in it that a spreadsheet would calculate."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()


def _piece(
    tenant_id: UUID, reader: Reader, chosen: Chosen, place: Place | None
) -> tuple[list[tuple[str, ...]], Place | None]:
    with scope(tenant_id):
        leads, after = lists.batch(reader, chosen.wish, place, ids=chosen.ids)
        return [_row(lead) for lead in leads], after


def _row(lead: Lead) -> tuple[str, ...]:
    return (
        lead.name, lead.email, lead.phone, lead.contact_id, lead.get_stage_display(),
        lead.get_overlay_display() if lead.overlay != "none" else "", lead.get_side_display(), lead.get_vertical_display(),
        lead.language, lead.timezone, lead.source, lead.agent.user.email if lead.agent else "",
        f"{lead.completeness * 100:.0f}", "" if lead.score is None else f"{lead.score * 100:.0f}", lead.hand_off,
        f"{lead.created_at:%Y-%m-%d %H:%M}", f"{lead.spoken_at:%Y-%m-%d %H:%M}",
    )  # fmt: skip


def _note(tenant_id: UUID, actor: Actor, count: int) -> None:
    with scope(tenant_id):
        record("leads.export.done", "leads", actor=actor, rows=count)
