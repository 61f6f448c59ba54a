"""Which column of a file holds what we keep of a lead?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from enterprisehub.errors import Invalid

# What a column may hold, as a person reads it; in this order it is offered.
FIELDS: dict[str, str] = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone": "Phone",
    "contact_id": "HighLevel contact id",
    "source": "Source",
    "stage": "Stage",
    "side": "Side",
    "vertical": "Vertical",
    "language": "Language",
    "timezone": "Time zone",
    "agent_email": "Agent's e-mail",
}
IDENTITY = ("name", "first_name", "last_name", "email", "phone", "contact_id")
# Heads as exports of address books and CRMs in English, Spanish, French, German and Portuguese call them.
_HEADS: dict[str, str] = {
    "name": "name|full name|fullname|contact|contact name|lead|lead name|client|customer|nombre completo|nom complet|nome|nome completo|vollstandiger name",
    "first_name": "first|first name|firstname|given name|forename|nombre|nombres|prenom|vorname|primeiro nome",
    "last_name": "last|last name|lastname|surname|family name|apellido|apellidos|nom|nom de famille|nachname|sobrenome",
    "email": "email|e mail|mail|email address|e mail address|primary email|email 1|correo|correo electronico|courriel|e mail adresse",
    "phone": "phone|phone number|telephone|tel|mobile|mobile phone|cell|cell phone|primary phone|phone 1|telefono|movil|celular|telefon|handy|telephone portable|telefone",
    "contact_id": "contact id|contactid|highlevel id|highlevel contact id|ghl id|ghl contact id|crm id|id",
    "source": "source|lead source|origin|fuente|origen|quelle|origem|campaign",
    "stage": "stage|status|lead stage|lead status|pipeline stage|etapa|estado|etape|phase",
    "side": "side|type|lead type|buyer or seller|role|interest|tipo",
    "vertical": "vertical|segment|market",
    "language": "language|preferred language|idioma|lengua|langue|sprache|lang|locale",
    "timezone": "timezone|time zone|tz|zona horaria",
    "agent_email": "agent email|agent e mail|agents email|agents e mail|owner email|assigned to email|assigned agent email|agent|assigned to|owner|assigned user",
}
_BY_HEAD = {head: field for field, heads in _HEADS.items() for head in heads.split("|")}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}")
Columns = dict[int, str]  # position of the column -> name of the field


def guess(header: Sequence[str], sample: Iterable[Sequence[str]] = ()) -> Columns:
    """The field of each column that tells it by its head, else (e-mail and phone only) by what stands below it.

    No field is given twice, the first column that fits has it. An agent's column counts only where it holds addresses.
    """
    rows = list(sample)
    found: Columns = {}
    for position, head in enumerate(header):
        field = _BY_HEAD.get(_plain(head), "")
        cells = [row[position] for row in rows if len(row) > position and row[position].strip()]
        if field == "agent_email" and "mail" not in _plain(head) and not _mostly(cells, _MAIL):
            field = ""
        if field and field not in found.values():
            found[position] = field
    for field, shape in (("email", _MAIL), ("phone", _PHONE)):
        if field not in found.values():
            free = [p for p in range(len(header)) if p not in found and _mostly(_column(rows, p), shape)]
            found |= {free[0]: field} if free else {}
    return _without_doubled_names(found)


def chosen(wanted: Mapping[int, str], width: int) -> Columns:
    """What a person chose, checked. Raises Invalid (field "columns") for an unknown field, or one that is given twice."""
    kept = {position: field for position, field in sorted(wanted.items()) if field}
    if not all(0 <= position < width and field in FIELDS for position, field in kept.items()):
        raise Invalid("One of the columns was to hold what there is not.", field="columns")
    twice = next((field for field in kept.values() if list(kept.values()).count(field) > 1), None)
    if twice:
        raise Invalid(f"Two columns are to be “{FIELDS[twice]}”. Leave one of them out.", field="columns")
    if not set(kept.values()) & set(IDENTITY):
        raise Invalid(
            "Say which column holds the name, the e-mail address, the phone or the contact id.", field="columns"
        )
    return kept


def _plain(head: str) -> str:
    flat = unicodedata.normalize("NFKD", head).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", flat.replace("'", "")).strip()


def _column(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    return [row[position] for row in rows if len(row) > position and row[position].strip()]


def _mostly(cells: Sequence[str], shape: re.Pattern[str]) -> bool:
    return bool(cells) and sum(bool(shape.fullmatch(cell.strip())) for cell in cells) * 2 > len(cells)


def _without_doubled_names(found: Columns) -> Columns:
    """A whole name beside its parts says the same thing twice: the parts are left out."""
    parts = {"first_name", "last_name"} if "name" in found.values() else set()
    return {position: field for position, field in found.items() if field not in parts}
