"""Relay's `node` and `nodes`: any object with an identity, by its global id."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry
from strawberry import Info

from domain.errors import DomainError, InvalidInput, NotFound
from domain.identity import Kind, Scope
from domain.listing import MOST
from schema.api_keys import ApiKey, App
from schema.audit import AuditEntry
from schema.blocks import Block
from schema.bookings import Booking
from schema.brand_settings import BrandSettings
from schema.catalog import TourPackage
from schema.customers import Customer
from schema.directory import Hotel, Restaurant, Winery
from schema.duty import DriverAvailability, DutyEntry, Inspection
from schema.field_usage import FieldUsage
from schema.fields import Node
from schema.fleet import Driver, Vehicle
from schema.global_ids import decode
from schema.guest_sessions import CustomerSession, DriverSession
from schema.identity_providers import IdentityProvider, StaffIdentity
from schema.leads import Inquiry, Task
from schema.links import Link
from schema.members import Membership, ScopeGrant
from schema.offers import TourOffer
from schema.papers import Document
from schema.payments import Payment
from schema.permissions import check, requires
from schema.places import DirectoryNote, DirectoryTerms, Place
from schema.price_lists import PriceRule, RateCard
from schema.privacy import PrivacyRequest
from schema.proposal_notes import ProposalNote
from schema.proposal_versions import ProposalVersion
from schema.proposals import Proposal, ProposalGuest
from schema.reservations import Reservation
from schema.shared_tours import SharedTour
from schema.staff import StaffUser
from schema.tickets import Ticket
from schema.trusted_documents import TrustedDocument

ENTITIES: dict[str, Any] = {
    each.__name__: each
    for each in (
        ApiKey,
        Link,
        CustomerSession,
        DriverSession,
        App,
        AuditEntry,
        Block,
        Booking,
        BrandSettings,
        Customer,
        DirectoryNote,
        DirectoryTerms,
        Document,
        Driver,
        DriverAvailability,
        DutyEntry,
        FieldUsage,
        Hotel,
        Inquiry,
        Inspection,
        IdentityProvider,
        StaffIdentity,
        Membership,
        Payment,
        Place,
        PriceRule,
        PrivacyRequest,
        Proposal,
        ProposalGuest,
        ProposalNote,
        ProposalVersion,
        RateCard,
        Reservation,
        Restaurant,
        ScopeGrant,
        StaffUser,
        SharedTour,
        Task,
        TourOffer,
        Ticket,
        TourPackage,
        TrustedDocument,
        Vehicle,
        Winery,
    )
}
PLACES: Final = frozenset({"wineries", "restaurants", "hotels", "own_places"})
OFFICE: Final = frozenset({Kind.STAFF, Kind.WORKER})
TYPES: Mapping[str, str] = {each.relation: name for name, each in ENTITIES.items()}


async def shown(context: Any, relation: str, key: Any, *, column: str = "id") -> Any:
    """The row of a key; a place that the brand hides is there for staff alone.

    Shape:  both are asked at once: what is read on a snapshot of before is not kept.
    """
    found = context.by(relation, column).load(key)
    if relation not in PLACES or context.principal.kind in OFFICE:
        return await found
    row, marks = await asyncio.gather(found, context.marks())
    if row is None or any(row.id in each.hidden for each in marks.values()):
        return None
    return row


async def fetch(info: Info, global_id: str) -> Any:
    """Any object but a place that the brand hides from this caller.

    Errors: InvalidInput for a malformed id, Forbidden before any look-up, NotFound.
    """
    name, id = decode(global_id)
    entity = ENTITIES.get(name)
    if entity is None:
        raise InvalidInput("`id` is not an id of this service.", path="id")
    check(info.context.principal, entity.scope)
    row = await shown(info.context, entity.relation, id)
    if row is None:
        raise NotFound(path="id")
    return row


@strawberry.type
class NodeQuery:
    """Root fields of the Relay specification."""

    @strawberry.field(
        extensions=[requires(Scope.VIEWER_READ)], description="Any object by its global id."
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Node | None:
        found: Node = await fetch(info, id)
        return found

    @strawberry.field(
        extensions=[requires(Scope.VIEWER_READ)],
        description="Up to 100 objects by their global ids, in the order of the ids.",
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Up to 100 global ids.")
        ],
    ) -> list[Node | None]:
        if len(ids) > MOST:
            raise InvalidInput(f"`ids` has {len(ids)}; at most {MOST} are answered.", path="ids")
        found: list[Node | None] = await gather_or_say(info, ids)
        return found


async def gather_or_say(info: Info, ids: list[strawberry.ID]) -> list[Any]:
    """Each object, or in its place the error that explains its absence."""
    return list(await asyncio.gather(*(_fetch_or_say(info, id) for id in ids)))


async def _fetch_or_say(info: Info, id: strawberry.ID) -> Any:
    try:
        return await fetch(info, id)
    except DomainError as error:
        return error
