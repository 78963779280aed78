"""Values of events in the contract's words: global ids, and fields of documents in its case."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.events import Plain
from domain.itineraries import PLACE_OF
from domain.listing import argument
from resolvers.nodes import ENTITIES
from schema.global_ids import encode
from schema.places import TYPES as PLACES

# What ids of other names are of; `id` is that of a row of the list that it stands in.
NAMED: Final[Mapping[str, str]] = {
    "asked_by": "Driver",
    "note_id": "ProposalNote",
    "offer_id": "TourOffer",
    "own_place_id": "Place",
    "replaces_driver_id": "Driver",
}
ROWS: Final[Mapping[str, str]] = {"guests": "ProposalGuest", "stops": "BookingStop"}


def field_of(name: str) -> str:
    """A field by its name in the contract; of a guest of a proposal, behind the guest's id."""
    guest, dot, rest = name.partition(".")
    return f"{worded('id', guest, {}, of='guests')}.{argument(rest)}" if dot else argument(name)


def worded(name: str, value: Plain, beside: Mapping[str, Plain], *, of: str = "") -> Plain:
    """A value as the contract would say it.

    Shape:  `beside` has the values that it is told with, `of` is the list that it stands in.
    """
    if isinstance(value, Mapping):
        return {argument(key): worded(key, each, value, of=name) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [worded(name, each, beside, of=of) for each in value]
    type_name = _type_of(name, beside, of) if isinstance(value, str) else None
    try:
        return encode(type_name, UUID(str(value))) if type_name else value
    except ValueError:
        return value


def _type_of(name: str, beside: Mapping[str, Plain], of: str) -> str | None:
    """Of what it is an id; None for what the contract gives no id."""
    if name == "id":
        return ROWS.get(of)
    stem, _, ending = name.rpartition("_")
    if name in NAMED or ending not in {"id", "ids"}:
        return NAMED.get(name)
    if stem == "place":
        kind = str(beside.get("place_kind") or beside.get("kind"))
        return PLACES.get(PLACE_OF.get(kind, kind))
    if stem == "subject":
        stem = str(beside.get("subject_kind"))
    found = "".join(map(str.capitalize, stem.split("_")))
    return found if found in ENTITIES else None
