"""What is there in the sandbox: agencies, locations and everything that belongs to a location?"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from enterprisehub.ghl.sandbox.clock import Clock
from enterprisehub.ghl.sandbox.index import Index, Row
from enterprisehub.ghl.sandbox.options import Options
from enterprisehub.ghl.sandbox.refusals import Refused, foreign
from enterprisehub.ghl.sandbox.tokens import Tokens

_LETTERS = string.ascii_letters + string.digits
# (type, location id, fields of the event, what must not be overtaken)
Tell = Callable[[str, str, Row, str], None]


def new_id() -> str:
    """Twenty letters and digits, as HighLevel's ids are."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


@dataclass(frozen=True)
class App:
    """The marketplace app that connects."""

    client_id: str
    client_secret: str
    version_id: str

    @property
    def app_id(self) -> str:
        return self.client_id.partition("-")[0]


class Location:
    """One sub-account. Rows by id, in the order in which they came."""

    KINDS = (
        "contacts", "conversations", "messages", "notes", "tasks", "opportunities", "appointments",
        "fields", "tags", "users", "pipelines", "calendars", "workflows",
    )  # fmt: skip

    def __init__(self, row: Row, clock: Clock) -> None:
        self.row = row
        self.active = True
        self.installed = False
        self.rows: dict[str, dict[str, Row]] = {kind: {} for kind in self.KINDS}
        self.found_contacts = Index(clock)
        self.found_conversations = Index(clock)

    @property
    def id(self) -> str:
        return str(self.row["id"])

    def __getitem__(self, kind: str) -> dict[str, Row]:
        return self.rows[kind]

    def of(self, kind: str, contact_id: str) -> list[Row]:
        """What one contact has of a kind, oldest first."""
        return [row for row in self.rows[kind].values() if row.get("contactId") == contact_id]


@dataclass
class World:
    """Everything, and the time in it."""

    app: App
    options: Options
    tell: Tell
    clock: Clock = field(default_factory=Clock)
    companies: dict[str, Row] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    revision: int = 0  # grows with every change, for pages that look again
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.clock)

    def event(self, kind: str, location: Location, row: Row, *, subject: str = "") -> None:
        """Something happened: whoever installed the app is told. Nothing is told about a private integration."""
        self.revision += 1
        if location.installed:
            self.tell(kind, location.id, row, subject)

    def find(self, kind: str, key: str, *, here: Location, name: str) -> Row:
        """A row of this location; a row of another one is refused as foreign."""
        if key in here[kind]:
            return here[kind][key]
        if any(key in other[kind] for other in self.locations.values()):
            raise foreign()
        raise Refused(self.options.missing_status, f"{name} with id {key} not found")

    def reindex(self, location: Location, contact: Row) -> None:
        location.found_contacts.put(contact["id"], contact, lag=self.options.lag)

    def new_location(self, given: dict[str, Any]) -> Location:
        """A location with nothing in it, in a company that is made when it is not there."""
        company = given.get("companyId") or "SandboxCompany000001"
        self.companies.setdefault(company, {"id": company, "name": "Sandbox Agency", "email": "agency@example.com"})
        row: Row = {
            "id": given.get("id") or new_id(),
            "companyId": company,
            "name": given.get("name") or "Sandbox location",
            "timezone": given.get("timezone") or "America/Chicago",
            "country": given.get("country") or "US",
            "email": given.get("email") or "office@example.com",
            "phone": given.get("phone") or "+15125550100",
            "address": "",
            "settings": {"allowDuplicateContact": bool(given.get("allowDuplicateContact", False))},
        }
        self.locations[row["id"]] = location = Location(row, self.clock)
        location.installed = bool(given.get("installed", True))
        self.revision += 1
        return location
