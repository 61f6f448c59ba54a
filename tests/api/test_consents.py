"""A program asks whether a lead may be contacted, keeps the ledger of consent, and says that somebody wants to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from leads.models import Consent, Lead, Message
from tests.api.programs import CONSENTS, LEADS_READ, Program, browser
from tests.world import World

SHOWN = "I agree to receive texts about homes from Oakwood Realty."


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, *CONSENTS)


@pytest.fixture
def lead(world: World) -> Lead:
    found: Lead = world.conversation(world.alice).lead
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=found.pk).update(phone="+1 512 555 0100", email="pat@example.com")
    return found


def test_each_medium_is_told_with_its_reason_and_its_rule(program: Program, lead: Lead) -> None:
    answer = program.get(f"/leads/{lead.pk}/may-contact")
    assert answer.status_code == 200, answer.content
    told = {row["medium"]: row for row in answer.json()["verdicts"]}
    assert told["sms"]["reason"] == "not_registered"
    assert told["call"]["reason"] == "no_consent"
    assert told["email"]["reason"] == "no_postal_address"
    assert told["chat"]["reason"] == "no_chat"
    assert told["call"]["rule"]["source"].startswith("47 CFR")
    assert answer.json()["states"] == ["TX"]


def test_who_asked_may_be_called_by_hand_and_no_program_may_call(program: Program, world: World, lead: Lead) -> None:
    world.says(world.alice, lead, "Is the house on Elm still for sale?")
    with scope(world.oakwood.pk):
        Message.objects.filter(lead=lead).update(at=datetime(2026, 11, 3, 18, 0, tzinfo=UTC))
    query = {"medium": "call", "at": "2026-11-25T18:00:00Z"}
    (told,) = program.get(f"/leads/{lead.pk}/may-contact", **query).json()["verdicts"]
    assert (told["allow"], told["by_hand"], told["reason"]) == (True, True, "inquiry_call")
    assert told["until"] == "2027-02-03T18:00:00Z"
    assert "exemption for an inquiry lasts until 3 Feb 2027" in told["words"]


def test_another_moment_may_be_asked_for(program: Program, lead: Lead) -> None:
    program.post(f"/leads/{lead.pk}/consents", {"medium": "call", "text": SHOWN, "source": "form"})
    query = {"medium": "call", "at": "2099-11-25T05:00:00Z"}
    (told,) = program.get(f"/leads/{lead.pk}/may-contact", **query).json()["verdicts"]
    assert (told["reason"], told["next_at"]) == ("quiet_hours", "2099-11-25T15:00:00Z")


def test_a_consent_goes_into_the_ledger_once_with_what_they_were_shown(program: Program, lead: Lead) -> None:
    body = {"medium": "sms", "text": SHOWN, "text_version": "2026-11", "source": "form"}
    key = {"Idempotency-Key": uuid4().hex}
    first, again = (program.post(f"/leads/{lead.pk}/consents", body, **key) for _ in range(2))
    assert first.status_code == again.status_code == 201, first.content
    assert first.json() == again.json()
    (line,) = program.get(f"/leads/{lead.pk}/consents").json()["results"]
    assert (line["given"], line["text"], line["text_version"], line["source"]) == (True, SHOWN, "2026-11", "form")


def test_an_opt_out_freezes_the_lead_and_only_a_documented_consent_thaws_it(
    world: World, program: Program, lead: Lead
) -> None:
    answer = program.post(f"/leads/{lead.pk}/opt-out", {"quote": "lose my number", "source": "phone"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["overlay"] == "dnc"
    assert answer.json()["consent"]["purpose"] == "opt_out"
    assert not any(row["allow"] for row in program.get(f"/leads/{lead.pk}/may-contact").json()["verdicts"])
    assert program.post(f"/leads/{lead.pk}/consents", {"medium": "any"}).status_code == 400
    assert program.post(f"/leads/{lead.pk}/consents", {"medium": "any", "text": SHOWN}).status_code == 201
    with scope(world.oakwood.pk):
        assert Lead.objects.get(pk=lead.pk).overlay == "none"
        assert Consent.objects.filter(lead=lead).count() == 2
        assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"consent.take_back", "consent.give"}
        assert "lose my number" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    "body",
    [{"medium": "pigeon"}, {"purpose": "opt_out"}, {"at": "2999-01-01T00:00:00Z"}, {"given": "x"}, {"nonsense": 1}],
)
def test_what_cannot_be_meant_is_refused_with_the_field(program: Program, lead: Lead, body: dict[str, object]) -> None:
    answer = program.post(f"/leads/{lead.pk}/consents", {"text": SHOWN, **body})
    assert answer.status_code == 400
    assert set(body) <= set(str(answer.json()).replace("'", " ").split()) | set(body)


def test_a_key_without_the_scope_and_an_auditor_write_nothing(world: World, lead: Lead) -> None:
    assert Program(world.alice, LEADS_READ).get(f"/leads/{lead.pk}/consents").status_code == 403
    assert browser(world.rita).get(f"/leads/{lead.pk}/consents").status_code == 200
    assert browser(world.rita).post(f"/leads/{lead.pk}/opt-out").status_code == 403


def test_bobs_key_does_not_see_alices_lead(world: World, lead: Lead) -> None:
    bob = Program(world.bob, *CONSENTS)
    assert bob.get(f"/leads/{lead.pk}/may-contact").status_code == 404
    assert bob.post(f"/leads/{lead.pk}/opt-out").status_code == 404
