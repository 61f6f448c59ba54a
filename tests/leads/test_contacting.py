"""Does everything that goes to a prospect pass the gate, and does a "stop" stop it at once, here and in HighLevel?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.utils.timezone import now

from coaching.services.hearing import Words, hear
from enterprisehub import webhooks
from enterprisehub.errors import Invalid
from enterprisehub.ghl.models import OutboundCall, State
from enterprisehub.privacy.models import AuditEvent
from leads.models import Action, ActionPlan, ActionState, Consent, Lead, Message, Overlay, Purpose, StageMove
from leads.services import contacting, moving
from leads.services.contacting import Statement, WordsToSend
from tests.leads.reach import AGREED, NOON, OPEN, registered
from tests.world import World


@pytest.fixture
def world(db: None) -> Iterator[World]:
    yield from registered()


@pytest.fixture
def pat(world: World) -> Lead:
    """A prospect in Austin who agreed to texts in writing."""
    lead: Lead = world.conversation(world.alice).lead
    Lead.objects.filter(pk=lead.pk).update(phone="+15125550100", email="pat@example.com", contact_id="hl-pat")
    lead.refresh_from_db()
    contacting.give(lead, AGREED)
    return lead


def text(key: str = "k1", **more: str) -> WordsToSend:
    return WordsToSend(**{"medium": "sms", "text": "Two homes came up near the park.", "key": key, **more})  # type: ignore[arg-type]


def sent() -> list[OutboundCall]:
    return list(OutboundCall.objects.filter(operation="message.send").order_by("id"))


def arrive(call: OutboundCall) -> Message | None:
    """HighLevel took it."""
    call.state, call.done_at = State.DONE, now()
    call.save()
    return contacting.settled(call)


def test_who_agreed_in_writing_gets_a_text_by_day(pat: Lead) -> None:
    told = contacting.send(pat, text())
    assert (told.allow, told.reason) == (True, "ok")
    (call,) = sent()
    assert call.contact_id == "hl-pat"
    assert call.arguments == {"type": "SMS", "message": "Two homes came up near the park."}


def test_the_decision_is_in_the_audit_trail_without_a_word_of_theirs_or_ours(pat: Lead) -> None:
    contacting.send(pat, text())
    contacting.send(pat, text("k2"))
    rows = list(AuditEvent.objects.filter(verb="contact.send").order_by("at", "id").values_list("facts", flat=True))
    assert [(row["allow"], row["reason"]) for row in rows] == [(True, "ok"), (False, "daily_cap")]
    assert "park" not in str(rows)
    assert "5550100" not in str(rows)


def test_the_same_key_is_sent_once(pat: Lead) -> None:
    assert contacting.send(pat, text()).allow
    assert contacting.send(pat, text()).allow
    assert len(sent()) == 1


def test_what_is_on_its_way_counts_against_the_limit(pat: Lead) -> None:
    contacting.send(pat, text())
    told = contacting.send(pat, text("k2"))
    assert (told.reason, told.next_at) == ("daily_cap", NOON + timedelta(days=1))


def test_what_highlevel_took_joins_the_conversation_once(pat: Lead) -> None:
    contacting.send(pat, text())
    message = arrive(sent()[0])
    assert message is not None
    assert (message.speaker, message.text) == ("agent", "Two homes came up near the park.")
    assert contacting.settled(sent()[0]) == message
    assert contacting.verdict(pat, medium="sms", purpose="marketing").reason == "daily_cap"


def test_what_highlevel_would_not_take_is_nobodys_words(pat: Lead) -> None:
    contacting.send(pat, text())
    call = sent()[0]
    call.state = State.DEAD
    assert contacting.settled(call) is None
    assert not Message.objects.filter(speaker="agent").exists()


def test_an_opt_out_stops_what_waits_and_tells_highlevel(world: World, pat: Lead) -> None:
    contacting.send(pat, text())
    plan = ActionPlan.objects.create(lead=pat, goal="g", expires_at=now())
    action = Action.objects.create(plan=plan, lead=pat, key="a", verb="text", medium="sms", title="t", due_at=now())
    review = Action.objects.create(plan=plan, lead=pat, key="b", verb="review", title="t", due_at=now())
    contacting.take_back(pat, Statement(source="agent", purpose="opt_out", by=world.alice.membership))
    pat.refresh_from_db()
    assert pat.overlay == Overlay.DNC
    assert pat.dnd["any"]["by"] == "opt_out"
    assert Action.objects.get(pk=action.pk).state == ActionState.DENIED
    assert Action.objects.get(pk=review.pk).state == ActionState.PROPOSED
    assert OutboundCall.objects.get(operation="message.send").state == State.IGNORED
    dnd = OutboundCall.objects.get(operation="contact.dnd")
    assert (dnd.contact_id, dnd.arguments) == ("hl-pat", {"dnd": True})
    assert StageMove.objects.filter(lead=pat, to_overlay="dnc").count() == 1
    assert contacting.send(pat, text("k2")).reason == "opted_out"


def test_a_new_consent_after_an_opt_out_needs_what_they_were_shown(world: World, pat: Lead) -> None:
    contacting.take_back(pat, Statement(source="agent", purpose=Purpose.OPT_OUT))
    with pytest.raises(Invalid):
        contacting.give(pat, Statement(source="agent", medium="sms"))
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        contacting.give(pat, AGREED)
        assert pat.overlay == Overlay.NONE
        assert contacting.verdict(pat, medium="sms", purpose="marketing").allow
        assert contacting.verdict(pat, medium="email", purpose="marketing").reason == "opted_out"


def test_an_offer_by_mail_ends_with_the_address_and_the_way_out(pat: Lead) -> None:
    contacting.send(pat, text(medium="email", subject="Two <homes>", text="Hello\n\nTwo <b>homes</b>."))
    (call,) = sent()
    assert call.arguments["type"] == "Email"
    assert "1 Oak Street, Austin, TX 78701" in call.arguments["html"]
    assert "unsubscribe" in call.arguments["html"]
    assert "&lt;b&gt;homes" in call.arguments["html"]


def test_without_a_postal_address_no_offer_goes_by_mail(world: World, pat: Lead) -> None:
    world.oakwood.settings = {"contact": {"ten_dlc": "registered"}}
    world.oakwood.save()
    told = contacting.send(pat, text(medium="email", subject="s"))
    assert told.reason == "no_postal_address"
    assert not sent()


def test_a_wrong_number_closes_the_number_and_not_the_person(pat: Lead) -> None:
    contacting.wrong_number(pat)
    assert contacting.verdict(pat, medium="sms", purpose="marketing").reason == "wrong_number"
    pat.phone = "+15125550111"
    assert contacting.verdict(pat, medium="sms", purpose="marketing").allow


def test_the_ledger_only_grows(pat: Lead) -> None:
    contacting.take_back(pat, Statement(source="agent", purpose="marketing", medium="sms"))
    assert Consent.objects.filter(lead=pat).count() == 2
    assert pat.overlay == Overlay.NONE
    assert contacting.verdict(pat, medium="sms", purpose="marketing").reason == "opted_out"


# The prospect's own words.


def says(world: World, lead: Lead, words: str, medium: str = "sms") -> None:
    hear(world.alice.agent, Words(lead.pk, words, uuid4().hex, medium=medium))
    lead.refresh_from_db()


def test_a_stop_by_text_is_written_down_mirrored_and_confirmed_once(world: World, pat: Lead) -> None:
    says(world, pat, "Please lose my number")
    line = Consent.objects.get(lead=pat, given=False)
    assert (line.medium, line.purpose, line.quote, line.source) == ("any", "opt_out", "lose my number", "message")
    assert line.message is not None
    assert (pat.overlay, pat.hand_off) == ("dnc", "opt_out")
    confirmation, dnd = OutboundCall.objects.order_by("created_at", "id")
    assert (confirmation.operation, confirmation.urgent) == ("message.send", True)
    assert "no more messages" in confirmation.arguments["message"]
    assert dnd.arguments == {"dnd": True}
    says(world, pat, "STOP")
    assert len(sent()) == 1
    assert Consent.objects.filter(lead=pat, given=False).count() == 2
    assert StageMove.objects.filter(lead=pat, to_overlay="dnc").count() == 1


def test_the_confirmation_speaks_their_language_and_may_be_switched_off(world: World, pat: Lead) -> None:
    Lead.objects.filter(pk=pat.pk).update(language="es")
    says(world, pat, "No me escriba más")
    assert "No recibirá" in sent()[0].arguments["message"]
    world.oakwood.settings = {"contact": {**OPEN["contact"], "confirm_opt_out": False}}
    world.oakwood.save()
    other: Lead = world.conversation(world.alice, "Kim Roe").lead
    Lead.objects.filter(pk=other.pk).update(phone="+15125550122", contact_id="hl-kim")
    says(world, other, "STOP")
    assert len(sent()) == 1


def test_a_stop_in_the_chat_gets_no_text(world: World, pat: Lead) -> None:
    says(world, pat, "STOP", medium="chat")
    assert not sent()


def test_who_wants_no_calls_may_still_be_written_to(world: World, pat: Lead) -> None:
    says(world, pat, "Stop calling me, text only please")
    assert pat.overlay == Overlay.NONE
    assert contacting.verdict(pat, medium="call", purpose="reply").reason == "opted_out"
    assert contacting.verdict(pat, medium="sms", purpose="marketing").allow
    dnd = OutboundCall.objects.get(operation="contact.dnd")
    assert dnd.arguments["dndSettings"]["Call"]["status"] == "active"


def test_a_wrong_number_closes_the_number_too(world: World, pat: Lead) -> None:
    says(world, pat, "Sorry, wrong number")
    assert pat.dnd["sms"]["by"] == "wrong_number"
    assert pat.overlay == Overlay.INVALID


# Do-not-disturb at HighLevel.

ON, OFF = {"dnd": True}, {"dnd": False}
SMS_ON = {"dnd": False, "dndSettings": {"SMS": {"status": "active"}, "Email": {"status": "inactive"}}}


def test_highlevels_no_holds_here_and_its_yes_undoes_it(pat: Lead) -> None:
    contacting.highlevel_dnd(pat, SMS_ON, NOON)
    assert contacting.verdict(pat, medium="sms", purpose="marketing").reason == "highlevel_dnd"
    assert contacting.verdict(pat, medium="email", purpose="marketing").allow
    contacting.highlevel_dnd(pat, {"dndSettings": {"SMS": {"status": "inactive"}}}, NOON + timedelta(minutes=1))
    assert contacting.verdict(pat, medium="sms", purpose="marketing").allow


def test_older_news_from_highlevel_changes_nothing(pat: Lead) -> None:
    contacting.highlevel_dnd(pat, ON, NOON)
    contacting.highlevel_dnd(pat, OFF, NOON - timedelta(hours=1))
    assert contacting.verdict(pat, medium="email", purpose="reply").reason == "highlevel_dnd"


def test_highlevels_yes_does_not_undo_their_own_stop(world: World, pat: Lead) -> None:
    says(world, pat, "STOP")
    contacting.highlevel_dnd(pat, OFF, NOON + timedelta(minutes=5))
    assert contacting.verdict(pat, medium="sms", purpose="reply").reason == "opted_out"
    assert OutboundCall.objects.filter(operation="contact.dnd", key__startswith="dnd:again").count() == 1


@pytest.mark.parametrize(
    "odd", [{}, {"dnd": "yes"}, {"dndSettings": []}, {"dndSettings": {"SMS": 3, "Fax": {}, "Call": {"status": 4}}}]
)
def test_what_makes_no_sense_says_nothing(pat: Lead, odd: dict[str, object]) -> None:
    contacting.highlevel_dnd(pat, odd, NOON)
    assert pat.dnd == {}


# While it waits.


def test_what_waited_into_the_night_or_past_an_opt_out_does_not_leave_any_more(pat: Lead) -> None:
    contacting.send(pat, text())
    (call,) = sent()
    assert contacting.still(call) == ""
    with time_machine.travel(NOON + timedelta(hours=10), tick=False):
        assert contacting.still(call) == "quiet_hours"
    contacting.highlevel_dnd(pat, ON, NOON)
    assert contacting.still(call) == "highlevel_dnd"
    assert (
        contacting.still(OutboundCall(operation="message.send", contact_id="hl-pat", key="k")) == "not_through_the_gate"
    )


def test_the_line_to_highlevel_asks_the_gate(pat: Lead) -> None:
    assert webhooks.still["message.send"] is contacting.still


def test_whoever_is_moved_to_do_not_contact_by_hand_gets_nothing_that_waits(world: World, pat: Lead) -> None:
    contacting.send(pat, text())
    moving.move(pat, "dnc", by=world.alice.agent, reason="asked on the phone")
    assert sent()[0].state == State.IGNORED
    assert OutboundCall.objects.filter(operation="contact.dnd").count() == 1


# The only door.


def test_nothing_else_in_the_house_sends_a_message() -> None:
    """`message.send` is named by HighLevel's own table of calls, by the one door, and by what hears that it is settled."""
    root = Path(__file__).resolve().parents[2]
    files = [path for room in ("enterprisehub", "leads", "coaching") for path in (root / room).rglob("*.py")]
    named = {
        str(path.relative_to(root))
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == "message.send"
    }
    own = {name for name in named if not name.startswith("enterprisehub/ghl/")}
    assert "leads/services/sending.py" in own
    assert own <= {"leads/services/sending.py", "enterprisehub/webhooks.py"}
    written = [
        str(path.relative_to(root))
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("write", "call")
        and any(isinstance(one, ast.Constant) and one.value == "message.send" for one in node.args)
    ]
    assert written == ["leads/services/sending.py"]
    raw = [str(p.relative_to(root)) for p in files if "conversations/messages" in p.read_text("utf-8")]
    assert all(name.startswith("enterprisehub/ghl/") for name in raw), raw
