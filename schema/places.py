"""What an operator and its brands add to the directory, in the contract."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import UNSET

from domain.identity import Scope
from schema.enums import PlaceKind
from schema.errors import UserError
from schema.fields import Node, column, derived, entity, instant, noted
from schema.global_ids import encode

TYPES = {"winery": "Winery", "restaurant": "Restaurant", "hotel": "Hotel"}


def _place(kind: str, id: Any) -> strawberry.ID:
    return strawberry.ID(encode(TYPES[kind], id))


def _of() -> Any:
    return derived(
        ("place_kind", "place_id"),
        _place,
        "The place, as one of the common directory; an own place has the same key as a `Place`.",
    )


@entity(
    "directory_terms",
    description="What the operator earns of a place.",
    scope=Scope.DIRECTORY_WRITE,
)
class DirectoryTerms(Node):
    """The company's own, for all of its brands."""

    place_kind: PlaceKind = column("What the place is.")
    place_id: strawberry.ID = _of()
    commission_ppm: int = column("Millionths of what guests spend there.")
    version: int = column("Grows with every change.")


@entity(
    "directory_notes", description="What the brand says of a place.", scope=Scope.DIRECTORY_WRITE
)
class DirectoryNote(Node):
    """The brand's own."""

    place_kind: PlaceKind = column("What the place is.")
    place_id: strawberry.ID = _of()
    featured: bool = column("Is it shown first?")
    hidden: bool = column("Is it left out of lists?")
    note: str | None = column("For staff.")
    remark: str | None = column("For everybody: shown on the place.")
    version: int = column("Grows with every change.")


@entity(
    "own_places",
    description="A place that the operator knows and the common directory does not.",
    scope=Scope.CATALOG_READ,
)
class Place(Node):
    """The company's own, for all of its brands."""

    kind: PlaceKind = column("What it is.")
    name: str = column("Name.")
    address: str | None = column("Postal address.")
    website: str | None = column("Web site.")
    phone: str | None = column("E.164.")
    archived_at: datetime | None = instant("When it was put away; null while it is shown.")
    featured: bool = noted("Does the brand show it first?")
    hidden: bool = noted("Does the brand leave it out of lists?")
    remark: str | None = noted("What the brand says of it to its guests.")
    directory_note: DirectoryNote | None = noted(
        "All that the brand says of it; send its `version` back as `expectedVersion`.",
        scope=Scope.DIRECTORY_WRITE,
    )
    version: int = column("Grows with every change.")


@strawberry.input(description="Which own places; conditions are joined by AND.")
class PlaceFilter:
    """Every field is a filter of the read model, by the same name."""

    kind: list[PlaceKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    open: bool | None = strawberry.field(
        default=None,
        description="Only those that are shown, or only those put away: these for staff alone.",
    )
    text: str | None = strawberry.field(default=None, description="Part of the name.")


@strawberry.input(description="Which terms; conditions are joined by AND.")
class DirectoryTermsFilter:
    """Every field is a filter of the read model, by the same name."""

    kind: list[PlaceKind] | None = strawberry.field(default=None, description="Any of these kinds.")


@strawberry.input(description="Which notes; conditions are joined by AND.")
class DirectoryNoteFilter:
    """Every field is a filter of the read model, by the same name."""

    kind: list[PlaceKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    featured: bool | None = strawberry.field(default=None, description="Only those shown first.")
    hidden: bool | None = strawberry.field(default=None, description="Only those left out.")


@strawberry.input(description="A place of the operator's own.")
class CreatePlaceInput:
    """Only what it is and its name have to be known."""

    kind: PlaceKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="Name.")
    address: str | None = strawberry.field(default=None, description="Postal address.")
    website: str | None = strawberry.field(default=None, description="Web site.")
    phone: str | None = strawberry.field(default=None, description="Phone with the country code.")


@strawberry.input(description="Change a place of the operator's own.")
class UpdatePlaceInput:
    """A field that is left out stays as it is."""

    id: strawberry.ID = strawberry.field(description="The place.")
    expected_version: int = strawberry.field(description="The version that you read.")
    name: str | None = strawberry.field(default=UNSET, description="Name.")
    address: str | None = strawberry.field(default=UNSET, description="Postal address.")
    website: str | None = strawberry.field(default=UNSET, description="Web site.")
    phone: str | None = strawberry.field(default=UNSET, description="Phone with the country code.")
    archived: bool | None = strawberry.field(
        default=None, description="True puts it away, false takes it back."
    )


@strawberry.type(description="The place, or why nothing was changed.")
class PlacePayload:
    """What every change of a place answers."""

    place: Place | None = strawberry.field(description="The place as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.input(description="What the operator earns of a place.")
class SetDirectoryTermsInput:
    """Of the common directory, or of the operator's own."""

    place_id: strawberry.ID = strawberry.field(
        description="A winery, a restaurant, a hotel, or an own place."
    )
    commission_ppm: int = strawberry.field(description="Millionths: 100000 is a tenth.")
    expected_version: int = strawberry.field(
        description="The version that you read; 0 if nothing was ever agreed."
    )


@strawberry.type(description="The terms, or why nothing was changed.")
class DirectoryTermsPayload:
    """What a change of terms answers."""

    terms: DirectoryTerms | None = strawberry.field(description="The terms as they are now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.input(description="What the brand says of a place. What is left out stays.")
class SetDirectoryNoteInput:
    """Of the common directory, or of the operator's own."""

    place_id: strawberry.ID = strawberry.field(
        description="A winery, a restaurant, a hotel, or an own place."
    )
    featured: bool | None = strawberry.field(default=None, description="Show it first?")
    hidden: bool | None = strawberry.field(default=None, description="Leave it out of lists?")
    note: str | None = strawberry.field(default=UNSET, description="For staff; null clears it.")
    remark: str | None = strawberry.field(
        default=UNSET, description="For everybody: shown on the place; null clears it."
    )
    expected_version: int = strawberry.field(
        description="The version that you read; 0 if the brand never said anything of it."
    )


@strawberry.type(description="The note, or why nothing was changed.")
class DirectoryNotePayload:
    """What a change of a note answers."""

    note: DirectoryNote | None = strawberry.field(description="The note as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
