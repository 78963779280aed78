"""What an operator adds to the directory: own places, agreed terms, what a brand shows first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.customers import normal_phone
from domain.errors import InvalidInput, StaleVersion
from domain.texts import one_line, paragraphs

KINDS: Final = ("winery", "restaurant", "hotel")
WHOLE_PPM: Final = 1_000_000
LONGEST_ADDRESS: Final = 300
LONGEST_NOTE: Final = 2_000
LONGEST_REMARK: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A place that the operator knows and the common directory does not."""

    id: UUID
    kind: str
    name: str
    address: str | None
    website: str | None
    phone: str | None
    archived_at: datetime | None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """The wish to change a place; what is not given stays. `archived` puts it away or back."""

    place_id: UUID
    expected_version: int
    given: Mapping[str, Any]
    archived: bool | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator earns of a place; version 0 before anything was agreed.

    Units:  millionths of what guests spend there.
    """

    id: UUID
    place_kind: str
    place_id: UUID
    commission_ppm: int
    version: int


@dataclass(frozen=True, slots=True)
class Note:
    """What one brand says of a place; version 0 before it said anything."""

    id: UUID
    place_kind: str
    place_id: UUID
    featured: bool
    hidden: bool
    note: str | None
    version: int
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """Which places a brand shows first, and which it leaves out of lists."""

    featured: frozenset[UUID] = frozenset()
    hidden: frozenset[UUID] = frozenset()


def add_place(given: Mapping[str, Any], *, id: UUID, now: datetime) -> Place:
    """A new place of the operator.

    Errors: InvalidInput.
    """
    facts = {"address": None, "website": None, "phone": None, **given}
    return _checked(Place(id=id, archived_at=None, created_at=now, **facts))


def change_place(place: Place, wish: PlaceChange, *, now: datetime) -> Place:
    """The place as wished; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput.
    """
    _expect(wish.expected_version, place.version)
    after = _checked(replace(place, **wish.given))
    if wish.archived is not None and wish.archived != (place.archived_at is not None):
        after = replace(after, archived_at=now if wish.archived else None)
    return place if after == place else replace(after, version=place.version + 1)


def agree(terms: Terms, commission_ppm: int, *, expected_version: int) -> Terms:
    """Errors: StaleVersion, InvalidInput for a share above the whole."""
    _expect(expected_version, terms.version, first=0)
    if not 0 <= commission_ppm <= WHOLE_PPM:
        raise InvalidInput(f"`commissionPpm` is 0 to {WHOLE_PPM}.", path="commissionPpm")
    if terms.version > 0 and commission_ppm == terms.commission_ppm:
        return terms
    return replace(terms, commission_ppm=commission_ppm, version=terms.version + 1)


def say(note: Note, given: Mapping[str, Any], *, expected_version: int) -> Note:
    """What the brand says of a place from now on; the very same if nothing would change.

    Errors: StaleVersion, InvalidInput for a place that is hidden and shown first.
    """
    _expect(expected_version, note.version, first=0)
    after = replace(note, **given)
    after = replace(
        after,
        note=paragraphs(after.note, most=LONGEST_NOTE, path="note"),
        remark=paragraphs(after.remark, most=LONGEST_REMARK, path="remark"),
    )
    if after.featured and after.hidden:
        raise InvalidInput("A place that is hidden is not shown first.", path="featured")
    if note.version > 0 and after == note:
        return note
    return replace(after, version=note.version + 1)


def _checked(place: Place) -> Place:
    name = one_line(place.name, path="name")
    if name is None:
        raise InvalidInput("A place has a name.", path="name")
    return replace(
        place,
        name=name,
        address=one_line(place.address, path="address", most=LONGEST_ADDRESS),
        website=one_line(place.website, path="website", most=LONGEST_ADDRESS),
        phone=normal_phone(place.phone),
    )


def _expect(expected: int, version: int, *, first: int = 1) -> None:
    if expected != version:
        raise StaleVersion(expected=expected, current=version, first=first)
