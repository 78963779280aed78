"""A customer of one brand: contact details in one normal form, and what a change of them needs."""

import re
from dataclasses import dataclass, fields
from uuid import UUID

from domain.errors import InvalidInput, StaleVersion
from domain.texts import deceives

PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Customer:
    """What the rules need to know of a stored customer."""

    id: UUID
    name: str
    email: str | None
    phone: str | None
    version: int


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


@dataclass(frozen=True, slots=True)
class ContactChange:
    """The wish to change contact details; a field that is not named stays as it is."""

    customer_id: UUID
    expected_version: int
    named: frozenset[str]
    name: str | None = None
    email: str | None = None
    phone: str | None = None


def change_contact(customer: Customer, wish: ContactChange) -> Customer:
    """Decide a change of contact details, each in its normal form.

    Errors: StaleVersion, InvalidInput.
    """
    if wish.expected_version != customer.version:
        raise StaleVersion(expected=wish.expected_version, current=customer.version)
    return Customer(
        id=customer.id,
        name=normal_name(wish.name) if "name" in wish.named else customer.name,
        email=normal_email(wish.email) if "email" in wish.named else customer.email,
        phone=normal_phone(wish.phone) if "phone" in wish.named else customer.phone,
        version=customer.version + 1,
    )


def differences(before: Customer, after: Customer) -> dict[str, tuple[str | None, str | None]]:
    """The contact fields that differ, each with its value before and after."""
    names = [field.name for field in fields(Customer) if field.name not in {"id", "version"}]
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


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
    normal = re.sub(r"[\s().-]", "", phone)
    if not PHONE.fullmatch(normal):
        raise InvalidInput("A phone number starts with + and the country code.", path="phone")
    return normal
