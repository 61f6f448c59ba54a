"""What can be chosen about the sandbox: lags, limits, lifetimes, how webhooks are retried and what may befall them?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

Retry = Literal["429", "any"]


@dataclass(frozen=True)
class Options:
    """Times in seconds, shares from 0 to 1."""

    lag: float = 2.0  # of the contact and conversation search behind what was written
    token_seconds: float = 86_399.0
    code_seconds: float = 600.0
    rate_max: int = 100  # requests of one location within `rate_seconds`
    rate_seconds: float = 10.0
    daily_max: int = 200_000
    missing_status: int = 404  # what is answered for a contact that is not there; 400 was seen too
    webhook_url: str = ""
    webhook_wait: float = 10.0  # for the answer of whoever is told
    install_after: float = 0.0  # how long INSTALL is told after the consent; it may come before or after the code
    retry: Retry = (
        "any"  # "any": every failure, 12 times, slower and slower; "429": only 429, 6 times, every 10 minutes
    )
    compress: float = 600.0  # how much faster than HighLevel's clock the retries run
    duplicates: float = 0.0  # share of events that are told twice
    losses: float = 0.0  # share of events that are never told
    delay: float = 0.0
    shuffle: float = 0.0  # each event waits a random part of so many seconds
    in_order: bool = True  # whether the first tries of one contact's events go one after another
    sign: str = "good"  # "good", "bad", "none" or "n/a"
    hold: bool = False  # events wait until they are let go
    documented: bool = False  # event bodies as documented, with the contactId of tasks; else as they really come
    message_ids: bool = True  # whether messageId is told with an SMS
    api_source: str = "api"  # what `source` says of a message that was sent through the API
    stop_words: bool = True  # whether a STOP by SMS switches the contact's DND on, as a carrier's rule does

    def changed(self, given: dict[str, Any]) -> Options:
        """With these values; ValueError for a name or a value that does not fit."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in given.items():
            if name not in kinds:
                raise ValueError(f"there is no option {name!r}")
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            if not (fits if kinds[name] in (int, float) else isinstance(value, kinds[name])):
                raise ValueError(f"{name} must be {kinds[name].__name__}")
        if given.get("retry", "any") not in ("any", "429") or given.get("compress", 1) <= 0:
            raise ValueError('retry is "any" or "429", compress is above 0')
        if given.get("sign", "good") not in ("good", "bad", "none", "n/a"):
            raise ValueError('sign is "good", "bad", "none" or "n/a"')
        return replace(self, **given)

    def told(self) -> dict[str, Any]:
        return asdict(self)
