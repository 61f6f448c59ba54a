"""Is this person one of the leads that are known already?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leads.importing.rows import Person, phone


@dataclass(frozen=True)
class Identity:
    """By what a lead is recognised; `key` is whatever the caller knows it by."""

    key: str
    contact_id: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""


@dataclass
class Known:
    """Leads by contact id, e-mail address and phone; where two share one, the first has it."""

    region: str = "US"
    _contacts: dict[str, Identity] = field(default_factory=dict)
    _mails: dict[str, Identity] = field(default_factory=dict)
    _phones: dict[str, Identity] = field(default_factory=dict)

    def add(self, identities: Iterable[Identity]) -> None:
        for one in identities:
            if one.contact_id:
                self._contacts.setdefault(one.contact_id, one)
            if one.email:
                self._mails.setdefault(one.email.strip().lower(), one)
            if one.phone:
                self._phones.setdefault(self._number(one.phone), one)

    def find(self, person: Person) -> str:
        """The key of the lead that this is, else "".

        The contact id decides; then the e-mail address; then the phone. Two different contact ids are two people whatever
        else they share, and so are two names with two e-mail addresses behind one phone (a couple's, an office's).
        """
        contact, mail, name = (person.values.get(key, "") for key in ("contact_id", "email", "name"))
        if contact and contact in self._contacts:
            return self._contacts[contact].key
        by_mail = self._mails.get(mail) if mail else None
        if by_mail is not None and not _both_differ(contact, by_mail.contact_id):
            return by_mail.key
        by_phone = self._phones.get(person.values.get("phone", ""))
        if by_phone is None or _both_differ(contact, by_phone.contact_id):
            return ""
        others = _both_differ(mail, by_phone.email.lower()) and _both_differ(name.casefold(), by_phone.name.casefold())
        return "" if others else by_phone.key

    def forget(self, key: str) -> None:
        """This lead is gone."""
        for index in (self._contacts, self._mails, self._phones):
            for mark in [mark for mark, one in index.items() if one.key == key]:
                del index[mark]

    def _number(self, text: str) -> str:
        """As a file's numbers are written; one that cannot be read is recognised as it stands."""
        if text[:1] == "+" and text[1:].isdigit():
            return text
        try:
            return phone(text, self.region)
        except ValueError:
            return text


def identity(key: str, values: Mapping[str, str]) -> Identity:
    """By what the person of these values will be recognised from now on."""
    known = {name: values.get(name, "") for name in ("contact_id", "email", "phone", "name")}
    return Identity(key, **known)


def _both_differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
