"""The planner thinks by rule: urgency from dates, cadence by stage, what speaks for and against, words that are clean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.fairhousing import FairHousingQuestion, guard
from enterprisehub.errors import Invalid
from enterprisehub.management.evaluation.claims import blocks, rows
from leads.lifecycle import OVERLAYS, STAGES
from leads.packs import sides, verticals
from leads.planning import answering, cadence_table
from leads.planning.asking import parse
from leads.planning.cadence import follow_up
from leads.planning.claims import claims
from leads.planning.drafts import draft
from leads.planning.evidence import table
from leads.planning.hours import days_later, hours_of, in_minutes, next_open
from leads.planning.plan import plan, render
from leads.planning.situation import NO_HOME
from leads.planning.urgency import urgency

CHICAGO = ZoneInfo("America/Chicago")
NOW = "2026-11-25T10:00:00-06:00"  # a Wednesday
WEEK = hours_of({}, "America/New_York")


def said(*texts: str, **more: Any) -> dict[str, Any]:
    """A talk in which the prospect says these, a minute apart, the last one now."""
    start = datetime.fromisoformat(NOW) - timedelta(minutes=len(texts) - 1)
    turns = [
        {"speaker": "prospect", "text": text, "at": (start + timedelta(minutes=n)).isoformat(), "medium": "sms"}
        for n, text in enumerate(texts)
    ]
    return {"now": NOW, "timezone": "America/Chicago", "conversation": turns, **more}


def how_urgent(text: str) -> tuple[str, str]:
    found = urgency(parse(said(text)))
    return found.level, found.deadline.on.isoformat() if found.deadline else ""


@pytest.mark.parametrize(
    ("text", "level", "on"),
    [
        ("Our lease ends on December 5th.", "critical", "2026-12-05"),
        ("Offers are due tomorrow at 5pm.", "critical", "2026-11-26"),
        ("We close on December 3rd.", "high", "2026-12-03"),
        ("The rate lock expires December 1.", "high", "2026-12-01"),
        ("I start my new job on January 4.", "high", "2027-01-04"),
        ("We have to be out by the end of January.", "normal", "2027-01-31"),
        ("I'm not in a hurry, the lease is up next August.", "low", "2027-08-31"),
        ("Nuestro contrato de renta se vence el 10 de diciembre.", "high", "2026-12-10"),
        ("Necesito mudarme antes del 15 de enero.", "normal", "2027-01-15"),
        ("We sold on November 1 and do a 1031.", "high", "2026-12-16"),
        # mood is no date, and what is somebody else's, supposed or past does not press
        ("I am SO stressed!!! I need this ASAP!!!", "low", ""),
        ("My sister's lease ends Friday.", "low", ""),
        ("If our lease ended Friday we would move.", "low", ""),
        ("Our lease ended last Friday.", "low", ""),
        ("Call me, it is really urgent, please!", "low", ""),
    ],
)
def test_urgency_is_by_dates(text: str, level: str, on: str) -> None:
    assert how_urgent(text) == (level, on)


def test_every_quote_was_said_and_the_newest_words_count() -> None:
    talk = said("Our lease ends on December 5th.", "We got an extension, so the lease ends on March 1 now.")
    found = urgency(parse(talk))
    assert (found.level, found.deadline and found.deadline.on.isoformat()) == ("normal", "2027-03-01")
    for quote in found.quotes:
        assert any(quote in turn["text"] for turn in talk["conversation"])


def test_a_timeframe_of_months_is_normal_and_a_far_one_low() -> None:
    assert how_urgent("We want to buy a house within the next three months.")[0] == "normal"
    assert how_urgent("We want to buy a house in about a year.")[0] == "low"


def cadence_of(**given: Any) -> Any:
    return follow_up(parse({"now": NOW, "timezone": "America/Chicago", **given}))


def test_the_first_days_are_a_call_a_text_and_an_email() -> None:
    found = cadence_of(stage="new", began=NOW)
    told = [(step.verb, step.at.isoformat()[:16]) for step in found.steps[:3]]
    assert told == [("call", "2026-11-25T10:05"), ("text", "2026-11-25T10:05"), ("email", "2026-11-25T10:30")]
    assert found.steps[0].fallback == "text"
    assert (found.name, found.then) == ("first_fortnight", "nurture")


def test_each_attempt_makes_one_step_and_the_last_one_ends_it() -> None:
    tries = [{"verb": "call", "at": f"2026-11-{day:02d}T10:00:00-06:00"} for day in range(1, 12)]
    found = cadence_of(stage="attempting", began="2026-11-01T09:00:00-06:00", done=tries[:7])
    assert found.steps[0].place == 7
    ended = plan(
        parse(
            {
                "now": NOW,
                "timezone": "America/Chicago",
                "stage": "attempting",
                "began": "2026-11-01T09:00:00-06:00",
                "done": tries,
            }
        )
    )
    assert ended.cadence.ended
    assert ended.action is not None
    assert ended.action.next.verb == "rest"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"stage": "new"}, "first_fortnight"),
        ({"stage": "new", "vertical": "luxury"}, "luxury_first"),
        ({"stage": "attempting", "vertical": "commercial"}, "commercial_first"),
        ({"stage": "engaged", "facts": [{"name": "timeframe", "value": "0-3"}]}, "weekly"),
        ({"stage": "engaged", "facts": [{"name": "timeframe", "value": "3-6"}]}, "fortnightly"),
        ({"stage": "engaged", "facts": [{"name": "timeframe", "value": "6-12"}]}, "monthly"),
        ({"stage": "qualified", "facts": [{"name": "timeframe", "value": "12+"}]}, "quarterly"),
        (
            {"stage": "engaged", "vertical": "investment", "facts": [{"name": "timeframe", "value": "0-3"}]},
            "numbers_weekly",
        ),
        ({"stage": "engaged", "vertical": "commercial"}, "committee"),
        ({"stage": "active"}, "touring"),
        ({"stage": "under_contract"}, "docket"),
        ({"stage": "closed"}, "after_closing"),
        ({"stage": "attempting", "overlay": "nurture"}, "monthly"),
    ],
)
def test_the_cadence_follows_stage_timeframe_and_vertical(given: dict[str, Any], name: str) -> None:
    assert cadence_of(**given).name == name


def test_a_reply_rests_it_for_three_days_of_the_leads_clock() -> None:
    turns = [
        {"speaker": "agent", "text": "Hello?", "at": "2026-10-30T09:00:00-05:00", "medium": "sms"},
        {"speaker": "prospect", "text": "We need time.", "at": "2026-10-30T15:00:00-05:00", "medium": "sms"},
    ]
    found = cadence_of(conversation=turns, stage="engaged", now="2026-10-30T15:05:00-05:00")
    assert found.paused_until is not None
    assert found.paused_until.isoformat() == "2026-11-02T15:00:00-06:00"  # the clocks went back in between
    assert all(step.at >= found.paused_until for step in found.steps)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"overlay": "dnc"}, "opt_out"), ({"overlay": "other_agent"}, "signed_elsewhere"), ({"overlay": "invalid"}, "invalid"),
        (said("Please stop texting me."), "opt_out"), (said("We signed an exclusive agreement with another agent."), "signed_elsewhere"),
        (said("He passed away in August, I am his son."), "deceased"), (said("Ya no me escriban."), "opt_out"),
        ({"hand_off": "complaint"}, "complaint"), ({"facts": [{"name": "agent_status", "value": "signed"}]}, "signed_elsewhere"),
    ],
)  # fmt: skip
def test_a_hard_stop_leaves_no_step(given: dict[str, Any], reason: str) -> None:
    found = cadence_of(stage="engaged", **{k: v for k, v in given.items() if k not in ("now", "timezone")})
    assert found.stopped is not None
    assert (found.stopped.reason, found.steps) == (reason, ())


def test_after_a_stop_nothing_is_proposed_and_after_a_complaint_a_person_speaks() -> None:
    assert plan(parse(said("Please stop texting me."))).action is None
    complaint = plan(parse(said("This is the worst service ever, I want to talk to your manager.")))
    assert complaint.action is not None
    assert (complaint.action.next.verb, complaint.action.next.owner, complaint.action.draft.text) == (
        "hand_over",
        "team_lead",
        "",
    )


def test_a_second_marketing_text_waits_for_the_next_day() -> None:
    turns = [
        {"speaker": "agent", "text": "Hi", "at": f"2026-11-{day}T09:00:00-06:00", "medium": "sms"}
        for day in (20, 22, 24)
    ]
    found = cadence_of(
        conversation=turns,
        stage="engaged",
        settings={
            "cadences": {
                "mine": {"from": "last_contact", "every_days": 1, "steps": [{"verb": "check_in", "medium": "sms"}]}
            },
            "choose": [{"stage": ["engaged"], "cadence": "mine"}],
        },
    )
    assert found.name == "mine"
    assert found.steps[0].at.date() == date(2026, 11, 27)  # the fourth within seven days


def test_what_a_tenant_writes_wrongly_is_as_if_it_were_not_there() -> None:
    for wrong in (
        {"cadences": 3},
        {"cadences": {"x": {"from": "never", "steps": []}}},
        {"choose": [{"cadence": "nowhere"}]},
        {"pause_days": "3"},
    ):
        assert cadence_table.table(wrong)["pause_days"] == 3
        assert follow_up(parse({"settings": wrong})).name == "first_fortnight"
    assert cadence_table.table({"pause_days": 5})["pause_days"] == 5


def test_appointments_are_confirmed_a_day_and_two_hours_before() -> None:
    facts = [{"name": "visit_date", "value": "2026-11-27"}, {"name": "visit_time", "value": "15:00"}]
    found = cadence_of(stage="appointment", facts=facts)
    assert [step.at.isoformat()[:16] for step in found.steps] == ["2026-11-26T15:00", "2026-11-27T13:00"]
    words = draft(
        "confirm", parse({"stage": "appointment", "facts": facts, "now": NOW, "timezone": "America/Chicago"})
    ).text
    assert "Fri, Nov 27 at 3:00 PM" in words


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Can we see it on Saturday?", "agreement_first"), ("Could you tell me more about the home?", "answer"),
        ("Which loan is better for us?", "lender_list"), ("Is it overpriced?", "comparables"), ("Would I have to pay capital gains tax?", "refer_adviser"),
        ("Is it a safe neighborhood with the right kind of people?", "public_sources"), ("Quiero ver la casa el sábado.", "agreement_first"),
    ],
)  # fmt: skip
def test_the_newest_words_say_what_answers_them(text: str, verb: str) -> None:
    found = plan(parse(said("Hello, we look for a house.", text, stage="engaged")))
    assert found.action is not None
    assert (found.action.next.verb, found.action.next.purpose) == (verb, "reply")
    assert found.action.next.due - datetime.fromisoformat(NOW) <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Our lease ends on December 5th.", "2026-12-05"), ("Our lease ended last Friday.", ""),
        ("We are month-to-month now.", "2027-05-24"), ("Our lease ends on December 5, 2027.", "2027-05-24"),
    ],
)  # fmt: skip
def test_a_lease_is_a_chance_until_it_ends(text: str, until: str) -> None:
    chances = {one.what: one.until.isoformat() for one in plan(parse(said(text))).opportunities}
    assert chances.get("lease_ending", "") == until


def test_a_signed_agreement_opens_the_tour() -> None:
    found = plan(parse(said("Can we see it on Saturday?", stage="represented", agreement=True)))
    assert found.action is not None
    assert found.action.next.verb == "propose_times"
    assert "unrepresented" not in {risk.what for risk in found.risks}


def test_an_answer_at_night_is_due_when_the_day_opens_where_they_live() -> None:
    talk = {
        "conversation": [{"speaker": "prospect", "text": "Any news?", "at": "2026-11-25T23:30:00-08:00"}],
        "timezone": "America/Los_Angeles",
    }
    found = plan(parse(talk))
    assert found.action is not None
    assert found.action.next.due.isoformat() == "2026-11-26T09:00:00-08:00"


def test_signals_carry_words_and_an_end() -> None:
    talk = said(
        "We are pre-approved and have to sell our house first. My cousin is an agent, nothing signed.",
        "I need to talk to my wife. It is over our budget, we can do $400,000.",
        listing={"price": 485_000}, stage="qualified",
    )  # fmt: skip
    found = plan(parse(talk))
    assert {"competing_agent", "decision_maker_absent", "payment_worry", "price_mismatch"} <= {
        one.what for one in found.risks
    }
    assert {"pre_approved", "property_to_sell"} <= {one.what for one in found.opportunities}
    texts = [turn["text"] for turn in talk["conversation"]]
    for one in (*found.risks, *found.opportunities):
        assert one.until >= date(2026, 11, 25)
        assert all(not e.quote or any(e.quote in text for text in texts) for e in one.evidence)


def test_silence_and_contradiction_are_risks() -> None:
    turns = [
        {"speaker": "prospect", "text": "Three bedrooms, please.", "at": "2026-11-15T10:00:00-06:00"},
        {"speaker": "agent", "text": "Noted!", "at": "2026-11-15T11:00:00-06:00"},
    ]
    facts = [{"name": "beds", "value": 5, "quote": "", "contradiction": True}]
    situation = parse({"conversation": turns, "now": NOW, "timezone": "America/Chicago", "facts": facts})
    assert "silence" in {one.what for one in plan(situation).risks}


def every_situation() -> Iterator[dict[str, Any]]:
    for stage, vertical, side, language in product(STAGES, verticals(), sides(), ("en", "es")):
        yield {
            "stage": stage,
            "vertical": vertical,
            "side": side,
            "language": language,
            "first_name": "Pat",
            "agent": "Alice",
            "brokerage": "Oakwood Realty",
        }


def test_every_draft_is_clean_filled_and_says_nothing_of_a_property() -> None:
    seen: set[str] = set()
    for given_ in every_situation():
        situation = parse(
            {
                **given_,
                "now": NOW,
                "timezone": "America/Chicago",
                "listing": {"name": "14 Juniper Court"},
                "facts": [{"name": "location", "value": "Maple Heights"}],
            }
        )
        for verb, medium in product(table("drafts"), ("sms", "email")):
            text = draft(verb, situation, medium=medium).text
            if text in seen:
                continue
            seen.add(text)
            assert "{" not in text
            assert "None" not in text
            assert text.count("?") <= 3, text
            assert claims(text, NO_HOME) == (), text
            assert guard(FairHousingQuestion(text, "agent", "")).flags == (), text
            low = text.lower()
            for pressing in (
                "hurry",
                "last chance",
                "act now",
                "won't last",
                "before it is gone",
                "urgent",
                "apúrese",
                "última oportunidad",
                "guarantee",
                "garantiz",
            ):
                assert pressing not in low, text
    assert len(seen) > 120


def test_a_plan_for_every_stage_overlay_and_vertical_is_whole_and_quick() -> None:
    for stage, overlay, vertical in product(STAGES, OVERLAYS, verticals()):
        told = render(
            plan(
                parse(
                    {
                        "stage": stage,
                        "overlay": overlay,
                        "vertical": vertical,
                        "now": NOW,
                        "timezone": "America/Chicago",
                    }
                )
            )
        )
        assert told["goal"]
        assert told["would_change"]
        assert told["expires_at"] > NOW
        if told["next_action"]:
            assert told["next_action"]["due_at"] >= NOW
            assert told["next_action"]["title"]


def test_the_same_situation_gives_the_same_plan() -> None:
    talk = said("Our lease ends on December 5th.")
    assert render(plan(parse(talk))) == render(plan(parse(talk)))
    assert plan(parse(talk)).fingerprint != plan(parse({**talk, "stage": "qualified"})).fingerprint


@pytest.mark.parametrize(
    "wrong",
    [{"score": 2}, {"blocked": ["pigeon"]}, {"settings": []}, {"done": [{"verb": "call", "at": "x"}]}, {"listing": 3}],
)
def test_what_cannot_be_read_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse(wrong)


def test_the_lines_of_our_own_are_judged_as_well_as_wanted() -> None:
    judged = [(row["true"], blocks(row)) for row in rows()]
    false, true = (
        [blocked for is_true, blocked in judged if not is_true],
        [blocked for is_true, blocked in judged if is_true],
    )
    assert len(judged) >= 300
    assert sum(false) / len(false) >= 0.95
    assert 1 - sum(true) / len(true) >= 0.95


def test_they_can_be_asked_alone() -> None:
    talk = said("Our lease ends on December 5th.")
    assert answering.URGENCY.render is not None
    assert answering.URGENCY.render(answering.URGENCY.local(parse(talk)))["level"] == "critical"
    assert answering.FOLLOW_UP.render is not None
    assert answering.FOLLOW_UP.render(answering.FOLLOW_UP.local(parse(talk)))["name"] == "weekly"


ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "America/St_Johns",
)


@settings(max_examples=150, deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.sampled_from(ZONES), st.integers(0, 40))
def test_what_is_due_is_due_when_it_is_open_on_their_clock(at: datetime, zone: str, days: int) -> None:
    moment = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    due = days_later(moment, days, "morning", WEEK)
    span = WEEK.on(due.date())
    assert span is not None
    assert span[0] <= due.time() <= span[1]
    assert due >= moment.replace(hour=0, minute=0)
    assert next_open(due, WEEK) == due


def test_business_minutes_pass_only_while_it_is_open() -> None:
    friday = datetime(2026, 11, 27, 17, 58, tzinfo=ZoneInfo("America/New_York"))
    assert (
        in_minutes(friday, 5, WEEK).astimezone(ZoneInfo("America/New_York")).isoformat() == "2026-11-28T10:03:00-05:00"
    )
    own = hours_of({"business_hours": {"mon": ["08:00", "12:00"], "closed_on": ["2026-11-30"]}}, "America/New_York")
    assert (
        in_minutes(friday, 5, own).astimezone(ZoneInfo("America/New_York")).isoformat() == "2026-12-07T08:05:00-05:00"
    )
    assert own.on(date(2026, 12, 7)) == (time(8), time(12))
    assert hours_of({"business_hours": {"mon": ["x", "y"]}}, "Mars/Base").on(date(2026, 11, 28)) == (time(10), time(16))
