"""May each role do exactly what the table says, and nothing else? The table is written out here once more, by hand."""

from __future__ import annotations

import pytest

from enterprisehub.errors import NotAllowed
from enterprisehub.tenants.access import KEY_SCOPES, OPERATIONS, Role, key_may, may, may_grant, require

# o owner, a admin, t team lead, g agent, r auditor (reads only)
EXPECTED = {
    "dashboard.open": "oatgr",
    "coaching.listen": "oatg",
    "coaching.hear": "oatg",
    "coaching.hear_for_others": "oat",
    "coaching.feedback": "oatg",
    "coaching.sessions.own": "oatgr",
    "coaching.sessions.all": "oatr",
    "leads.read.own": "oatgr",
    "leads.read.all": "oatr",
    "leads.write": "oatg",
    "leads.import": "oat",
    "leads.write.all": "oat",
    "leads.manage": "oat",
    "actions.read": "oatgr",
    "actions.write": "oatg",
    "consents.read": "oatgr",
    "consents.write": "oatg",
    "highlevel.read": "oar",
    "highlevel.manage": "oa",
    "playbook.read": "oatgr",
    "playbook.publish": "oa",
    "people.manage": "oa",
    "keys.manage": "oa",
    "settings.manage": "oa",
    "feedback.read": "oatr",
    "audit.read": "oar",
    "ledger.read": "oar",
    "admin.enter": "oa",
    "analytics.read.own": "oatgr",
    "analytics.read": "oatr",
    "analytics.read.agents": "oar",
    "analytics.read.money": "oar",
    "analytics.events.write": "oatg",
    "analytics.analyse": "oat",
    "analytics.score": "oat",
    "analytics.manage": "oa",
    "board.watch": "oat",
    "board.act": "oat",
}
LETTERS = {"o": Role.OWNER, "a": Role.ADMIN, "t": Role.TEAM_LEAD, "g": Role.AGENT, "r": Role.AUDITOR}
CHANGES = {"hear", "hear_for_others", "feedback", "write", "publish", "manage", "enter", "listen", "import"}
ROWS = [
    (operation, role, letter in letters) for operation, letters in EXPECTED.items() for letter, role in LETTERS.items()
]


def test_every_operation_and_every_role_is_in_this_table() -> None:
    assert EXPECTED.keys() == OPERATIONS.keys()
    assert set(LETTERS.values()) == set(Role)


@pytest.mark.parametrize(("operation", "role", "allowed"), ROWS)
def test_a_role_may_what_the_table_says(operation: str, role: Role, allowed: bool) -> None:
    assert may(role, operation) is allowed
    if allowed:
        require(role, operation)
    else:
        with pytest.raises(NotAllowed):
            require(role, operation)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("nobody", [None, "", "OWNER", "superuser"])
def test_who_has_no_role_may_nothing(operation: str, nobody: str | None) -> None:
    assert not may(nobody, operation)


@pytest.mark.parametrize("role", list(Role))
def test_an_operation_that_is_not_listed_is_denied_to_all(role: Role) -> None:
    assert not may(role, "coaching.delete_everything")
    assert not may(role, "")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.rpartition(".")[2] in CHANGES])
def test_an_auditor_changes_nothing(operation: str) -> None:
    assert not may(Role.AUDITOR, operation)


KEYS = {
    "coaching:write": {
        "coaching.hear",
        "coaching.hear_for_others",
        "coaching.feedback",
        "coaching.listen",
    },
    "coaching:read": {"coaching.sessions.all", "coaching.sessions.own", "playbook.read"},
    "actions:write": {"actions.write"},
    "actions:read": {"actions.read"},
    "consents:write": {"consents.write"},
    "consents:read": {"consents.read"},
    "highlevel:read": {"highlevel.read"},
    "analytics:write": {"analytics.events.write", "analytics.analyse"},
    "analytics:read": {"analytics.read.own", "analytics.read", "analytics.read.agents", "analytics.read.money"},
    "leads:write": {"leads.write", "leads.write.all", "leads.manage"},
    "leads:read": {"leads.read.all", "leads.read.own"},
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("scope", KEYS)
def test_a_key_opens_what_its_scope_names_and_nothing_else(scope: str, operation: str) -> None:
    assert key_may([scope], operation) is (operation in KEYS[scope])


def test_key_scopes_open_only_operations_that_exist() -> None:
    assert KEYS.keys() == KEY_SCOPES.keys()
    assert all(opened <= OPERATIONS.keys() for opened in KEY_SCOPES.values())
    assert not key_may([], "leads.read.own")
    assert not key_may(["*", "people.manage"], "people.manage")


@pytest.mark.parametrize("granted", list(Role))
@pytest.mark.parametrize("role", list(Role))
def test_nobody_gives_more_than_they_have(role: Role, granted: Role) -> None:
    allowed = role == Role.OWNER or (role == Role.ADMIN and granted != Role.OWNER)
    assert may_grant(role, granted) is allowed
