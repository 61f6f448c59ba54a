"""What does a message of HighLevel say: in which medium, which way, and with which words?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from enterprisehub.ghl import schemas
from enterprisehub.ghl.mail import words_of

INBOUND, OUTBOUND = "inbound", "outbound"
COMMENT, VOICEMAIL, CALL, MESSAGE = "comment", "voicemail", "call", "message"

# HighLevel's many names (webhook `messageType`, REST `TYPE_…`, numbers) -> our medium and what kind of thing it is.
# The names: CONTRACT of 2026-08, "Message types"; one that is not here is a message of no known medium.
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "sms": ("sms", MESSAGE),
    "rcs": ("sms", MESSAGE),
    "phone": ("sms", MESSAGE),
    "email": ("email", MESSAGE),
    "live_chat": ("chat", MESSAGE),
    "livechat": ("chat", MESSAGE),
    "webchat": ("chat", MESSAGE),
    "custom": ("sms", MESSAGE),
    "custom_sms": ("sms", MESSAGE),
    "custom_email": ("email", MESSAGE),
    "fb": ("social", MESSAGE),
    "facebook": ("social", MESSAGE),
    "ig": ("social", MESSAGE),
    "instagram": ("social", MESSAGE),
    "whatsapp": ("social", MESSAGE),
    "gmb": ("social", MESSAGE),
    "tiktok": ("social", MESSAGE),
    "call": ("call", CALL),
    "voicemail": ("call", VOICEMAIL),
    "internalcomment": ("", COMMENT),
    "internal_comment": ("", COMMENT),
}
_NUMBERS: Final[Mapping[int, str]] = {1: "call", 2: "sms", 3: "email", 10: "voicemail"}


@dataclass(frozen=True)
class Spoken:
    """A message as we need it. `medium` is "" when it has none of ours; `id` is "" when HighLevel did not tell it."""

    id: str
    contact_id: str
    direction: str
    medium: str
    kind: str
    text: str
    at: datetime | None
    user_id: str = ""
    attachments: int = 0
    seconds: int = 0  # of a call
    conversation_id: str = ""

    @property
    def answered(self) -> bool:
        """Whether two people spoke on this call."""
        return self.kind == CALL and self.seconds > 0


def spoken(body: Mapping[str, Any]) -> Spoken:
    """From a webhook's event or a row of the REST list: both write the same things in different ways."""
    name = _name(body)
    medium, kind = _KINDS.get(name, ("", MESSAGE))
    if text_of(body, "status").lower() == "voicemail":
        kind = VOICEMAIL
    return Spoken(
        id=text_of(body, "messageId", "emailMessageId", "id"),
        contact_id=text_of(body, "contactId"),
        direction=text_of(body, "direction").lower(),
        medium=medium,
        kind=kind,
        text=_text(body, medium),
        at=moment(body.get("dateAdded")),
        user_id=text_of(body, "userId"),
        attachments=len(found) if isinstance(found := body.get("attachments"), list) else 0,
        seconds=_whole(body.get("callDuration") or _within(body.get("meta"), "call", "duration")),
        conversation_id=text_of(body, "conversationId"),
    )


def moment(value: Any) -> datetime | None:
    """HighLevel's clock (ISO 8601, or a number since 1970), in UTC; None when it is none, such as a number before."""
    return None if isinstance(value, int | float) and value <= 0 else schemas.moment(value)


def text_of(body: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that is a text or a number, as a text; NULs are not kept."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
    return ""


def _name(body: Mapping[str, Any]) -> str:
    for field in ("messageTypeString", "messageType"):
        name = text_of(body, field).lower().removeprefix("type_").replace(" ", "_")
        if name in _KINDS:
            return name
    number = body.get("messageTypeId", body.get("type"))
    return _NUMBERS.get(number, "") if isinstance(number, int) else ""


def _text(body: Mapping[str, Any], medium: str) -> str:
    text = text_of(body, "body", "message")
    if medium == "email":
        return words_of(text_of(body, "plainText") or text) or text_of(body, "subject")
    return text


def _within(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _whole(value: Any) -> int:
    try:
        return max(0, min(int(value), 86_400))
    except (TypeError, ValueError, OverflowError):
        return 0
