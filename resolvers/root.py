"""The table of contents: every root field by its module, and the read models behind them."""

from collections.abc import Iterable, Mapping

import strawberry
from graphql import GraphQLDirective, GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from db import (
    api_keys,
    audit,
    blocks,
    bookings,
    brand_settings,
    catalog,
    customers,
    directory,
    duty,
    field_usage,
    fleet,
    guest_sessions,
    identity_providers,
    inspections,
    leads,
    links,
    members,
    offers,
    papers,
    payments,
    places,
    price_lists,
    privacy,
    proposal_notes,
    proposal_versions,
    proposals,
    reservations,
    scope_grants,
    shared_tours,
    staff,
    tickets,
    trusted_documents,
)
from db.relations import Relation
from domain.limits import Limits
from resolvers.api_keys import ApiKeyMutation, ApiKeyQuery
from resolvers.assignments import AssignmentMutation, AssignmentQuery
from resolvers.audit import AuditQuery, RetentionMutation
from resolvers.availability import AvailabilityQuery
from resolvers.blocks import BlockMutation, BlockQuery
from resolvers.booking_changes import BookingChangeMutation
from resolvers.booking_details import BookingDetailsMutation
from resolvers.bookings import BookingMutation, BookingQuery, BookingSubscription
from resolvers.brand_profiles import BrandProfileMutation, BrandProfileQuery
from resolvers.brand_settings import BrandSettingsMutation, BrandSettingsQuery
from resolvers.brands import BrandQuery
from resolvers.checkouts import CheckoutMutation, CheckoutQuery
from resolvers.customer_merges import CustomerMergeMutation
from resolvers.customers import CustomerMutation, CustomerQuery
from resolvers.directory import DirectoryQuery
from resolvers.documents import Admission, Documents
from resolvers.duty import DutyMutation, DutyQuery
from resolvers.field_usage import FieldUsageQuery
from resolvers.fleet import FleetMutation, FleetQuery
from resolvers.guest_sessions import GuestSessionMutation, GuestSessionQuery
from resolvers.identity_providers import IdentityProviderMutation, IdentityProviderQuery
from resolvers.inquiries import InquiryMutation
from resolvers.itineraries import ItineraryMutation
from resolvers.keys import IDEMPOTENT
from resolvers.leads import LeadQuery
from resolvers.links import LinkMutation, LinkQuery
from resolvers.manifests import ManifestQuery
from resolvers.members import MemberMutation, MemberQuery
from resolvers.nodes import ENTITIES, NodeQuery
from resolvers.offers import OfferMutation, OfferQuery
from resolvers.operation import Deadline, OperationScope
from resolvers.papers import PaperMutation, PaperQuery
from resolvers.past import PastQuery
from resolvers.payments import PaymentQuery
from resolvers.places import PlaceMutation, PlaceQuery
from resolvers.price_lists import PriceListMutation, PriceListQuery
from resolvers.privacy import PrivacyMutation, PrivacyQuery
from resolvers.proposal_lives import ProposalAnswerMutation, ProposalLifeMutation
from resolvers.proposal_notes import ProposalNoteMutation, ProposalNoteQuery
from resolvers.proposal_plans import ProposalPlanMutation
from resolvers.proposal_versions import ProposalVersionQuery
from resolvers.proposals import ProposalMutation, ProposalQuery
from resolvers.quotas import Quotas
from resolvers.quotes import QuoteQuery
from resolvers.reservation_changes import ReservationCancellationQuery, ReservationMutation
from resolvers.reservation_conversions import ReservationConversionMutation
from resolvers.reservations import ReservationQuery
from resolvers.sales import SaleMutation
from resolvers.second_factors import SecondFactorMutation, SecondFactorQuery
from resolvers.shared_tour_drivers import DriverProposalQuery, SharedTourDriverMutation
from resolvers.shared_tours import SharedTourMutation, SharedTourQuery
from resolvers.staff import StaffQuery
from resolvers.staff_sessions import StaffSessionMutation, StaffSessionQuery
from resolvers.statistics import StatisticsQuery
from resolvers.support import SupportMutation
from resolvers.tasks import TaskMutation
from resolvers.telemetry import KnownName, Observed, none_is_known
from resolvers.tenants import TenantMutation
from resolvers.tickets import TicketMutation, TicketQuery
from resolvers.tours import TourMutation
from resolvers.trusted import Trusting
from resolvers.trusted_documents import TrustedDocumentMutation, TrustedDocumentQuery
from schema.scalars import SCALARS

RELATIONS: Mapping[str, Relation] = {
    relation.name: relation
    for module in (
        audit,
        api_keys,
        blocks,
        bookings,
        brand_settings,
        catalog,
        customers,
        directory,
        duty,
        field_usage,
        fleet,
        guest_sessions,
        inspections,
        leads,
        identity_providers,
        members,
        links,
        offers,
        papers,
        payments,
        places,
        proposal_notes,
        proposal_versions,
        price_lists,
        privacy,
        proposals,
        reservations,
        scope_grants,
        staff,
        shared_tours,
        tickets,
        trusted_documents,
    )
    for relation in module.READ_MODELS
}


@strawberry.type(description="What can be asked.")
class Query(
    PastQuery,
    BrandQuery,
    NodeQuery,
    BookingQuery,
    LinkQuery,
    GuestSessionQuery,
    CustomerQuery,
    ProposalQuery,
    ProposalNoteQuery,
    ProposalVersionQuery,
    ReservationQuery,
    ReservationCancellationQuery,
    PaymentQuery,
    LeadQuery,
    StaffQuery,
    MemberQuery,
    IdentityProviderQuery,
    BrandProfileQuery,
    StaffSessionQuery,
    SecondFactorQuery,
    DirectoryQuery,
    QuoteQuery,
    PriceListQuery,
    BrandSettingsQuery,
    StatisticsQuery,
    AvailabilityQuery,
    CheckoutQuery,
    FleetQuery,
    AssignmentQuery,
    DriverProposalQuery,
    OfferQuery,
    SharedTourQuery,
    TicketQuery,
    PaperQuery,
    BlockQuery,
    DutyQuery,
    ManifestQuery,
    PlaceQuery,
    ApiKeyQuery,
    PrivacyQuery,
    TrustedDocumentQuery,
    FieldUsageQuery,
    AuditQuery,
):
    """All reading root fields."""


@strawberry.type(description="What can be changed.")
class Mutation(
    BookingMutation,
    LinkMutation,
    GuestSessionMutation,
    CustomerMutation,
    CustomerMergeMutation,
    InquiryMutation,
    ReservationMutation,
    ReservationConversionMutation,
    TaskMutation,
    BookingChangeMutation,
    BookingDetailsMutation,
    ItineraryMutation,
    AssignmentMutation,
    OfferMutation,
    TourMutation,
    SaleMutation,
    CheckoutMutation,
    SharedTourMutation,
    SharedTourDriverMutation,
    TicketMutation,
    ProposalMutation,
    ProposalPlanMutation,
    ProposalLifeMutation,
    ProposalAnswerMutation,
    ProposalNoteMutation,
    PriceListMutation,
    BrandSettingsMutation,
    BrandProfileMutation,
    MemberMutation,
    TenantMutation,
    IdentityProviderMutation,
    FleetMutation,
    PaperMutation,
    BlockMutation,
    DutyMutation,
    PlaceMutation,
    ApiKeyMutation,
    StaffSessionMutation,
    SecondFactorMutation,
    PrivacyMutation,
    TrustedDocumentMutation,
    RetentionMutation,
    SupportMutation,
):
    """All writing root fields."""


@strawberry.type(description="What can be listened to.")
class Subscription(BookingSubscription):
    """All telling root fields."""


class Schema(strawberry.Schema):
    """Leaves the logging of errors to `resolvers.operation`, which knows a refusal from a fault.

    Its one directive for operations is read where it is needed: given to Strawberry, it would be
    looked for at each field of each answer.
    """

    def _collect_graphql_directives(
        self, schema_directive_types: Iterable[type]
    ) -> tuple[GraphQLDirective, ...]:
        return (*super()._collect_graphql_directives(schema_directive_types), IDEMPOTENT)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass


def build_schema(
    limits: Limits = Limits(),  # noqa: B008 - frozen
    is_known: KnownName = none_is_known,
) -> Schema:
    """The schema that is served, printed and tested."""
    documents = Documents(limits)
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=list(ENTITIES.values()),
        extensions=[
            lambda: Observed(is_known),
            OperationScope,
            Trusting,
            lambda: Admission(documents),
            Quotas,
            lambda: Deadline(limits),
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
