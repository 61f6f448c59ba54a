"""What happens to leads: begun, found, spoken with; one file per noun."""

from leads.services.people import (
    MAX_CLIENT_ID,
    MAX_TEXT,
    NewLead,
    begin,
    begin_conversation,
    conversation_of,
    find,
    is_visible,
    seen,
    take_in,
)

__all__ = [
    "MAX_CLIENT_ID",
    "MAX_TEXT",
    "NewLead",
    "begin",
    "begin_conversation",
    "conversation_of",
    "find",
    "is_visible",
    "seen",
    "take_in",
]
