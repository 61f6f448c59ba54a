"""What does one row of somebody's file say about a lead, and what in it cannot be taken in?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import available_timezones

import phonenumbers
from babel.core import Locale, UnknownLocaleError

from leads.importing.columns import FIELDS, IDENTITY, Columns
from leads.importing.csvfile import MAX_CELL, Record

# Cells that people and programs write where there is nothing.
_NOTHING = {"", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "#n/a", "keine", "ninguno"}
_MAIL = re.compile(
    r"[A-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?(?:\.[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?)+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^'(?=[=+\-@])")  # what an export writes before a cell that a spreadsheet would calculate
_LONGEST = {"name": 120, "first_name": 60, "last_name": 60, "email": 254, "contact_id": 64, "source": 60}
_CONTACT = re.compile(r"[\w.:|-]+")

_STAGES = {
    "new": "new|new lead|open|nuevo|uncontacted|not contacted",
    "attempting": "attempting|attempting contact|attempted contact|contacting|trying to reach",
    "engaged": "engaged|contacted|in conversation|conversing|working|nurturing|contactado",
    "qualified": "qualified|hot|calificado",
    "appointment": "appointment|appointment set|appointment scheduled|meeting set|cita",
    "represented": "represented|signed|agreement signed|client|listing signed",
    "active": "active|active client|showing|touring|searching|listed|activo",
    "under_contract": "under contract|in escrow|pending|in contract|bajo contrato",
    "closed": "closed|closed referral|closed and referral|closed won|sold|won|past client|cerrado",
}
_SIDES = {
    "buyer": "buyer|buy|buying|purchase|comprador|compradora",
    "seller": "seller|sell|selling|listing|vendedor|vendedora",
    "both": "both|buyer and seller|buyer seller|buy and sell|seller and buyer|seller buyer",
    "renter": "renter|rent|renting|tenant|lease|inquilino|arrendatario",
    "investor": "investor|invest|investing|inversor|inversionista",
    "landlord": "landlord|lessor|propietario|arrendador",
    "commercial": "commercial|comercial",
}
_VERTICALS = {
    "first_time": "first time|first time buyer|first time buyers|primera vez",
    "luxury": "luxury|lujo",
    "investment": "investment|inversion",
    "commercial": "commercial|comercial",
    "any": "any|residential|residential any|residencial",
}
WORDS = {
    name: {word: value for value, words in table.items() for word in words.split("|")}
    for name, table in {"stage": _STAGES, "side": _SIDES, "vertical": _VERTICALS}.items()
}


@dataclass(frozen=True)
class Problem:
    """Why a row is not taken in: its number in the spreadsheet, the column's head ("" = the whole row), the reason.

    No cell's content is in it, so that it may be kept when the file is gone.
    """

    row: int
    column: str
    problem: str


@dataclass(frozen=True)
class Person:
    """What one row says, by field of the lead (`agent_email` apart); what it does not say is not in `values`."""

    row: int
    values: dict[str, str] = field(default_factory=dict)
    agent_email: str = ""


class _Wrong(ValueError):
    """This cell cannot be what its column is."""


def person(record: Record, header: Sequence[str], columns: Columns, region: str = "US") -> Person | list[Problem]:
    """The row's person, or every problem that keeps the row out. `region` is where phone numbers without + belong."""
    if record.problem:
        return [Problem(record.number, "", record.problem)]
    said, problems = {}, []
    for position, name in columns.items():
        cell = record.cells[position] if position < len(record.cells) else ""
        try:
            value = _value(name, cell, region)
        except _Wrong as error:
            problems.append(Problem(record.number, header[position], str(error)))
            continue
        if value:
            said[name] = value
    if not problems and not any(said.get(name) for name in IDENTITY):
        problems = [Problem(record.number, "", "There is no name, e-mail address, phone or contact id in this row.")]
    return problems or _person(record.number, said)


def _person(row: int, said: Mapping[str, str]) -> Person:
    name = said.get("name") or " ".join(filter(None, (said.get("first_name"), said.get("last_name"))))
    values = {key: value for key, value in said.items() if key not in ("first_name", "last_name", "agent_email")}
    return Person(row, {**values, "name": name[:120]} if name else values, said.get("agent_email", ""))


def _value(name: str, cell: str, region: str) -> str:
    if len(cell) > MAX_CELL:
        raise _Wrong("The cell is far too long. Is a quotation mark missing?")
    text = _QUOTED.sub("", cell.strip())
    if "\n" in text or "\r" in text:
        raise _Wrong("The cell goes over several lines. Is a quotation mark missing?")
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    if text.lower() in _NOTHING:
        return ""
    if len(text) > _LONGEST.get(name, 120):
        raise _Wrong(f"{FIELDS[name]} has at most {_LONGEST.get(name, 120)} characters.")
    return _READERS[name](text, region) if name in _READERS else " ".join(text.split())


def _mail(text: str, _: str) -> str:
    address = text.removeprefix("mailto:").strip().lower()
    if len(address) > 254 or not _MAIL.fullmatch(address) or ".." in address:
        raise _Wrong("This is not an e-mail address.")
    return address


@lru_cache(maxsize=4_096)
def phone(text: str, region: str) -> str:
    """The number as E.164 (+13055550123). Raises ValueError when it is none that could be called."""
    try:
        number = phonenumbers.parse(text.replace("\u00a0", " "), region)
    except phonenumbers.NumberParseException:
        raise _Wrong("This is not a phone number.") from None
    if not phonenumbers.is_possible_number(number):
        raise _Wrong("This phone number has too few or too many digits.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _contact(text: str, _: str) -> str:
    if not _CONTACT.fullmatch(text):
        raise _Wrong("A contact id has letters, digits and dashes only.")
    return text


def _word(name: str) -> Callable[[str, str], str]:
    def read(text: str, _: str) -> str:
        value = WORDS[name].get(_plain(text), "")
        if not value:
            raise _Wrong(f"There is no {name} of this name here.")
        return value

    return read


def _plain(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", flat).strip()


def _language(text: str, _: str) -> str:
    named = _languages().get(text.casefold())
    if named:
        return named
    try:
        return Locale.parse(text.replace("_", "-"), sep="-").language
    except (ValueError, UnknownLocaleError, TypeError):
        raise _Wrong("This language is not known.") from None


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    """Two-letter code by name, in English, in Spanish and in the language itself."""
    named: dict[str, str] = {}
    for code in (str(code) for code in Locale("en").languages if len(str(code)) == 2):
        names = (Locale("en").languages.get(code), Locale("es").languages.get(code), _own_name(code))
        named |= {str(name).casefold(): code for name in names if name}
    return named


def _own_name(code: str) -> str | None:
    try:
        return Locale(code).get_language_name()
    except UnknownLocaleError:
        return None


def _zone(text: str, _: str) -> str:
    known = _zones().get(text.replace(" ", "_").lower(), "")
    if not known:
        raise _Wrong("A time zone is written as America/New_York.")
    return known


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


_READERS: dict[str, Callable[[str, str], str]] = {
    "email": _mail,
    "agent_email": _mail,
    "phone": phone,
    "contact_id": _contact,
    "stage": _word("stage"),
    "side": _word("side"),
    "vertical": _word("vertical"),
    "language": _language,
    "timezone": _zone,
}


def neutral(cell: str) -> str:
    """The cell so that a spreadsheet shows it and does not calculate it (OWASP, CSV injection); `person` reads it back."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
