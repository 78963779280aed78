"""What an operator and its brands add to the directory: lists, and the changes of them."""

from uuid import UUID

import strawberry
from strawberry import Info

from db.places import DIRECTORY_NOTES, DIRECTORY_TERMS, OWN_PLACES
from domain.errors import NotFound
from domain.identity import Scope
from domain.places import KINDS, PlaceChange
from resolvers.directory_lists import shown_first
from resolvers.inputs import given
from resolvers.listing import listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode, decode_as
from schema.orders import NameOrder, PlaceOrder
from schema.pagination import Connection
from schema.places import (
    TYPES,
    CreatePlaceInput,
    DirectoryNote,
    DirectoryNoteFilter,
    DirectoryNotePayload,
    DirectoryTerms,
    DirectoryTermsFilter,
    DirectoryTermsPayload,
    Place,
    PlaceFilter,
    PlacePayload,
    SetDirectoryNoteInput,
    SetDirectoryTermsInput,
    UpdatePlaceInput,
)
from services.places import create_place, set_directory_note, set_directory_terms, update_place

FACTS = ("name", "address", "website", "phone")
WORDS = frozenset({"note", "remark"})


@strawberry.type
class PlaceQuery:
    """Root fields that read what was added to the directory."""

    own_places: Connection[Place] = shown_first(
        OWN_PLACES,
        KINDS,
        picked=PlaceFilter,
        order=NameOrder.NAME_ASC,
        description="Places of the operator's own, as the brand shows them.",
    )
    directory_terms: Connection[DirectoryTerms] = listed(
        DIRECTORY_TERMS,
        filter=DirectoryTermsFilter,
        order=PlaceOrder.PLACE_ASC,
        scope=Scope.DIRECTORY_WRITE,
        description="What the operator earns of places.",
    )
    directory_notes: Connection[DirectoryNote] = listed(
        DIRECTORY_NOTES,
        filter=DirectoryNoteFilter,
        order=PlaceOrder.PLACE_ASC,
        scope=Scope.DIRECTORY_WRITE,
        description="What the brand says of places.",
    )


@strawberry.type
class PlaceMutation:
    """Root fields that add to the directory."""

    @mutation(
        PlacePayload, scope=Scope.DIRECTORY_WRITE, description="Add a place of the operator's own."
    )
    async def create_place(self, info: Info, input: CreatePlaceInput) -> PlacePayload:
        context, now = info.context, info.context.world.now()
        facts = given(input, "kind", *FACTS)
        made = await context.write(
            lambda tx: create_place(tx, facts, now=now, ids=context.world.ids)
        )
        return PlacePayload(place=await one(info, OWN_PLACES, made.id), errors=[])

    @mutation(
        PlacePayload,
        scope=Scope.DIRECTORY_WRITE,
        description="Change a place of the operator's own, put it away, or take it back.",
    )
    async def update_place(self, info: Info, input: UpdatePlaceInput) -> PlacePayload:
        context, now = info.context, info.context.world.now()
        id = decode_as("Place", input.id)
        wish = PlaceChange(id, input.expected_version, given(input, *FACTS), input.archived)
        await context.write(lambda tx: update_place(tx, wish, now=now, ids=context.world.ids))
        return PlacePayload(place=await one(info, OWN_PLACES, id), errors=[])

    @mutation(
        DirectoryTermsPayload,
        scope=Scope.DIRECTORY_WRITE,
        description="Agree what the operator earns of a place.",
    )
    async def set_directory_terms(
        self, info: Info, input: SetDirectoryTermsInput
    ) -> DirectoryTermsPayload:
        context, now = info.context, info.context.world.now()
        place, expected = _place(input.place_id), input.expected_version
        done = await context.write(
            lambda tx: set_directory_terms(
                tx,
                place,
                input.commission_ppm,
                expected_version=expected,
                now=now,
                ids=context.world.ids,
            )
        )
        found = await one(info, DIRECTORY_TERMS, done.id)
        return DirectoryTermsPayload(terms=found, errors=[])

    @mutation(
        DirectoryNotePayload,
        scope=Scope.DIRECTORY_WRITE,
        description="Say what the brand does with a place: show it first, hide it, remark on it.",
    )
    async def set_directory_note(
        self, info: Info, input: SetDirectoryNoteInput
    ) -> DirectoryNotePayload:
        context, now = info.context, info.context.world.now()
        place, expected = _place(input.place_id), input.expected_version
        said = given(input, "featured", "hidden", "note", "remark")
        said = {name: value for name, value in said.items() if name in WORDS or value is not None}
        done = await context.write(
            lambda tx: set_directory_note(
                tx, place, said, expected_version=expected, now=now, ids=context.world.ids
            )
        )
        return DirectoryNotePayload(note=await one(info, DIRECTORY_NOTES, done.id), errors=[])


def _place(global_id: str) -> UUID:
    """Errors: InvalidInput for a malformed id, NotFound for the id of what is no place."""
    name, id = decode(global_id, path="placeId")
    if name not in {"Place", *TYPES.values()}:
        raise NotFound(path="placeId")
    return id
