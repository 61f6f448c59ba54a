"""HighLevel tells of people, words, notes, deals: is each thing here once, in order, and never a reason for a loop?"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from coaching.models import Suggestion
from enterprisehub.ghl import inbox
from enterprisehub.ghl.models import Connection, ContactSnapshot, InboundEvent, Kind, OutboundCall, State, Written
from enterprisehub.privacy.crypto import seal_into
from enterprisehub.tenants.models import Agent, Job
from enterprisehub.tenants.scope import scope
from leads.models import Action, ActionPlan, CrmRecord, Lead, Message, PipelineStage, StageMove
from leads.services import contacting, crm_records, editing
from leads.services.contacting import Statement
from tests.world import World

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_turn = count()


@dataclass
class Teller:
    """HighLevel, as far as it tells: events enter the inbox and are worked on by the real table."""

    tenant: UUID
    told: list[UUID] = field(default_factory=list)

    def tell(self, kind: str, at: datetime | None = None, **body: Any) -> str:
        """One event, worked on at once; what became of it."""
        self.put(kind, at, **body)
        inbox.work(self.tenant, seconds=5)
        return self.end()

    def put(self, kind: str, at: datetime | None = None, **body: Any) -> None:
        at = at or NOON + timedelta(seconds=next(_turn))
        subject = str(body.get("contactId") or (body.get("id") if kind.startswith("Contact") else "") or "")
        event = {"type": kind, "locationId": "loc-oakwood", "timestamp": at.isoformat(), **body}
        with scope(self.tenant):
            row = InboundEvent.objects.create(
                source="app", external_id=str(uuid4()), type=kind, subject=subject, occurred_at=at,
                body=json.dumps(event).encode(),
            )  # fmt: skip
        self.told.append(row.pk)

    def end(self) -> str:
        """State and reason of the event that was told last."""
        with scope(self.tenant):
            row = InboundEvent.objects.get(pk=self.told[-1])
        return f"{row.state}:{row.reason}" if row.reason else row.state

    def says(self, text: str, **more: Any) -> str:
        given = {"messageType": "SMS", "messageId": f"m{next(_turn)}", "direction": "inbound", "body": text}
        return self.tell("InboundMessage", contactId="c1", **{**given, **more})


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def teller(world: World, settings: Any) -> Teller:
    settings.GHL_EVENT_TABLE = "enterprisehub.webhooks.table"
    with scope(world.oakwood.pk):
        Agent.objects.filter(pk=world.alice.agent.pk).update(ghl_user_id="user-alice")
        connection = Connection(kind=Kind.PIT, location_id="loc-oakwood")
        connection.claim()
        seal_into(connection, "access_sealed", "pit-test")
        connection.save()
    return Teller(world.oakwood.pk)


def only(teller: Teller) -> Lead:
    with scope(teller.tenant):
        return Lead.objects.get()


def test_a_contact_becomes_a_lead_of_its_agent(teller: Teller, world: World) -> None:
    contact = {"id": "c1", "firstName": "Ana", "lastName": "Ruiz", "email": "Ana@x.example", "phone": "+13055550100"}
    assert teller.tell("ContactCreate", **contact, assignedTo="user-alice", state="FL", country="US") == "done"
    lead = only(teller)
    assert (lead.name, lead.email, lead.contact_id, lead.state) == ("Ana Ruiz", "ana@x.example", "c1", "FL")
    assert lead.agent_id == world.alice.agent.pk
    assert teller.tell("ContactUpdate", **contact, assignedTo="somebody-else") == "done"
    assert only(teller).agent_id == world.alice.agent.pk, "a user whom nobody here is takes nobody's lead away"


def test_the_words_of_a_prospect_put_a_card_on_the_agents_screen(teller: Teller, world: World) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana", assignedTo="user-alice")
    assert teller.says("Honestly that is too expensive for us.") == "done"
    with scope(teller.tenant):
        message = Message.objects.get()
        card = Suggestion.objects.get(message=message)
        assert (message.speaker, message.conversation.medium, card.agent_id) == (
            "prospect",
            "sms",
            world.alice.agent.pk,
        )


def test_words_may_come_before_the_contact(teller: Teller) -> None:
    assert teller.says("Is the house on Elm Street still available?") == "done"
    assert teller.tell("ContactCreate", id="c1", name="Ana", email="a@x.example") == "done"
    assert only(teller).name == "Ana"


@pytest.mark.parametrize(
    ("messageType", "medium"),
    [
        ("SMS", "sms"),
        ("Email", "email"),
        ("Live_Chat", "chat"),
        ("FB", "social"),
        ("WhatsApp", "social"),
        ("New", "chat"),
    ],
)
def test_every_medium_is_heard(teller: Teller, messageType: str, medium: str) -> None:  # noqa: N803 - HighLevel's name
    assert teller.says("<p>We want a yard.</p>", messageType=messageType) == "done"
    with scope(teller.tenant):
        assert Message.objects.get().conversation.medium == medium


def test_the_same_message_told_twice_is_heard_once(teller: Teller) -> None:
    at = NOON.isoformat()
    teller.says("We want a yard.", messageId="m-1", dateAdded=at)
    teller.says("We want a yard.", messageId="m-1", dateAdded=at)
    assert teller.says("We want a yard.", messageId="", dateAdded=at) == "ignored:known_already"
    with scope(teller.tenant):
        assert Message.objects.count() == 1


def test_what_the_team_writes_is_recorded_and_never_coached_as_the_prospects_words(teller: Teller) -> None:
    out = {"contactId": "c1", "messageType": "SMS", "direction": "outbound", "body": "That is too expensive."}
    assert teller.tell("OutboundMessage", **out, messageId="o1") == "done"
    comment = {**out, "messageType": "InternalComment", "messageId": "o2"}
    assert teller.tell("OutboundMessage", **comment) == "ignored:internal_comment"
    assert teller.tell("OutboundMessage", **{**out, "direction": "inbound"}) == "ignored:direction_disagrees"
    with scope(teller.tenant):
        assert [message.speaker for message in Message.objects.all()] == ["agent"]
        assert not Suggestion.objects.exists()


def test_our_own_message_that_comes_back_starts_nothing(teller: Teller) -> None:
    with scope(teller.tenant):
        Written.objects.create(kind="message", remote_id="ours-1")
    out = {"contactId": "c1", "messageType": "SMS", "direction": "outbound", "body": "See you Saturday"}
    assert teller.tell("OutboundMessage", **out, messageId="ours-1") == "ignored:our_own"


def test_while_a_message_of_ours_is_not_settled_its_echo_waits(teller: Teller) -> None:
    with scope(teller.tenant):
        call = OutboundCall.objects.create(operation="message.send", contact_id="c1", key="k", begun_at=NOON)
    out = {"contactId": "c1", "messageType": "SMS", "direction": "outbound", "body": "See you Saturday"}
    assert teller.tell("OutboundMessage", **out, messageId="ours-2") == "waiting:not_settled"
    with scope(teller.tenant):
        call.state = State.DONE
        call.save()
        Written.objects.create(kind="message", remote_id="ours-2")
        InboundEvent.objects.update(next_at=NOON)
    inbox.work(teller.tenant, seconds=5)
    assert teller.end() == "ignored:our_own"


def test_a_picture_is_on_record_without_a_card(teller: Teller) -> None:
    assert teller.says("", attachments=["https://x.example/1", "https://x.example/2"]) == "done"
    assert teller.says("   ") == "ignored:no_words"
    with scope(teller.tenant):
        assert [message.text for message in Message.objects.all()] == ["[2 attachments]"]
        assert not Suggestion.objects.exists()


def test_an_answered_call_is_asked_for_its_words_and_a_missed_one_is_not(teller: Teller) -> None:
    call = {"messageType": "CALL", "callStatus": "completed"}
    assert teller.says("", **call, callDuration=120, messageId="call-1") == "done"
    assert teller.says("", **call, callDuration=0) == "ignored:no_words"
    with scope(teller.tenant):
        assert Job.objects.get(name="coaching.transcribe").arguments["call"] == "call-1"


def test_a_deleted_contact_stays_deleted(teller: Teller) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    assert teller.tell("ContactDelete", id="c1") == "done"
    assert teller.tell("ContactUpdate", id="c1", name="Ana again") == "ignored:contact_deleted"
    assert teller.says("Hello?") == "ignored:contact_deleted"
    lead = only(teller)
    assert (lead.name, lead.deleted_at is not None) == ("Ana", True)


def test_the_newest_news_of_a_contact_holds_in_whatever_order_it_comes(teller: Teller) -> None:
    news = [("ContactUpdate", NOON + timedelta(minutes=n), {"id": "c1", "name": f"Ana {n}"}) for n in range(8)]
    for seed in range(6):
        with scope(teller.tenant):
            Lead.objects.all().delete()
            ContactSnapshot.objects.all().delete()
        order = list(news)
        random.Random(seed).shuffle(order)
        for kind, at, body in order:
            teller.tell(kind, at, **body)
        assert only(teller).name == "Ana 7"


def test_a_newer_edit_here_is_not_overwritten_and_goes_to_highlevel(teller: Teller, world: World) -> None:
    teller.tell("ContactCreate", NOON - timedelta(days=400), id="c1", name="Ana", email="a@x.example")
    with scope(teller.tenant):
        lead = Lead.objects.get()
        editor = editing.Editor(world.alice.agent, lambda _: True, "test")
        editing.edit(lead, {"name": "Ana María"}, by=editor)
        promised = OutboundCall.objects.get(operation="contact.update")
        assert promised.arguments == {"name": "Ana María"}
    # HighLevel's own edit is older than ours, its news is newer than what was known.
    teller.tell("ContactUpdate", NOON - timedelta(days=399), id="c1", name="Anna", email="new@x.example")
    lead = only(teller)
    assert (lead.name, lead.email) == ("Ana María", "new@x.example")


def test_a_lead_that_was_known_by_its_address_becomes_the_contact(teller: Teller, world: World) -> None:
    with scope(teller.tenant):
        known = Lead.objects.create(name="Ana", email="ana@x.example", agent=world.bob.agent)
    teller.tell("ContactCreate", id="c1", email="ana@x.example", firstName="Ana")
    assert only(teller).pk == known.pk


def test_do_not_disturb_in_highlevel_holds_here(teller: Teller) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    settings = {"SMS": {"status": "active"}, "Email": {"status": "inactive"}}
    assert teller.tell("ContactDndUpdate", id="c1", dnd=False, dndSettings=settings) == "done"
    assert only(teller).dnd["sms"]["on"] is True


def test_notes_tasks_and_appointments_of_people_are_kept(teller: Teller) -> None:
    assert teller.tell("NoteCreate", id="n1", contactId="c1", body="Likes the garden") == "done"
    assert teller.tell("TaskCreate", id="t1", title="Send comps", dueDate="2026-05-09T10:00:00Z") == "done"
    assert teller.tell("TaskComplete", id="t1") == "done"
    assert teller.tell("NoteDelete", id="n1", contactId="c1") == "done"
    assert teller.tell("NoteUpdate", id="n1", contactId="c1", body="back?") == "ignored:older_than_known"
    with scope(teller.tenant):
        rows = {row.remote_id: row for row in CrmRecord.objects.all()}
        assert (rows["n1"].body, rows["n1"].deleted_at is not None) == ("Likes the garden", True)
        assert (rows["t1"].standing, rows["t1"].lead) == ("completed", None)


def test_a_task_of_ours_that_is_done_there_is_done_here(teller: Teller) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    with scope(teller.tenant):
        lead = Lead.objects.get()
        plan = ActionPlan.objects.create(lead=lead, goal="Talk", expires_at=NOON)
        action = Action.objects.create(plan=plan, lead=lead, key="k", verb="call", title="Call", due_at=NOON)
        Written.objects.create(kind="task", remote_id="t9", about=f"action:{action.pk}")
    assert teller.tell("TaskComplete", id="t9", contactId="c1") == "done"
    assert teller.tell("TaskComplete", id="t9", contactId="c1") == "ignored:our_own"
    with scope(teller.tenant):
        action.refresh_from_db()
        assert (action.state, action.outcome) == ("done", "in_highlevel")


def test_an_appointment_moves_the_lead_and_a_cancelled_one_does_not(teller: Teller) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    off = {"id": "a1", "contactId": "c1", "appointmentStatus": "cancelled", "startTime": "2026-06-01T10:00:00-04:00"}
    teller.tell("AppointmentCreate", appointment=off)
    assert only(teller).stage == "new"
    teller.tell("AppointmentUpdate", appointment={**off, "appointmentStatus": "confirmed"})
    assert only(teller).stage == "appointment"
    with scope(teller.tenant):
        assert StageMove.objects.get().mover == "crm"


def test_a_deal_moves_the_lead_by_the_tenants_own_table(teller: Teller) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    with scope(teller.tenant):
        PipelineStage.objects.create(pipeline="Buyers", name="Talking", stage="engaged")
        Connection.objects.update(pipelines={"s1": ["Buyers", "Talking"], "s2": ["Buyers", "Unheard of"]})
    deal = {"id": "d1", "contactId": "c1", "pipelineId": "p1", "status": "open", "name": "Elm Street"}
    for stage in ("s2", "s1"):
        teller.tell("OpportunityStageUpdate", **deal, pipelineStageId=stage)
        with scope(teller.tenant):
            crm_records.follow_deal(CrmRecord.objects.get().pk)
    assert only(teller).stage == "engaged"
    teller.tell("OpportunityStatusUpdate", **{**deal, "status": "lost"}, pipelineStageId="s1")
    with scope(teller.tenant):
        crm_records.follow_deal(CrmRecord.objects.get().pk)
    assert only(teller).overlay == "lost"


@pytest.mark.parametrize(
    "kind", ["InboundMessage", "ContactUpdate", "NoteCreate", "AppointmentCreate", "OpportunityUpdate"]
)
@pytest.mark.parametrize(
    "body", [{}, {"contactId": None, "id": 7, "body": {"x": 1}}, {"contactId": "c1", "id": [], "appointment": 3}]
)
def test_events_without_what_they_should_have_are_kept_and_break_nothing(
    teller: Teller, kind: str, body: dict[str, Any]
) -> None:
    assert teller.tell(kind, **body).partition(":")[0] in ("ignored", "done")


def test_another_tenants_contact_of_the_same_id_is_another_lead(teller: Teller, world: World) -> None:
    teller.tell("ContactCreate", id="c1", name="Ana")
    with scope(world.elm.pk):
        assert not Lead.objects.exists()
        assert not CrmRecord.objects.exists()


@pytest.mark.parametrize(("medium", "set_there"), [("any", {"dnd": True}), ("email", {"Email": "active"})])
def test_who_opted_out_before_highlevel_knew_them_is_left_alone_there_too(
    teller: Teller, medium: str, set_there: dict[str, Any]
) -> None:
    with scope(teller.tenant):
        lead = Lead.objects.create(name="Pat Doe", phone="+15125550100", email="pat@example.com")
        contacting.take_back(lead, Statement(source="agent", medium=medium, purpose="opt_out"))
    about = {"id": "hl-pat", "firstName": "Pat", "lastName": "Doe", "phone": "+15125550100", "dnd": False}
    silent = {"dndSettings": {"Email": {"status": "inactive"}}}
    assert teller.tell("ContactCreate", **about, **silent) == "done"
    assert teller.tell("ContactUpdate", **about, **silent) == "done"
    with scope(teller.tenant):
        lead.refresh_from_db()
        (call,) = OutboundCall.objects.filter(operation="contact.dnd")
    given = call.arguments.get("dndSettings")
    told = {name: one["status"] for name, one in given.items()} if given else {"dnd": call.arguments["dnd"]}
    assert (lead.contact_id, call.contact_id, told) == ("hl-pat", "hl-pat", set_there)


def test_who_refused_nothing_has_nothing_set_there(teller: Teller) -> None:
    with scope(teller.tenant):
        Lead.objects.create(name="Pat Doe", phone="+15125550100")
    teller.tell("ContactCreate", id="hl-pat", firstName="Pat", lastName="Doe", phone="+15125550100")
    with scope(teller.tenant):
        assert not OutboundCall.objects.filter(operation="contact.dnd").exists()
