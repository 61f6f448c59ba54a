"""By which names does a medium go? In a webhook, in the REST list, as a number, and when something is sent."""

from __future__ import annotations

from typing import Final, NamedTuple


class Medium(NamedTuple):
    """`sent` is the word of POST /conversations/messages, `dnd` the key in a contact's dndSettings."""

    told: str
    listed: str
    number: int
    sent: str
    dnd: str
    box: str  # the conversation's type
    box_number: int


MEDIA: Final[dict[str, Medium]] = {
    "sms": Medium("SMS", "TYPE_SMS", 2, "SMS", "SMS", "TYPE_PHONE", 1),
    "email": Medium("Email", "TYPE_EMAIL", 3, "Email", "Email", "TYPE_EMAIL", 2),
    "call": Medium("CALL", "TYPE_CALL", 1, "", "Call", "TYPE_PHONE", 1),
    "voicemail": Medium("CALL", "TYPE_VOICEMAIL", 10, "", "Call", "TYPE_PHONE", 1),
    "chat": Medium("Live_Chat", "TYPE_LIVE_CHAT", 29, "Live_Chat", "", "TYPE_PHONE", 1),
    "facebook": Medium("FB", "TYPE_FACEBOOK", 11, "FB", "FB", "TYPE_FB_MESSENGER", 3),
    "instagram": Medium("IG", "TYPE_INSTAGRAM", 18, "IG", "FB", "TYPE_FB_MESSENGER", 3),
    "whatsapp": Medium("WhatsApp", "TYPE_WHATSAPP", 19, "WhatsApp", "WhatsApp", "TYPE_PHONE", 1),
    "custom": Medium("Custom", "TYPE_CUSTOM_SMS", 20, "Custom", "SMS", "TYPE_PHONE", 1),
    "rcs": Medium("RCS", "TYPE_RCS", 34, "RCS", "RCS", "TYPE_PHONE", 1),
    "tiktok": Medium("TIKTOK", "TYPE_TIKTOK", 35, "TIKTOK", "", "TYPE_PHONE", 1),
    "comment": Medium("InternalComment", "TYPE_INTERNAL_COMMENT", 30, "InternalComment", "", "TYPE_PHONE", 1),
}
BY_SENT: Final = {medium.sent: name for name, medium in MEDIA.items() if medium.sent}
