"""What is written into the CRM about a lead: does it give its reasons, mark itself, and leave what belongs to others alone?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leads.crm.writing import FIELDS, MARK, MAX_NOTE, PREFIX, Picture, Reason, fields, note, tags

PICTURE = Picture(
    stage="under_contract",
    completeness=0.456,
    score=0.314,
    urgency="high",
    urgent_because="the lease ends on 30 June",
    goal="Agree on a tour",
    next_action="Call about the tour",
    due=datetime(2026, 6, 1, 9, 0, tzinfo=ZoneInfo("America/Denver")),
    hand_off="legal_advice",
    reasons=[Reason("price range", "up to  450k"), Reason("property to sell")],
    risks=[Reason("talks with another agent", "my cousin sells too")],
)


def test_every_tag_is_recognisably_ours() -> None:
    assert tags(PICTURE) == {"eh-stage-under-contract", "eh-urgent", "eh-person-needed"}
    assert tags(Picture(stage="new", overlay="dnc")) == {"eh-stage-new", "eh-dnc"}
    assert all(tag.startswith(PREFIX) for tag in tags(PICTURE))


def test_fields_hold_numbers_for_people() -> None:
    written = fields(PICTURE)
    assert written.keys() == FIELDS.keys()
    assert (written["completeness"], written["score"], written["stage"]) == ("46", "31", "under contract")
    assert written["next_action"] == "Call about the tour (by Mon 01 Jun 2026, 09:00 MDT)"


def test_no_score_empties_the_field_instead_of_leaving_an_old_number() -> None:
    assert fields(replace(PICTURE, score=None))["score"] == ""
    assert "too little is known" in note(replace(PICTURE, score=None))


def test_the_note_says_who_wrote_it_and_quotes_the_prospect() -> None:
    told = note(PICTURE)
    assert told.startswith(MARK)
    assert "- price range: “up to 450k”" in told
    assert "- property to sell\n" in told
    assert "Risks:\n- talks with another agent: “my cousin sells too”" in told
    assert "the lease ends on 30 June" in told


def test_the_note_has_an_end() -> None:
    many = [Reason(f"slot {number}", "w" * 900) for number in range(200)]
    told = note(replace(PICTURE, reasons=many, risks=many, opportunities=many))
    assert len(told) <= MAX_NOTE
    assert told.splitlines()[-1].startswith("- slot")
