"""A file of past leads becomes a model with a card; a person compares, promotes and goes back, each in their own tenant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enterprisehub.errors import Conflict, Invalid
from enterprisehub.ops.stores import cache_redis
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import keys
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import named, scope
from leads.models import PipelineStage, ScoringModel
from leads.scorecards import loads
from leads.services import scorecards
from tests.doors import staff
from tests.leads.past import past_leads
from tests.world import World

pytestmark = pytest.mark.django_db
PATH = "/admin/leads/scoringmodel/"
State = ScoringModel.State


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Client:
    return staff(world.ada)


def form(content: bytes, **given: str) -> dict[str, Any]:
    values = {
        "name": "Last year",
        "source": "file",
        "known_live": "",
        "outcome": "won",
        "time_column": "",
        "left_out": "",
        **given,
    }
    return {**values, "csv": SimpleUploadedFile("past.csv", content, "text/csv")}


def add(client: Client, content: bytes, **given: str) -> Any:
    return client.post(f"{PATH}add/", form(content, **given))


def made(world: World, *, content: bytes | None = None, trained: bool = True, **given: Any) -> ScoringModel:
    past = scorecards.Past(**{"name": "Ours", "content": content or past_leads(), "outcome": "won", **given})
    with scope(world.oakwood.pk):
        row = scorecards.hand_in(past, by=world.ada.membership)
    if trained:
        work(row)
    return again(row)


def work(row: ScoringModel) -> None:
    current_app.tasks["leads.train_scoring"](tenant=str(row.tenant_id), model=str(row.pk))


def again(row: ScoringModel) -> ScoringModel:
    with scope(row.tenant_id):
        found: ScoringModel = ScoringModel.objects.get(pk=row.pk)
        return found


def promote(row: ScoringModel) -> None:
    with scope(row.tenant_id):
        scorecards.promote(row, acknowledged=["city"])


def verbs(world: World) -> list[str]:
    with scope(world.oakwood.pk):
        return list(
            AuditEvent.objects.filter(verb__startswith="scoring.").order_by("pk").values_list("verb", flat=True)
        )


def test_a_file_is_handed_in_and_the_worker_is_asked_to_learn(world: World, client: Client) -> None:
    response = add(client, past_leads(), left_out="source\n\nsource")
    assert response.status_code == 302, response.context["adminform"].form.errors
    with scope(world.oakwood.pk):
        row, job = ScoringModel.objects.get(), Job.objects.get()
    assert (row.state, row.exclude, row.owner_id) == (State.WAITING, ["source"], world.ada.membership.pk)
    assert (job.name, job.arguments) == ("leads.train_scoring", {"model": str(row.pk)})
    assert verbs(world) == ["scoring.hand_in"]


def test_training_ends_with_numbers_a_card_and_without_the_file(world: World, client: Client) -> None:
    row = made(world)
    assert (row.state, row.progress, row.content, row.problem) == (State.READY, 100, None, "")
    model = loads(json.dumps(row.numbers))
    assert model.version == row.card["version"]
    assert "city" not in model.needs
    page = client.get(f"{PATH}{row.pk}/change/").content.decode()
    for words in ("<svg", "<circle", "What it looks at", "Proxies of protected classes", row.card["version"]):
        assert words in page
    assert verbs(world) == ["scoring.hand_in", "scoring.ready"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (past_leads(60), "Too little to learn from"),
        (past_leads() + b"\nweb,3,yes,Eastbrook,perhaps", "Row 402: won is 'perhaps'"),
        (past_leads() + b"\nweb,3", "Row 402: 2 cells where the header has 5."),
    ],
)
def test_what_cannot_be_learned_from_fails_in_words_that_name_rows(
    world: World, client: Client, content: bytes, words: str
) -> None:
    row = made(world, content=content)
    assert (row.state, row.content) == (State.FAILED, None)
    assert words in row.problem
    page = client.get(f"{PATH}{row.pk}/change/")
    assert page.status_code == 200
    assert verbs(world)[-1] == "scoring.failed"


@pytest.mark.parametrize(
    ("field", "content", "given"),
    [
        ("outcome", past_leads(), {"outcome": "closed"}),
        ("time_column", past_leads(), {"time_column": "when"}),
        ("left_out", past_leads(), {"left_out": "no such"}),
        ("known_live", past_leads(), {"known_live": "timeframe = no such"}),
        ("known_live", past_leads(), {"known_live": "shoe size = visits"}),
        ("outcome", past_leads(), {"outcome": ""}),
        ("csv", b"\xff\xfe\x00", {}),
        ("csv", b"won\n" + b"1\n" * 100_001, {}),
        ("csv", b"won\n" + b"1" * (20 * 1024 * 1024), {}),
        ("csv", b"a\x00,won\n1,2", {}),
        ("name", past_leads(), {"name": ""}),
    ],
)
def test_what_cannot_be_handed_in_says_why_at_once(
    world: World, client: Client, field: str, content: bytes, given: dict[str, str]
) -> None:
    response = add(client, content, **given)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    with scope(world.oakwood.pk):
        assert not ScoringModel.objects.exists()


def test_progress_is_seen_while_it_is_trained_and_a_second_worker_stays_away(world: World) -> None:
    row = made(world, trained=False)
    with scope(row.tenant_id):
        key = keys.key("training", row.pk)
    cache_redis().set(key, 1, ex=30)
    with pytest.raises(Conflict):
        work(row)
    assert again(row).state == State.WAITING
    cache_redis().delete(key)
    seen: list[int] = []
    with named(row.tenant_id):
        told = scorecards._teller(row.pk, lambda: seen.append(again(row).progress))
        for _ in range(20):
            told("a step")
    assert seen == sorted(seen)
    assert again(row).progress == 99
    work(row)
    assert again(row).state == State.READY


def test_whoever_died_in_training_is_followed_by_another(world: World) -> None:
    row = made(world, trained=False)
    with scope(row.tenant_id):
        ScoringModel.objects.update(state=State.TRAINING, progress=40)
    work(row)
    assert again(row).state == State.READY


def test_learning_twice_changes_nothing(world: World) -> None:
    row = made(world)
    work(row)
    assert again(row).card == row.card
    assert verbs(world) == ["scoring.hand_in", "scoring.ready"]


class Late(Exception):
    """The time is up."""


def test_too_long_a_training_fails_in_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: Any, **__: Any) -> None:
        raise Late

    monkeypatch.setattr(scorecards, "of_file", late)
    row = made(world, trained=False)
    with named(row.tenant_id):
        scorecards.learn(row.pk, time_is_up=Late)
    assert (again(row).state, again(row).content) == (State.FAILED, None)
    assert "too long" in again(row).problem


def test_one_scores_and_the_one_before_can_be_gone_back_to(world: World) -> None:
    first, second = made(world), made(world, content=past_leads(seed=2))
    promote(first)
    promote(second)
    assert (again(first).state, again(second).state) == (State.RETIRED, State.LIVE)
    promote(first)
    assert (again(first).state, again(second).state) == (State.LIVE, State.RETIRED)
    assert verbs(world)[4:] == [
        "scoring.promote",
        "scoring.retire",
        "scoring.promote",
        "scoring.retire",
        "scoring.roll_back",
    ]


def test_nothing_is_promoted_before_its_proxies_are_acknowledged(world: World) -> None:
    row = made(world)
    assert scorecards.proxies_of(row) == ["city"]
    with scope(row.tenant_id), pytest.raises(Invalid, match="city"):
        scorecards.promote(row, acknowledged=[])
    assert again(row).state == State.READY


@pytest.mark.parametrize("state", [State.WAITING, State.TRAINING, State.FAILED, State.LIVE])
def test_only_a_ready_or_a_retired_one_is_promoted(world: World, state: str) -> None:
    row = made(world)
    with scope(row.tenant_id):
        ScoringModel.objects.update(state=state)
        with pytest.raises(Conflict):
            scorecards.promote(row, acknowledged=["city"])


def test_the_list_leads_to_promotion_and_back(world: World, client: Client) -> None:
    row = made(world)
    response = client.post(PATH, {"action": "promote", "_selected_action": str(row.pk)})
    address = response["Location"]
    page = client.get(address).content.decode()
    assert 'name="acknowledged" value="city"' in page
    told = client.post(address, {}, follow=True).content.decode()
    assert "acknowledge it" in told
    assert again(row).state == State.READY
    assert "scores from now on" in client.post(address, {"acknowledged": "city"}, follow=True).content.decode()
    assert again(row).state == State.LIVE
    assert client.post(f"{PATH}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_two_models_stand_side_by_side(world: World, client: Client) -> None:
    rows = [made(world), made(world, content=past_leads(seed=2), name="The other")]
    chosen = [str(row.pk) for row in rows]
    address = client.post(PATH, {"action": "compare", "_selected_action": chosen})["Location"]
    page = client.get(address).content.decode()
    assert page.count("<svg role=") == 4  # calibration and lift of each
    assert "Ours" in page
    assert "The other" in page
    alone = client.post(PATH, {"action": "compare", "_selected_action": chosen[:1]}, follow=True)
    assert "Select two models" in alone.content.decode()


def test_another_tenants_model_is_none(world: World, client: Client) -> None:
    mine = made(world)
    theirs = staff(world.person(world.elm, "edna", "owner"))
    for address in (f"promote/?m={mine.pk}", f"compare/?m={mine.pk}&m={mine.pk}", "promote/", "promote/?m=x"):
        assert theirs.get(PATH + address).status_code == 404, address
    assert theirs.post(f"{PATH}promote/?m={mine.pk}", {"acknowledged": "city"}).status_code == 404
    assert again(mine).state == State.READY
    with scope(world.elm.pk), pytest.raises(KeyError):
        scorecards.promote(mine, acknowledged=["city"])


@pytest.mark.parametrize("who", ["tess", "alice", "rita"])
def test_only_who_runs_the_place_may_look(world: World, who: str) -> None:
    row, person = made(world), getattr(world, who)
    client = staff(person)
    for address in ("", "add/", f"promote/?m={row.pk}", f"{row.pk}/change/"):
        assert client.get(PATH + address).status_code in (302, 403), address


def test_the_pipelines_meaning_is_edited_by_who_runs_the_place(world: World, client: Client) -> None:
    path = "/admin/leads/pipelinestage/"
    client.post(f"{path}add/", {"pipeline": "", "name": "Hot", "stage": "qualified"})
    with scope(world.oakwood.pk):
        row = PipelineStage.objects.get()
    client.post(f"{path}{row.pk}/change/", {"pipeline": "", "name": "Hot", "stage": "active"})
    with scope(world.oakwood.pk):
        assert PipelineStage.objects.get().stage == "active"
        trail = set(AuditEvent.objects.filter(target__startswith="leads.pipelinestage").values_list("verb", flat=True))
    assert trail == {"admin.add", "admin.change"}


def test_a_training_ends_before_the_broker_would_hand_it_out_again(settings: Any) -> None:
    work_of = current_app.tasks["leads.train_scoring"]
    assert work_of.soft_time_limit < work_of.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
