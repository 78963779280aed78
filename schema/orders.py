"""The orders that lists can be asked for; each is an order of the read model, by the same name."""

from enum import StrEnum

import strawberry


@strawberry.enum(description="How links are ordered.")
class LinkOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How sessions are ordered.")
class SessionOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How bookings are ordered.")
class BookingOrder(StrEnum):
    STARTS_AT_ASC = "STARTS_AT_ASC"
    STARTS_AT_DESC = "STARTS_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How customers are ordered.")
class CustomerOrder(StrEnum):
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How proposals are ordered.")
class ProposalOrder(StrEnum):
    STARTS_ON_ASC = "STARTS_ON_ASC"
    STARTS_ON_DESC = "STARTS_ON_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How reservations are ordered.")
class ReservationOrder(StrEnum):
    PREFERRED_ON_ASC = "PREFERRED_ON_ASC"
    PREFERRED_ON_DESC = "PREFERRED_ON_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How payments are ordered.")
class PaymentOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How inquiries are ordered.")
class InquiryOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How tasks are ordered.")
class TaskOrder(StrEnum):
    DUE_AT_ASC = "DUE_AT_ASC"
    DUE_AT_DESC = "DUE_AT_DESC"


@strawberry.enum(description="How a list of named things is ordered.")
class NameOrder(StrEnum):
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"


@strawberry.enum(description="How vehicles are ordered.")
class VehicleOrder(StrEnum):
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    SEATS_ASC = "SEATS_ASC"


@strawberry.enum(description="How offers of tours are ordered.")
class TourOfferOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How shared tours are ordered.")
class SharedTourOrder(StrEnum):
    STARTS_AT_ASC = "STARTS_AT_ASC"
    STARTS_AT_DESC = "STARTS_AT_DESC"


@strawberry.enum(description="How notes about proposals are ordered.")
class ProposalNoteOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How versions of proposals are ordered.")
class ProposalVersionOrder(StrEnum):
    SENT_AT_ASC = "SENT_AT_ASC"
    SENT_AT_DESC = "SENT_AT_DESC"


@strawberry.enum(description="How dated rows are ordered.")
class EffectiveOrder(StrEnum):
    EFFECTIVE_FROM_ASC = "EFFECTIVE_FROM_ASC"
    EFFECTIVE_FROM_DESC = "EFFECTIVE_FROM_DESC"


@strawberry.enum(description="How papers are ordered; those that never run out come last.")
class DocumentOrder(StrEnum):
    EXPIRES_ON_ASC = "EXPIRES_ON_ASC"
    EXPIRES_ON_DESC = "EXPIRES_ON_DESC"


@strawberry.enum(description="How blocks are ordered.")
class BlockOrder(StrEnum):
    STARTS_AT_ASC = "STARTS_AT_ASC"
    STARTS_AT_DESC = "STARTS_AT_DESC"


@strawberry.enum(description="How entries of the duty clock are ordered.")
class DutyOrder(StrEnum):
    STARTS_AT_ASC = "STARTS_AT_ASC"
    STARTS_AT_DESC = "STARTS_AT_DESC"


@strawberry.enum(description="How inspections are ordered.")
class InspectionOrder(StrEnum):
    INSPECTED_AT_ASC = "INSPECTED_AT_ASC"
    INSPECTED_AT_DESC = "INSPECTED_AT_DESC"


@strawberry.enum(description="How working hours are ordered: by driver, then by weekday.")
class AvailabilityOrder(StrEnum):
    DRIVER_ASC = "DRIVER_ASC"


@strawberry.enum(description="How what is said of places is ordered: place by place.")
class PlaceOrder(StrEnum):
    PLACE_ASC = "PLACE_ASC"


@strawberry.enum(description="How apps are ordered.")
class AppOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How keys are ordered.")
class ApiKeyOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How memberships are ordered.")
class MembershipOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How requests about a person's data are ordered.")
class PrivacyRequestOrder(StrEnum):
    REQUESTED_AT_ASC = "REQUESTED_AT_ASC"
    REQUESTED_AT_DESC = "REQUESTED_AT_DESC"


@strawberry.enum(description="How the documents of apps are ordered.")
class TrustedDocumentOrder(StrEnum):
    PUSHED_AT_ASC = "PUSHED_AT_ASC"
    PUSHED_AT_DESC = "PUSHED_AT_DESC"


@strawberry.enum(description="How the use of fields is ordered.")
class FieldUsageOrder(StrEnum):
    DAY_ASC = "DAY_ASC"
    DAY_DESC = "DAY_DESC"


@strawberry.enum(description="How issuers are ordered.")
class IdentityProviderOrder(StrEnum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"


@strawberry.enum(description="How identities of staff are ordered.")
class StaffIdentityOrder(StrEnum):
    LINKED_AT_ASC = "LINKED_AT_ASC"
    LINKED_AT_DESC = "LINKED_AT_DESC"


@strawberry.enum(description="How the audit log is ordered.")
class AuditOrder(StrEnum):
    OCCURRED_AT_ASC = "OCCURRED_AT_ASC"
    OCCURRED_AT_DESC = "OCCURRED_AT_DESC"
