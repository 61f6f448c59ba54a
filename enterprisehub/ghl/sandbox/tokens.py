"""Who may come in: codes, access tokens, refresh tokens that turn with every use, and private integration tokens?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from enterprisehub.ghl.sandbox.clock import Clock

UserType = Literal["Location", "Company"]


@dataclass
class Token:
    """One token that opens the API; `refresh` is "" for a private integration."""

    access: str
    refresh: str
    user_type: UserType
    company_id: str
    location_id: str
    scopes: tuple[str, ...]
    user_id: str
    expires: float
    refresh_id: str = ""


@dataclass
class Code:
    """What the consent page gives away; it is good once."""

    user_type: UserType
    company_id: str
    location_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    expires: float


class Tokens:
    """All that were given out and are still good."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._codes: dict[str, Code] = {}
        self.refreshes = 0  # how often a pair was renewed, which tests count
        self.spent_tries = 0  # how often a used or unknown refresh token was shown

    def code(self, code: Code) -> str:
        key = secrets.token_hex(20)
        self._codes[key] = code
        return key

    def spend(self, key: str) -> Code | None:
        code = self._codes.pop(key, None)
        return code if code is not None and code.expires > self._clock.now() else None

    def pair(self, code: Code, *, seconds: float) -> Token:
        """A new access token and its refresh token."""
        token = Token(
            access=f"eyJ{secrets.token_urlsafe(48)}",
            refresh=f"eyR{secrets.token_urlsafe(48)}",
            user_type=code.user_type,
            company_id=code.company_id,
            location_id=code.location_id,
            scopes=code.scopes,
            user_id="SandboxUserInstaller",
            expires=self._clock.now() + seconds,
            refresh_id=secrets.token_hex(12),
        )
        self._access[token.access] = token
        self._refresh[token.refresh] = token
        return token

    def of_refresh(self, key: str) -> Token | None:
        found = self._refresh.get(key)
        self.spent_tries += found is None
        return found

    def turn(self, old: Token, *, seconds: float) -> Token:
        """The pair after this one. The old refresh token is dead at once; the old access token lives on until it ends."""
        self._refresh.pop(old.refresh, None)
        self.refreshes += 1
        code = Code(old.user_type, old.company_id, old.location_id, old.scopes, "", 0)
        return self.pair(code, seconds=seconds)

    def private(self, *, company_id: str, location_id: str, scopes: tuple[str, ...], seconds: float | None) -> Token:
        """A private integration token; an agency's has no location."""
        kind: UserType = "Location" if location_id else "Company"
        expires = float("inf") if seconds is None else self._clock.now() + seconds
        token = Token(f"pit-{secrets.token_hex(16)}", "", kind, company_id, location_id, scopes, "", expires)
        self._access[token.access] = token
        return token

    def of_access(self, key: str) -> Token | None:
        token = self._access.get(key)
        return token if token is not None and token.expires > self._clock.now() else None

    def expire(self, location_id: str) -> int:
        """End every access token of a location now; refresh tokens stay. Says how many."""
        ended = [token for token in self._access.values() if token.location_id == location_id and token.refresh]
        for token in ended:
            token.expires = 0.0
        return len(ended)

    def revoke(self, *, company_id: str = "", location_id: str = "", access: str = "") -> None:
        """Forget a token, or all of a location or of a company."""

        def goes(token: Token) -> bool:
            if access:
                return token.access == access
            return token.location_id == location_id if location_id else token.company_id == company_id

        self._access = {key: token for key, token in self._access.items() if not goes(token)}
        self._refresh = {key: token for key, token in self._refresh.items() if not goes(token)}
