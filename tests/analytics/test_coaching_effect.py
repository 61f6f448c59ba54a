"""From events to the page: is what preceded good outcomes counted once per conversation, kept, shown, and acted upon only by people?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now, override

from analytics.effectiveness import Counts, Thing
from analytics.models import Analysis, Benchmark, Event, EventKind, Preceded, Proposal, Theme
from analytics.ranges import Range
from analytics.services import effectiveness, market, preceding, proposals, themes
from coaching.models import Feedback, Improvement, PlaybookVersion, Suggestion
from coaching.playbooks import Library
from coaching.services import playbooks
from enterprisehub.errors import Conflict, Invalid
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope
from tests.world import World

FILE = (
    "metric,value,unit,segment,source,date\n"
    "response_time,5,minutes,,Board of Realtors,2026-09-01\n"
    "closing_rate,2.4,percent,Northeast,Some survey,2024-01-31\n"
    "closing_rate,240,percent,,Some survey,2026-01-31\n"
    "charm,9,points,,Somebody,soon\n"
)


@pytest.fixture
def world(db: None) -> World:
    return World()


def today(world: World) -> date:
    return now().astimezone(ZoneInfo(world.oakwood.timezone)).date()


def signed_in(who: Any) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


class Told:
    """Events of one tenant, kept at once at the end."""

    def __init__(self, world: World) -> None:
        self.world, self.rows = world, list[Event]()

    def card(self, kind: str, talk: UUID, *after: str, days_ago: int = 3, **facts: Any) -> None:
        suggestion = uuid4()
        shown = facts.pop("shown", EventKind.CARD_SHOWN)
        for name in (shown, *after):
            self.rows.append(
                Event(
                    kind=name, card_kind=kind, conversation=talk, suggestion=suggestion, told_by="system", at=now(),
                    day=today(self.world) - timedelta(days=days_ago), agent=self.world.alice.agent, **facts,
                )
            )  # fmt: skip

    def keep(self) -> None:
        with scope(self.world.oakwood.pk):
            Event.objects.bulk_create(self.rows)


def rates_win(world: World) -> None:
    """Talks with a card on rates got an appointment four times as often as the others."""
    told = Told(world)
    for i in range(60):
        told.card("rates", uuid4(), *(["after.appointment"] if i % 2 else []), vertical="buyer")
        told.card("timing", uuid4(), *(["after.appointment"] if i % 8 == 0 else []), vertical="buyer")
    told.keep()


def analysed(world: World, span: str = "30d") -> Analysis:
    with named(world.oakwood.pk):
        return effectiveness.run(span)


def test_a_conversation_counts_once_however_many_cards_it_had(world: World) -> None:
    told, talk = Told(world), uuid4()
    for days_ago in (5, 4, 4, 2):
        told.card("rates", talk, "after.appointment", days_ago=days_ago)
    told.card("rates", uuid4(), shown=EventKind.CARD_HELD)
    told.keep()
    days = Range(today(world) - timedelta(days=29), today(world))
    with scope(world.oakwood.pk):
        preceding.count(days)
        shown, held = preceding.tables(days)
        first = Preceded.objects.get(sort="kind", held=False)
    kind = Thing("kind", "rates", "rates")
    assert (shown[kind].n, shown[kind].hits["appointment"], held[kind].n) == (1, 1, 1)
    assert first.day == today(world) - timedelta(days=5)
    assert isinstance(held[kind], Counts)


def test_lines_and_questions_of_real_cards_are_counted(world: World) -> None:
    lead = world.conversation(world.alice).lead
    card = world.says(world.alice, lead, "Honestly, the price is far too high for us.").suggestion
    assert card is not None
    assert card.line_ids
    with scope(world.oakwood.pk):
        Event.objects.create(
            kind=EventKind.CARD_SHOWN, card_kind=card.kind, conversation=card.conversation_id, suggestion=card.pk,
            at=now(), day=today(world), told_by="system",
        )  # fmt: skip
        days = Range(today(world), today(world))
        preceding.count(days)
        shown, _ = preceding.tables(days)
    assert {thing.key for thing in shown if thing.sort == "line"} == set(card.line_ids)


def test_counted_again_the_same_comes_out_and_a_neighbour_is_not_counted(world: World) -> None:
    rates_win(world)
    once, again = analysed(world), analysed(world)
    assert once.result == again.result
    assert once.state == Analysis.State.DONE
    with scope(world.elm.pk):
        assert not Preceded.objects.exists()


def test_lines_of_cards_that_are_gone_stay_as_they_were_counted(world: World) -> None:
    days = Range(today(world) - timedelta(days=9), today(world))
    with scope(world.oakwood.pk):
        Preceded.objects.create(day=days.first, sort="line", key="rates.any.en.say.1", card_kind="rates", n=30, reply=9)
        preceding.count(days)
        shown, _ = preceding.tables(days)
    assert shown[Thing("line", "rates.any.en.say.1", "rates")].n == 30


def test_the_page_says_what_stands_out_and_that_it_is_not_caused(world: World) -> None:
    rates_win(world)
    analysed(world, "90d")
    page = signed_in(world.olivia).get("/results/coaching/").content.decode()
    assert "30 of 60 were followed by an appointment (50 %)" in page
    assert "followed, not shown to be caused" in page
    assert "no holdout ran" in page
    assert "Claude was not asked" in page


def test_asking_twice_starts_one_analysis_whose_progress_is_shown(world: World) -> None:
    tess = signed_in(world.tess)
    for _ in range(2):
        assert tess.post("/results/coaching/", {"range": "30d"}).status_code == 302
    with scope(world.oakwood.pk):
        [row] = Analysis.objects.all()
        Analysis.objects.update(state="running", progress=35, step="Holding each line against the others")
    page = tess.get("/results/coaching/?range=30d").content.decode()
    assert "Holding each line against the others" in page
    piece = tess.get(f"/results/coaching/{row.pk}/", headers={"hx-request": "true"}).content.decode()
    assert 'value="35"' in piece
    with scope(world.oakwood.pk):
        Analysis.objects.update(state="done")
    assert tess.get(f"/results/coaching/{row.pk}/", headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert signed_in(world.rita).post("/results/coaching/", {"range": "30d"}).status_code == 403


def test_an_empty_tenant_reads_what_will_appear(world: World) -> None:
    client = signed_in(world.olivia)
    assert "No analysis of these days yet" in client.get("/results/coaching/").content.decode()
    assert "No theme yet" in client.get("/results/coaching/themes/").content.decode()
    assert "Nothing is proposed" in client.get("/results/coaching/proposals/").content.decode()
    assert "nothing is made up" in client.get("/results/value/").content.decode()
    assert client.get("/results/coaching/?range=forever").status_code == 400
    assert signed_in(world.alice).get("/results/coaching/").status_code == 403


def test_a_broken_analysis_says_so_and_can_be_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(days: Range) -> None:
        raise RuntimeError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr(preceding, "count", broken)
        with pytest.raises(RuntimeError):
            analysed(world)
    with scope(world.oakwood.pk):
        assert Analysis.objects.get().state == Analysis.State.FAILED
    assert "broke off" in signed_in(world.olivia).get("/results/coaching/?range=30d").content.decode()
    assert analysed(world).state == Analysis.State.DONE


def low(world: World, card: Suggestion, n: int, *, low_ones: int, theme: str = "wrong_line") -> None:
    for i in range(n):
        row = Feedback.objects.create(
            suggestion=card,
            session=card.session,
            agent=card.agent,
            score=2 if i < low_ones else 5,
            client_id=f"{uuid4()}",
        )
        if i < low_ones:
            Improvement.objects.create(feedback=row, theme=theme, finding="The line did not fit.")


def a_card(world: World, text: str = "Honestly, the price is far too high for us.") -> Suggestion:
    card = world.says(world.alice, world.conversation(world.alice).lead, text).suggestion
    assert card is not None
    return card


def test_a_theme_is_closed_only_when_its_fix_was_measured(world: World) -> None:
    before = a_card(world)
    client = signed_in(world.olivia)
    with scope(world.oakwood.pk):
        low(world, before, 60, low_ones=40)
        themes.gather()
        theme = Theme.objects.get()
    assert (theme.state, theme.n) == ("open", 40)
    assert client.post("/results/coaching/themes/", {"theme": theme.pk, "do": "live"}).status_code == 400
    client.post("/results/coaching/themes/", {"theme": theme.pk, "do": "start", "fix": "Another line"})
    client.post("/results/coaching/themes/", {"theme": theme.pk, "do": "live"})
    after = a_card(world)
    with scope(world.oakwood.pk):
        themes.measure()
        theme.refresh_from_db()
        assert (theme.state, theme.before_low, theme.before_n) == ("measuring", 40, 60)
        low(world, after, 50, low_ones=5)
        themes.measure()
        theme.refresh_from_db()
    assert theme.state == "closed"
    assert "5 of 50" in theme.verdict


def test_a_fix_that_did_not_help_opens_the_theme_again(world: World) -> None:
    before = a_card(world)
    with scope(world.oakwood.pk):
        low(world, before, 40, low_ones=10)
        themes.gather()
        theme = themes.start(Theme.objects.get().pk, "Another line")
        themes.live(theme.pk)
    after = a_card(world)
    with scope(world.oakwood.pk):
        low(world, after, 200, low_ones=50)
        themes.measure()
        theme.refresh_from_db()
    assert theme.state == "open"


def a_line() -> tuple[str, str]:
    entry = next(one for one in Library.base().entries() if len(one.say) >= 3 and one.vertical == "any")
    return entry.say[1].id, entry.kind


def a_low_line(world: World) -> str:
    key, kind = a_line()
    day = today(world) - timedelta(days=4)
    with scope(world.oakwood.pk):
        Preceded.objects.create(day=day, sort="line", key=key, card_kind=kind, n=200, appointment=5)
        Preceded.objects.create(day=day, sort="line", key="other", card_kind=kind, n=400, appointment=100)
    told = Told(world)
    for i in range(120):
        told.card(kind, uuid4(), *(["after.appointment"] if i % 4 == 0 else []), days_ago=4)
    told.keep()
    return key


def test_a_bad_line_is_proposed_to_be_left_out_and_only_a_person_makes_a_draft_of_it(world: World) -> None:
    key = a_low_line(world)
    days = Range(today(world) - timedelta(days=29), today(world))
    with scope(world.oakwood.pk):
        from analytics.effectiveness import judge

        shown = {
            Thing(r.sort, r.key, r.card_kind): Counts(r.n, 0, {"appointment": r.appointment})
            for r in Preceded.objects.all()
        }
        kind = a_line()[1]
        shown |= {
            Thing("kind", kind, kind): Counts(600, 0, {"appointment": 105}),
            Thing("all", ""): Counts(600, 0, {"appointment": 105}),
        }
        found = judge(shown, {}, outcomes=("appointment",))
        assert proposals.make(found, days) >= 1
        assert proposals.make(found, days) == 0
        one = next(p for p in Proposal.objects.all() if p.evidence["line"] == key)
        assert not PlaybookVersion.objects.exists()
    client = signed_in(world.olivia)
    page = client.get("/results/coaching/proposals/").content.decode()
    assert "Leave out:" in page
    assert "<del>" in page
    assert (
        signed_in(world.tess).post("/results/coaching/proposals/", {"proposal": one.pk, "do": "accept"}).status_code
        == 403
    )
    client.post("/results/coaching/proposals/", {"proposal": one.pk, "do": "accept"})
    with scope(world.oakwood.pk):
        version = PlaybookVersion.objects.get()
        assert version.status == PlaybookVersion.Status.DRAFT
        assert Tenant.objects.get(pk=world.oakwood.pk).playbook_version is None
        merged = Library.base().merged(version.content)
        assert key not in {line.id for entry in merged.entries() for line in entry.say}
        rest = {line.id for entry in Library.base().entries() for line in (*entry.say, *entry.ask)} - {key}
        assert rest <= {line.id for entry in merged.entries() for line in (*entry.say, *entry.ask)}
        with pytest.raises(Conflict):
            proposals.reject(one.pk, by=world.olivia.membership)


def test_words_that_agents_say_again_and_again_are_proposed_without_anybodys_name(world: World) -> None:
    card = a_card(world)
    said = ["Shall we look at what the payment would be with five percent down?"] * 3 + [
        "Pat Doe, call me on 212-555-0142 tonight"
    ] * 4
    with scope(world.oakwood.pk):
        for text in said:
            Feedback.objects.create(
                suggestion=card,
                session=card.session,
                agent=card.agent,
                verdict="edited",
                said=text,
                client_id=str(uuid4()),
            )
        with override(ZoneInfo(world.oakwood.timezone)):
            proposals.make((), Range(today(world) - timedelta(days=2), today(world)))
        titles = [one.title for one in Proposal.objects.all()]
    assert titles == [
        "Take in the agents' own words: Shall we look at what the payment would be with five percent down?"
    ]


def test_a_proposal_for_a_playbook_that_changed_since_is_not_laid_over_the_new_one(world: World) -> None:
    test_words_that_agents_say_again_and_again_are_proposed_without_anybodys_name(world)
    with scope(world.oakwood.pk):
        entry = Library.base().entries()[0]
        playbooks.publish(
            playbooks.draft({"entries": {entry.language: {entry.kind: {entry.vertical: {"headline": "New words"}}}}})
        )
        with pytest.raises(Conflict):
            proposals.accept(Proposal.objects.get().pk, by=world.olivia.membership)


def test_benchmarks_are_looked_at_first_and_bad_rows_say_why(world: World) -> None:
    client = signed_in(world.olivia)
    page = client.post(
        "/results/value/", {"do": "look", "file": SimpleUploadedFile("m.csv", FILE.encode())}
    ).content.decode()
    assert "2 rows can be taken in" in page
    assert "value is more than can be." in page
    assert "metric is one of" in page
    with scope(world.oakwood.pk):
        assert not Benchmark.objects.exists()
    client.post("/results/value/", {"do": "import", "file": SimpleUploadedFile("m.csv", FILE.encode())})
    client.post("/results/value/", {"do": "import", "file": SimpleUploadedFile("m.csv", FILE.encode())})
    with scope(world.oakwood.pk):
        assert Benchmark.objects.count() == 2
    assert client.post("/results/value/", {"do": "import"}).status_code == 400
    wrong = SimpleUploadedFile("m.csv", b"name,age\nPat,3\n")
    assert "does not name metric" in client.post("/results/value/", {"do": "look", "file": wrong}).content.decode()
    assert signed_in(world.tess).post("/results/value/", {"do": "look"}).status_code == 403


def test_the_market_is_told_with_its_age_and_nothing_is_said_of_too_few_own_cases(world: World) -> None:
    with scope(world.oakwood.pk):
        market.bring(FILE.encode(), by=world.olivia.membership)
    analysed(world)
    page = signed_in(world.olivia).get("/results/value/").content.decode()
    assert "too few" in page
    assert "the market may have moved since" in page


def test_the_plan_names_situations_with_a_range_and_how_sure_it_is(world: World) -> None:
    rates_win(world)
    analysed(world)
    page = signed_in(world.olivia).get("/results/value/").content.decode()
    assert "Worth the most: rates" in page
    assert "Falls behind: timing" in page
    assert "some, counted but not caused" in page


def test_another_range_is_refused(world: World) -> None:
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        effectiveness.ask("forever")


@pytest.mark.parametrize(
    "path", ["/results/coaching/", "/results/coaching/themes/", "/results/coaching/proposals/", "/results/value/"]
)
def test_every_table_leaves_as_a_file(world: World, path: str) -> None:
    response = signed_in(world.olivia).get(path, {"format": "csv"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")


def test_the_api_tells_the_same_as_the_page(world: World) -> None:
    rates_win(world)
    client = signed_in(world.olivia)
    told = client.get("/api/v1/claude/analytics/effectiveness?time_range=30d").json()
    assert (told["state"], told["findings"]) == ("none", [])
    analysed(world)
    told = client.get("/api/v1/claude/analytics/effectiveness?time_range=30d").json()
    [one] = [f for f in told["findings"] if f["key"] == "rates" and f["outcome"] == "appointment"]
    assert (one["hits"], one["n"], one["verdict"]) == (30, 60, "high")
    plan = client.get("/api/v1/claude/analytics/competition?time_range=30d").json()["plan"]
    assert plan[0]["confidence"] == "some"
    assert client.get("/api/v1/claude/analytics/effectiveness?time_range=soon").status_code == 400


def test_days_are_the_tenants(world: World) -> None:
    row = analysed(world)
    assert row.last == datetime.now(ZoneInfo(world.oakwood.timezone)).date()
