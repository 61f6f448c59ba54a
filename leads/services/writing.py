"""How do a lead, its new facts and its moves reach Postgres at one stroke? Wave one has one query left for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from uuid_utils.compat import uuid7

from enterprisehub.tenants.scope import current
from leads.models import Message, StageMove
from leads.profile import Entry


def write(
    message: Message,
    settled: Mapping[str, Any],
    *,
    changes: Iterable[tuple[str, Entry]],
    moves: Sequence[Mapping[str, Any]],
) -> None:
    """What these words changed of their lead: its profile and `settled` columns, a row for each fact and each move."""
    lead = message.conversation.lead
    facts = [{**entry, "id": str(uuid7()), "change": change} for change, entry in changes]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "tenant": current(),
                "lead": lead.pk,
                "at": message.at,
                "facts": json.dumps(facts),
                "moves": json.dumps(moves),
                "profile": json.dumps(lead.profile),
                **settled,
                "score_told": json.dumps(settled["score_told"]),
            },
        )


_WRITE = f"""
    WITH told AS (
        INSERT INTO leads_slotfact (id, tenant_id, lead_id, message_id, name, value, earlier, unit, quote, start, "end",
            confidence, extractor, offered, change, at)
        SELECT id, %(tenant)s, %(lead)s, message, name, value, nullif(earlier, 'null'::jsonb), unit, quote, start, "end",
            confidence, extractor, offered, change, %(at)s
        FROM jsonb_to_recordset(%(facts)s::jsonb) AS f(id uuid, message uuid, name text, value jsonb, earlier jsonb,
            unit text, quote text, start int, "end" int, confidence float, extractor text, offered bool, change text)),
    moved AS (
        INSERT INTO leads_stagemove (id, tenant_id, lead_id, from_stage, to_stage, from_overlay, to_overlay, mover, reason,
            evidence, at)
        SELECT id, %(tenant)s, %(lead)s, from_stage, to_stage, from_overlay, to_overlay, '{StageMove.Mover.RULE}', reason,
            evidence, %(at)s
        FROM jsonb_to_recordset(%(moves)s::jsonb) AS m(id uuid, from_stage text, to_stage text, from_overlay text,
            to_overlay text, reason text, evidence jsonb))
    UPDATE leads_lead SET profile = %(profile)s, completeness = %(completeness)s, stage = %(stage)s,
        stage_since = %(stage_since)s, overlay = %(overlay)s, overlay_reason = %(overlay_reason)s, hand_off = %(hand_off)s,
        score = %(score)s, score_told = %(score_told)s
    WHERE id = %(lead)s AND tenant_id = %(tenant)s
"""  # noqa: S608 - a constant of our own
