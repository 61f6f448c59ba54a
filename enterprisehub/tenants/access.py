"""Who may do what? One table of role × operation; every door asks it."""

from __future__ import annotations

from django.db import models

from enterprisehub.errors import NotAllowed


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    TEAM_LEAD = "team_lead", "Team lead"
    AGENT = "agent", "Agent"
    AUDITOR = "auditor", "Auditor (reads only)"


EVERYONE = frozenset(Role)
RUNS_IT = frozenset({Role.OWNER, Role.ADMIN})
LEADS = RUNS_IT | {Role.TEAM_LEAD}
TALKS = LEADS | {Role.AGENT}

# Operation → roles that may. What is not listed, nobody may.
OPERATIONS: dict[str, frozenset[Role]] = {
    "dashboard.open": EVERYONE,
    "coaching.listen": TALKS,  # own socket
    "coaching.hear": TALKS,  # own conversations
    "coaching.hear_for_others": LEADS,
    "coaching.feedback": TALKS,
    "coaching.sessions.own": EVERYONE,
    "coaching.sessions.all": LEADS | {Role.AUDITOR},
    "leads.read.own": EVERYONE,
    "leads.read.all": LEADS | {Role.AUDITOR},
    "leads.write": TALKS,
    "leads.import": LEADS,  # for everybody; who only has leads.write imports for themselves
    "leads.write.all": LEADS,  # everybody's, not only one's own and nobody's
    "leads.manage": LEADS,  # whose a lead is, and where it came from
    "actions.read": EVERYONE,  # of the leads that one may see
    "actions.write": TALKS,  # plan, approve, snooze, complete
    "consents.read": EVERYONE,
    "consents.write": TALKS,
    "highlevel.read": RUNS_IT | {Role.AUDITOR},  # connection, inbox, outbox, gaps
    "highlevel.manage": RUNS_IT,  # connect, requeue, disconnect
    "playbook.read": EVERYONE,
    "playbook.publish": RUNS_IT,
    "people.manage": RUNS_IT,
    "keys.manage": RUNS_IT,
    "settings.manage": RUNS_IT,
    "feedback.read": LEADS | {Role.AUDITOR},
    "audit.read": RUNS_IT | {Role.AUDITOR},
    "ledger.read": RUNS_IT | {Role.AUDITOR},
    "admin.enter": RUNS_IT,
    "analytics.read.own": EVERYONE,  # one's own figures, plan and drills
    "analytics.read": LEADS | {Role.AUDITOR},  # the brokerage's coaching: overview, effectiveness, experiments
    "analytics.read.agents": RUNS_IT
    | {Role.AUDITOR},  # every agent's figures; a team lead sees the teams that they lead
    "analytics.read.money": RUNS_IT | {Role.AUDITOR},  # return, cost
    "analytics.events.write": TALKS,  # an outcome, of the leads that one may see
    "analytics.analyse": LEADS,  # ask for an analysis of what worked
    "analytics.score": LEADS,  # a person's own word on a scorecard
    "analytics.manage": RUNS_IT,  # experiments, baselines, benchmarks, proposals
    "board.watch": LEADS,  # who is in conversation now
    "board.act": LEADS,  # whisper to an agent, take a conversation over
}

# What an API key may be granted; each scope opens these operations and no others.
KEY_SCOPES: dict[str, frozenset[str]] = {
    "coaching:write": frozenset({"coaching.hear", "coaching.hear_for_others", "coaching.feedback", "coaching.listen"}),
    "coaching:read": frozenset({"coaching.sessions.all", "coaching.sessions.own", "playbook.read"}),
    "actions:write": frozenset({"actions.write"}),
    "actions:read": frozenset({"actions.read"}),
    "consents:write": frozenset({"consents.write"}),
    "consents:read": frozenset({"consents.read"}),
    "highlevel:read": frozenset({"highlevel.read"}),
    "analytics:write": frozenset({"analytics.events.write", "analytics.analyse"}),
    "analytics:read": frozenset(
        {"analytics.read.own", "analytics.read", "analytics.read.agents", "analytics.read.money"}
    ),
    "leads:write": frozenset({"leads.write", "leads.write.all", "leads.manage"}),
    "leads:read": frozenset({"leads.read.all", "leads.read.own"}),
}
# What a key that is bound to one agent never does, whatever its scopes say.
OF_OTHERS = frozenset(
    {
        "coaching.hear_for_others", "coaching.sessions.all", "leads.read.all", "leads.write.all", "leads.manage",
        "analytics.read", "analytics.read.agents", "analytics.read.money",
    }
)  # fmt: skip


def may(role: str | None, operation: str) -> bool:
    return role is not None and role in OPERATIONS.get(operation, frozenset())


def key_may(scopes: list[str], operation: str) -> bool:
    return any(operation in KEY_SCOPES.get(scope, frozenset()) for scope in scopes)


def may_grant(role: str | None, granted: str) -> bool:
    """Whether this role may give (or take away) `granted`: owners any, admins any but owner, nobody else."""
    return may(role, "people.manage") and (role == Role.OWNER or granted != Role.OWNER)


def require(role: str | None, operation: str) -> None:
    if not may(role, operation):
        raise NotAllowed(f"Your role may not do this ({operation}).")
