"""Where does everybody go who wants to reach a prospect, or who hears that one may, or may not, be reached?

`verdict` asks, `send` sends (there is no other way), `give` and `take_back` keep the ledger.
"""

from __future__ import annotations

from django.db import transaction

from leads.models import Consent, Lead
from leads.services import consents
from leads.services.consents import Statement, lines, linked
from leads.services.dnd import highlevel_dnd
from leads.services.learning import SETTLED, recent, settle
from leads.services.reachable import facts_of, verdict
from leads.services.sending import WordsToSend, send, settled, still

__all__ = [
    "Statement", "WordsToSend", "facts_of", "give", "highlevel_dnd", "lines", "linked", "send", "settled", "still", "take_back", "verdict",
    "wrong_number",
]  # fmt: skip


@transaction.atomic
def give(lead: Lead, said: Statement) -> Consent:
    """A person or a form says that they agreed; the score follows when that thaws the lead."""
    before = lead.overlay
    line = consents.give(lead, said)
    _settle(lead, before)
    return line


@transaction.atomic
def take_back(lead: Lead, said: Statement, *, confirm: bool = False) -> Consent:
    """A person or a form says that they took it back; an opt-out (purpose `opt_out`) stops everything."""
    before = lead.overlay
    line = consents.take_back(lead, said, confirm=confirm)
    _settle(lead, before)
    return line


@transaction.atomic
def wrong_number(lead: Lead) -> Lead:
    """The number on record is somebody else's."""
    return consents.wrong_number(lead)


def _settle(lead: Lead, before: str) -> None:
    if lead.overlay != before:
        settle(lead, history=recent(lead))
        lead.save(update_fields=[*SETTLED])
