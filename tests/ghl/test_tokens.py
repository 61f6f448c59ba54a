"""Is a token renewed once, kept before it is used, and never given up for a passing trouble?"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from enterprisehub.ghl import oauth, tokens
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Agency, Connection, Standing
from enterprisehub.ghl.refusals import GrantLost, HighLevelError, LocationPaused, NotConnected, TokenRefused, Unanswered
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.privacy.crypto import seal_into, unseal_from
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from tests.ghl.crowd import begin, crowd, ended_well
from tests.ghl.lines import BACK, installed, line, private
from tests.world import World


def kept(world: World) -> Connection:
    with scope(world.oakwood.pk):
        return Connection.objects.get()


def ended(world: World, sandbox: Remote) -> None:
    """The access token ends at HighLevel, and here nobody knows it."""
    sandbox.expire()


def test_four_processes_that_find_the_token_expired_renew_it_once(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    ended(world, highlevel)
    with crowd(4, "ask", tenant=world.oakwood, sandbox=highlevel, times=6) as children:
        begin(children)
        assert ended_well(children)
    assert highlevel.tokens == {"refreshes": 1, "spent_tries": 0}
    asked = highlevel.asked("GET", "/locations/loc-oakwood")
    assert sum(row["status"] == 200 for row in asked) == 24
    assert kept(world).version == 2


def test_ten_threads_that_know_it_has_ended_renew_it_once(world: World, highlevel: Remote) -> None:
    row = installed(world.oakwood, highlevel)
    renewed: list[int] = []

    def one() -> None:
        from django.db import connection

        renewed.append(tokens.renew(world.oakwood.pk, seen=row.version).version)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert renewed == [2] * 10
    assert highlevel.tokens["refreshes"] == 1


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        Connection.objects.update(expires_at=now() + timedelta(seconds=30))
    line(world.oakwood).call("location.get")
    assert highlevel.tokens["refreshes"] == 1
    assert all(row["status"] == 200 for row in highlevel.asked("GET", "/locations"))


def test_the_clock_renews_ahead_and_leaves_the_others_alone(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    assert tokens.renew_ahead() == {"renewed": 0, "failed": 0}
    with scope(world.oakwood.pk):
        Connection.objects.update(expires_at=now() + timedelta(minutes=5))
    assert tokens.renew_ahead() == {"renewed": 1, "failed": 0}
    assert kept(world).expires_at > now() + timedelta(hours=20)


def test_it_is_not_renewed_inside_a_transaction(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    with scope(world.oakwood.pk), pytest.raises(RuntimeError, match="transaction"):
        tokens.renew(world.oakwood.pk, seen=1)
    assert highlevel.tokens["refreshes"] == 0


def test_an_answer_that_is_lost_is_asked_for_once_more_and_then_a_person_is_needed(
    world: World, highlevel: Remote
) -> None:
    """HighLevel has turned the pair, we did not hear it: the token that we have is spent."""
    installed(world.oakwood, highlevel)
    highlevel.fault("done_cut", "POST /oauth/token")
    with pytest.raises(GrantLost):
        tokens.renew(world.oakwood.pk, seen=1)
    assert len(highlevel.asked("POST", "/oauth/token")) == 3  # the code, the lost answer, and one more try
    row = kept(world)
    assert (row.standing, row.trouble, row.version) == (Standing.NEEDS_REAUTH, "grant_lost", 1)
    assert row.refresh_sealed is not None
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="highlevel.refresh_failed", facts__code="grant_lost").exists()
    with pytest.raises(NotConnected):
        line(world.oakwood)


def test_a_question_that_was_not_heard_is_asked_once_more(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    highlevel.fault("cut", "POST /oauth/token")
    assert tokens.renew(world.oakwood.pk, seen=1).version == 2


def test_a_highlevel_that_does_not_answer_costs_no_connection(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    highlevel.fault("cut", "POST /oauth/token", times=2)
    with pytest.raises(Unanswered):
        tokens.renew(world.oakwood.pk, seen=1)
    assert len(highlevel.asked("POST", "/oauth/token")) == 3
    row = kept(world)
    assert (row.standing, row.trouble) == (Standing.ACTIVE, "unanswered")
    assert tokens.renew(world.oakwood.pk, seen=1).trouble == ""


def test_a_paused_location_keeps_its_tokens_and_comes_back(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    before = bytes(kept(world).refresh_sealed or b"")
    highlevel.change_location("loc-oakwood", active=False)
    with pytest.raises(LocationPaused):
        tokens.renew(world.oakwood.pk, seen=1)
    row = kept(world)
    assert row.standing == Standing.PAUSED
    assert bytes(row.refresh_sealed or b"") == before
    highlevel.change_location("loc-oakwood", active=True)
    assert tokens.renew(world.oakwood.pk, seen=1).standing == Standing.ACTIVE


def _agency(highlevel: Remote) -> Agency:
    back = highlevel.consent(oauth.choose_location(state="s", back=BACK), as_="Company")
    pair = oauth.exchange(back.partition("code=")[2].partition("&")[0], back=BACK)
    agency = Agency(company_id=pair.company_id)
    tokens.keep(agency, pair)
    return agency


def test_an_agencys_token_mints_its_locations_and_says_where_the_app_is(world: World, highlevel: Remote) -> None:
    agency = _agency(highlevel)
    access = unseal_from(agency, "access_sealed") or ""
    assert [one.id for one in oauth.installed_locations(access, company_id=agency.company_id)] == ["loc-oakwood"]
    pair = oauth.mint(access, company_id=agency.company_id, location_id="loc-oakwood")
    assert pair.location_id == "loc-oakwood"
    assert pair.refresh
    assert "eyJ" not in repr(pair)


def test_a_lost_pair_is_minted_anew_where_the_agency_is_known(world: World, highlevel: Remote) -> None:
    installed(world.oakwood, highlevel)
    agency = _agency(highlevel)
    Agency.objects.update(expires_at=now() - timedelta(minutes=1))
    with scope(world.oakwood.pk):
        row = Connection.objects.get()
        seal_into(row, "refresh_sealed", "spent")
        row.save()
    assert tokens.renew(world.oakwood.pk, seen=1).standing == Standing.ACTIVE
    assert Agency.objects.get().version == agency.version + 1, "its own token had ended first"
    assert line(world.oakwood).call("location.get")["location"]["id"] == "loc-oakwood"


def test_tokens_are_read_in_both_spellings() -> None:
    snake = {"access_token": "a", "refresh_token": "r", "expires_in": 86399, "scope": "x y", "userType": "Location"}
    camel = {"accessToken": "a", "refreshToken": "r", "expiresIn": 86399, "scope": "x y", "userType": "Location"}
    for body in (snake, camel):
        pair = oauth._pair({**body, "locationId": "l", "companyId": "c"})
        assert (pair.access, pair.refresh, pair.scopes, pair.location_id) == ("a", "r", ("x", "y"), "l")
    for wrong in ({}, {"access_token": 7}, {**snake, "expires_in": "soon"}, {**snake, "expires_in": -1}):
        with pytest.raises(HighLevelError):
            oauth._pair(wrong)


def test_a_revoked_private_token_needs_a_person(world: World, highlevel: Remote) -> None:
    private(world.oakwood, highlevel, seconds=0.0)
    with pytest.raises(TokenRefused):
        line(world.oakwood).call("location.get")
    assert kept(world).standing == Standing.NEEDS_REAUTH


def test_while_a_private_token_is_rotated_the_former_one_helps_out(world: World, highlevel: Remote) -> None:
    row = private(world.oakwood, highlevel)
    with scope(world.oakwood.pk):
        seal_into(row, "former_sealed", unseal_from(row, "access_sealed"))
        seal_into(row, "access_sealed", "pit-not-yet-known")
        row.former_until = now() + timedelta(days=7)
        row.save()
    assert line(world.oakwood).call("location.get")["location"]["id"] == "loc-oakwood"
    assert kept(world).trouble == "token_refused"
    with scope(world.oakwood.pk):
        Connection.objects.update(former_until=now() - timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        line(world.oakwood).call("location.get")


def test_no_token_is_shown_by_what_holds_it(world: World, highlevel: Remote, caplog: Any) -> None:
    row = private(world.oakwood, highlevel)
    token = unseal_from(row, "access_sealed") or ""
    client = line(world.oakwood)
    highlevel.fault("status", status=500, times=3)
    with pytest.raises(HighLevelError) as raised:
        client.call("location.get")
    told = f"{client!r} {row!r} {raised.value!r} {caplog.text} {Client.for_(row)!r}"
    assert token not in told
    assert token.encode() not in bytes(row.access_sealed or b"")
