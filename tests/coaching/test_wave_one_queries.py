"""The first wave costs at most eight statements, the scope's own included."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from coaching.services.hearing import Words, hear
from enterprisehub.tenants.scope import scope
from tests.world import Count, World


@pytest.mark.django_db
@pytest.mark.parametrize("before", [0, 1, 5])
def test_hearing_costs_at_most_eight_statements(before: int) -> None:
    world = World()
    lead = world.conversation(world.alice, price=485_000).lead
    for _ in range(before):
        world.says(world.alice, lead, "Could you tell me more about the garden?")
    count = Count()
    with connection.execute_wrapper(count), scope(world.oakwood.pk):
        heard = hear(world.alice.agent, Words(lead.pk, "That is too expensive for us.", str(uuid4())))
    # the world is itself inside a transaction here, so the scope sets its tenant back: one statement that a real one saves
    assert heard.suggestion is not None
    assert len(count.statements) - 1 <= 8, count.statements
