"""Does a sealed value open only with its key and in its place, and does a change of keys lose none?"""

from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.ghl.models import Agency, Connection, Kind
from enterprisehub.ops import config
from enterprisehub.privacy import crypto, rotation
from enterprisehub.privacy.crypto import SealBroken, is_current, seal, seal_into, unseal, unseal_from
from enterprisehub.tenants.scope import scope, unscoped
from tests.world import World

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}


@given(st.text(), st.text())
def test_what_was_sealed_opens_in_its_place(text: str, about: str) -> None:
    assert unseal(seal(text, about=about), about=about) == text


def test_it_opens_nowhere_else_and_not_when_changed() -> None:
    sealed = seal("pit-secret", about="here")
    assert b"pit-secret" not in sealed
    with pytest.raises(SealBroken):
        unseal(sealed, about="there")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            unseal(changed, about="here")
        with pytest.raises(SealBroken):
            unseal(sealed[:place], about="here")


def test_the_same_text_never_looks_the_same() -> None:
    assert len({seal("a", about="x") for _ in range(100)}) == 100


def test_an_older_key_still_opens_and_the_first_one_seals(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = OLD
    sealed = seal("token", about="x")
    settings.ENCRYPTION_KEYS = {**NEW, **OLD}
    assert unseal(sealed, about="x") == "token"
    assert not is_current(sealed)
    assert crypto.key_id_of(seal("token", about="x")) == "new"
    settings.ENCRYPTION_KEYS = NEW
    with pytest.raises(SealBroken, match="old"):
        unseal(sealed, about="x")


def test_keys_come_from_the_environment_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    coded = base64.b64encode(b"\xfb" * 32).decode()
    monkeypatch.setenv("THING", f"b:{coded},a:{coded.replace('+', '-').replace('/', '_').rstrip('=')}")
    assert config.encryption_keys("THING", "s") == {"b": b"\xfb" * 32, "a": b"\xfb" * 32}
    assert [*config.encryption_keys("THING", "s")] == ["b", "a"]
    monkeypatch.delenv("THING")
    assert config.encryption_keys("THING", "s") != config.encryption_keys("THING", "t")


@pytest.mark.parametrize("value", ["a", "a:", "a:c2hvcnQ=", ":" + "A" * 43 + "=", "a:!" + "A" * 43])
def test_keys_that_are_none_end_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    with pytest.raises(SystemExit):
        config.encryption_keys("THING", "s")


def _connections(world: World) -> list[Connection]:
    made = []
    for tenant in (world.oakwood, world.elm):
        with scope(tenant.pk):
            row = Connection(kind=Kind.PIT, location_id=f"loc-{tenant.slug}")
            seal_into(row, "access_sealed", f"pit-{tenant.slug}")
            row.save()
            made.append(row)
    return made


def test_rotating_seals_every_tenants_rows_anew_and_can_be_repeated(db: None, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = OLD
    connections = _connections(World())
    agency = Agency(company_id="co")
    seal_into(agency, "refresh_sealed", "refresh")
    agency.save()
    settings.ENCRYPTION_KEYS = {**NEW, **OLD}
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    assert "ghl.Connection: 2 sealed anew, 0 cannot be opened" in out.getvalue()
    assert "ghl.Agency: 1 sealed anew" in out.getvalue()
    settings.ENCRYPTION_KEYS = NEW
    with unscoped("the test reads both"):
        told = {unseal_from(Connection.objects.get(pk=row.pk), "access_sealed") for row in connections}
    assert told == {"pit-oakwood", "pit-elm"}
    assert unseal_from(Agency.objects.get(), "refresh_sealed") == "refresh"
    assert sum(changed for _, changed, _ in rotation.rotate()) == 0


def test_rotating_goes_on_where_it_was_stopped(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ENCRYPTION_KEYS = OLD
    _connections(World())
    settings.ENCRYPTION_KEYS = {**NEW, **OLD}
    monkeypatch.setattr(rotation, "BATCH", 1)
    steps = rotation.rotate()
    while next(steps)[0] != "ghl.Connection":
        pass
    steps.close()
    assert sum(changed for label, changed, _ in rotation.rotate() if label == "ghl.Connection") == 1


def test_a_value_whose_key_is_gone_is_named_and_left_as_it_is(db: None, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = OLD
    row = _connections(World())[0]
    settings.ENCRYPTION_KEYS = NEW
    with pytest.raises(CommandError):
        call_command("rotate_keys", stdout=StringIO())
    with scope(row.tenant_id):
        assert bytes(Connection.objects.get(pk=row.pk).access_sealed) == bytes(row.access_sealed)
