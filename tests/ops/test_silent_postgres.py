"""Is nobody kept waiting for ever by a Postgres that took the question and never answers?"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from enterprisehub.ops.away import is_away


@pytest.fixture
def hurried(settings: Any) -> None:
    settings.DATABASE_ANSWER_WITHIN = 0.3


@pytest.mark.usefixtures("hurried", "transactional_db")
def test_the_wait_for_an_answer_ends_and_the_next_question_has_a_line_of_its_own() -> None:
    with pytest.raises(OperationalError) as silent, connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    assert is_away(silent.value), "so that a page says: try again in a moment"
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
