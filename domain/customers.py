"""A customer of one brand: contact details in one normal form, and what a change of them needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.consents import Consent
from domain.errors import InvalidInput, StaleVersion
from domain.events import Change, Plain
from domain.history import Past
from domain.preferences import NONE_KNOWN, Preferences
from domain.texts import deceives

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321
LONGEST_NOTES = 5_000
LONGEST_TAG = 40
MOST_TAGS = 30
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PERSONAL = frozenset({"name", "email", "phone", "internal_notes", "preferences"})

RESTORED = ("name", "email", "phone", "vip", "tags", "internal_notes", "preferences")


@dataclass(frozen=True, slots=True)
class Customer:
    """What the rules need to know of a stored customer."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    version: int
    vip: bool = False
    tags: tuple[str, ...] = ()
    internal_notes: str | None = None
    preferences: Preferences = NONE_KNOWN
    consents: Mapping[str, Consent] = field(default_factory=dict)
    archived_at: datetime | None = None
    merged_into_id: UUID | None = None
    stripe_customer_id: str | None = None

    def facts(self) -> dict[str, Plain]:
        """What events tell of a customer, as plain values."""
        return {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "vip": self.vip,
            "tags": list(self.tags),
            "internal_notes": self.internal_notes,
            "preferences": self.preferences.stored(),
            "consents": {channel: each.stored() for channel, each in self.consents.items()},
            "archived_at": self.archived_at.isoformat() if self.archived_at else None,
            "merged_into_id": str(self.merged_into_id) if self.merged_into_id else None,
            "stripe_customer_id": self.stripe_customer_id,
        }


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """The wish for a customer, as somebody typed it."""

    name: str
    email: str | None = None
    phone: str | None = None
    vip: bool = False
    tags: tuple[str, ...] = ()
    internal_notes: str | None = None
    preferences: Preferences = NONE_KNOWN


@dataclass(frozen=True, slots=True)
class Contact:
    """Who buys, as they say it themselves, in the normal form."""

    name: str
    email: str | None
    phone: str | None

    @classmethod
    def of(cls, name: str, email: str | None, phone: str | None) -> "Contact":
        """Errors: InvalidInput."""
        return cls(normal_name(name), normal_email(email), normal_phone(phone))


def initial(contact: Contact, prefix: str = "") -> dict[str, tuple[None, str]]:
    """A contact as the personal values of the event that brings it."""
    given = {"name": contact.name, "email": contact.email, "phone": contact.phone}
    return {f"{prefix}{name}": (None, value) for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ContactChange:
    """The wish to change contact details; a field that is not named stays as it is."""

    customer_id: UUID
    expected_version: int
    named: frozenset[str]
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    vip: bool | None = None
    internal_notes: str | None = None
    preferences: Preferences | None = None


@dataclass(frozen=True, slots=True)
class Recordable:
    """A change as an event carries it: personal values apart, as texts."""

    changes: Mapping[str, Change]
    personal: Mapping[str, tuple[str | None, str | None]]


def make_customer(wish: NewCustomer, *, id: UUID) -> Customer:
    """Errors: InvalidInput."""
    return Customer(
        id=id,
        name=normal_name(wish.name),
        email=normal_email(wish.email),
        phone=normal_phone(wish.phone),
        version=1,
        vip=wish.vip,
        tags=normal_tags(wish.tags),
        internal_notes=normal_notes(wish.internal_notes),
        preferences=wish.preferences.normal(),
    )


def change_contact(customer: Customer, wish: ContactChange) -> Customer:
    """Decide a change of contact details, each in its normal form.

    Errors: StaleVersion, InvalidInput.
    """
    check_version(customer, wish.expected_version)
    normal: dict[str, Any] = {
        "name": lambda: normal_name(wish.name),
        "email": lambda: normal_email(wish.email),
        "phone": lambda: normal_phone(wish.phone),
        "vip": lambda: certain(wish),
        "internal_notes": lambda: normal_notes(wish.internal_notes),
        "preferences": (wish.preferences or NONE_KNOWN).normal,
    }
    changed = {name: make() for name, make in normal.items() if name in wish.named}
    return replace(customer, **changed, version=customer.version + 1)


def as_it_was(customer: Customer, past: Past, *, version: int, expected_version: int) -> Customer:
    """Decide to bring back what was known of a customer in an earlier version.

    Shape:  consents, archiving and merging stay as they are: they are told by whoever did them.
    Errors: StaleVersion; InvalidInput for a version that is not an earlier one, is older than the
            events, or of which something was erased.
    """
    check_version(customer, expected_version)
    if not 1 <= version < customer.version:
        raise InvalidInput(
            f"Name an earlier version than the current {customer.version}.", path="version"
        )
    if past.version != version:
        raise InvalidInput("Nobody knows any more what that version was.", path="version")
    if past.unknown:
        raise InvalidInput("Something of that version was erased.", path="version")
    known: dict[str, Any] = {name: past.fields[name] for name in RESTORED}
    liked = known["preferences"] or {}
    known["preferences"] = Preferences.of(orjson.loads(liked) if isinstance(liked, str) else liked)
    known["tags"] = tuple(known["tags"] or ())
    return replace(customer, **known, version=customer.version + 1)


def set_tags(customer: Customer, tags: tuple[str, ...], *, expected_version: int) -> Customer:
    """Errors: StaleVersion, InvalidInput."""
    check_version(customer, expected_version)
    return replace(customer, tags=normal_tags(tags), version=customer.version + 1)


def check_version(customer: Customer, expected: int, *, path: str = "expectedVersion") -> None:
    if expected != customer.version:
        raise StaleVersion(expected=expected, current=customer.version, path=path, of=customer.id)


def differences(before: Customer | None, after: Customer) -> Recordable | None:
    """What an event tells of a change, with all first values of a new customer.

    Shape:  None if nothing differs but the version.
    """
    was = before.facts() if before else dict.fromkeys(after.facts())
    found = {
        name: (was[name], value)
        for name, value in after.facts().items()
        if was[name] != value and (before or value not in (None, [], {}))
    }
    if not found:
        return None
    changes: dict[str, Change] = {name: found[name] for name in found if name not in PERSONAL}
    personal = {name: found[name] for name in found if name in PERSONAL}
    return Recordable(
        {**changes, "version": (before.version if before else None, after.version)},
        {name: (coded(pair[0]), coded(pair[1])) for name, pair in personal.items()},
    )


def coded(value: Plain) -> str | None:
    """A personal value as it is kept: text as it stands, everything else as JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def normal_name(name: str | None) -> str:
    if name is None or not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput("A name has 1 to 200 characters.", path="name")
    if deceives(name):
        raise InvalidInput(
            "A name has no control characters and none that turn the direction of the text.",
            path="name",
        )
    return " ".join(name.split())


def normal_email(email: str | None) -> str | None:
    if email is None:
        return None
    normal = email.strip().lower()
    if len(normal) > LONGEST_EMAIL or deceives(normal) or not EMAIL.fullmatch(normal):
        raise InvalidInput("That is no e-mail address.", path="email")
    return normal


def normal_phone(phone: str | None) -> str | None:
    """E.164: a plus sign, then 7 to 15 digits; spaces, dots, dashes and brackets are dropped."""
    if phone is None:
        return None
    normal = dialled(phone)
    if not PHONE.fullmatch(normal):
        raise InvalidInput("A phone number starts with + and the country code.", path="phone")
    return normal


def dialled(phone: str) -> str:
    return re.sub(r"[\s().-]", "", phone)


def normal_notes(notes: str | None) -> str | None:
    if notes is None or not notes.strip():
        return None
    if len(notes) > LONGEST_NOTES:
        raise InvalidInput(f"Notes have at most {LONGEST_NOTES} characters.", path="internalNotes")
    return notes.strip()


def normal_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Lower case, each once, in alphabetical order."""
    normal = sorted({" ".join(tag.split()).lower() for tag in tags} - {""})
    if len(normal) > MOST_TAGS or any(len(tag) > LONGEST_TAG or deceives(tag) for tag in normal):
        raise InvalidInput(
            f"There are at most {MOST_TAGS} tags of {LONGEST_TAG} characters each.", path="tags"
        )
    return tuple(normal)


def certain(wish: ContactChange) -> bool:
    if wish.vip is None:
        raise InvalidInput("Say `true` or `false`, or leave it out.", path="vip")
    return wish.vip
