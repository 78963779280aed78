"""A brand as its owner makes and changes it: names, colours, and whose pages it trusts."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from domain.cancellation import DEFAULT, tiers_document
from domain.customers import normal_phone
from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.ids import Ids
from domain.listing import argument
from domain.schedules import OF_EVERY_BRAND
from domain.tenants import check_brand_code, check_currency
from domain.texts import one_line

COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
ORIGIN: Final = re.compile(r"(https|http)://([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:[0-9]{1,5})?")
LOCAL: Final = frozenset({"localhost", "127.0.0.1"})
EMAIL: Final = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,189}\.[^@\s<>,;.]{2,63}")
MOST_ORIGINS: Final = 20
LONGEST: Final[Mapping[str, int]] = {"tagline": 200, "website": 300}


class BrandCodeTaken(DomainError):
    """The operator has a brand of that code. Choose another."""

    code = "CODE_TAKEN"

    def __init__(self) -> None:
        super().__init__("There is a brand of that code. Choose another.", path="code")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a brand says of itself."""

    id: UUID
    code: str
    name: str
    legal_name: str | None
    website: str | None
    email_from: str | None
    email_support: str | None
    phone: str | None
    phone_display: str | None
    primary_color: str | None
    secondary_color: str | None
    tagline: str | None
    time_zone: str
    currency: str
    version: int
    web_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewBrand:
    """The wish for a brand."""

    code: str
    name: str
    time_zone: str
    currency: str
    email_from: str


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a brand begins with: without settings it sells nothing, without schedules nothing runs.

    Shape:  the settings are of the day before: those of a day that has begun cannot be changed any
            more, and its owner says today how the brand sells.
    """

    settings_id: UUID
    number_prefix: str
    cancellation_tiers: str
    effective_from: date
    schedules: tuple[tuple[UUID, str, str], ...]


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """The wish to change what a brand says of itself; what is not given stays."""

    expected_version: int
    given: Mapping[str, Any]


def check_brand(wish: NewBrand) -> NewBrand:
    """The wish in its normal form. Errors: InvalidInput."""
    check_brand_code(wish.code)
    check_currency(wish.currency)
    if wish.time_zone not in available_timezones():
        message = f"{wish.time_zone[:40]!r} is no time zone: America/Los_Angeles is one."
        raise InvalidInput(message, path="timeZone")
    name = one_line(wish.name, path="name")
    if name is None:
        raise InvalidInput("A brand has a name.", path="name")
    return replace(wish, name=name, email_from=_address(wish.email_from, "emailFrom"))


def furnish(code: str, time_zone: str, *, now: datetime, ids: Ids) -> Furniture:
    """What a brand of that code begins with."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    return Furniture(
        ids.new(),
        code.upper(),
        json.dumps(tiers_document(DEFAULT)),
        today - timedelta(days=1),
        tuple((ids.new(), task, cron) for task, cron in OF_EVERY_BRAND.items()),
    )


def change_profile(profile: Profile, wish: ProfileChange) -> Profile:
    """The profile as wished; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput.
    """
    _expect(profile, wish.expected_version)
    normal: dict[str, Any] = {name: _normal(name, value) for name, value in wish.given.items()}
    after = replace(profile, **normal)
    return profile if after == profile else replace(after, version=profile.version + 1)


def add_origin(
    profile: Profile, origin: str, *, expected_version: int, development: bool
) -> Profile:
    """Errors: StaleVersion, InvalidInput, WrongState past 20 of them."""
    _expect(profile, expected_version)
    origin = normal_origin(origin, development=development)
    if origin in profile.web_origins:
        return profile
    if len(profile.web_origins) >= MOST_ORIGINS:
        raise WrongState(f"A brand has at most {MOST_ORIGINS} origins.", path="origin")
    origins = tuple(sorted({*profile.web_origins, origin}))
    return replace(profile, web_origins=origins, version=profile.version + 1)


def remove_origin(profile: Profile, origin: str, *, expected_version: int) -> Profile:
    """Errors: StaleVersion, InvalidInput for one that is not there."""
    _expect(profile, expected_version)
    if origin not in profile.web_origins:
        raise InvalidInput("The brand has no such origin.", path="origin")
    origins = tuple(each for each in profile.web_origins if each != origin)
    return replace(profile, web_origins=origins, version=profile.version + 1)


def normal_origin(origin: str, *, development: bool) -> str:
    """As browsers send it: scheme, host, a port that is not the scheme's own.

    Errors: InvalidInput; in production a page that is not encrypted is nobody's website.
    """
    wanted = origin.strip().lower().rstrip("/")
    if not ORIGIN.fullmatch(wanted) or ".." in wanted:
        message = "An origin is scheme and host, without a path: https://www.example.com."
        raise InvalidInput(message, path="origin")
    parts = urlsplit(wanted)
    try:
        port = parts.port
    except ValueError as error:
        raise InvalidInput("There is no such port.", path="origin") from error
    host = parts.hostname or ""
    if parts.scheme == "http" and not (development and host in LOCAL):
        raise InvalidInput("A website is reached by https.", path="origin")
    if "." not in host and host not in LOCAL:
        raise InvalidInput("Give the website's whole host: www.example.com.", path="origin")
    own = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, own} else "")


def _expect(profile: Profile, version: int) -> None:
    if profile.version != version:
        raise StaleVersion(expected=version, current=profile.version)


def _normal(name: str, value: str | None) -> str | None:
    path = argument(name)
    if name in {"name", "email_from"} and (value is None or not value.strip()):
        raise InvalidInput(f"`{path}` cannot be null.", path=path)
    if value is None or not value.strip():
        return None
    if name in {"email_from", "email_support"}:
        return _address(value, path)
    if name == "phone":
        return normal_phone(value)
    if name in {"primary_color", "secondary_color"} and not COLOR.fullmatch(value):
        raise InvalidInput(f"`{path}` is a colour like #1a2b3c.", path=path)
    if name == "website" and not value.strip().startswith("https://"):
        raise InvalidInput("A website begins with https://.", path=path)
    return one_line(value, path=path, most=LONGEST.get(name, 100))


def _address(value: str, path: str) -> str:
    """Errors: InvalidInput."""
    address = value.strip()
    if not EMAIL.fullmatch(address) or one_line(address, path=path, most=254) != address:
        raise InvalidInput("This is no e-mail address.", path=path)
    return address
