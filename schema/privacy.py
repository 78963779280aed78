"""Requests about a person's data in the contract: exports and erasures with their receipts."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import strawberry

from domain.identity import Scope
from schema.customers import Customer
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant
from schema.staff import StaffUser


@strawberry.enum(description="What is asked about a person's data.")
class PrivacyRequestKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


@strawberry.enum(description="What became of a request about a person's data.")
class PrivacyRequestStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@strawberry.enum(description="Why a person is to be forgotten.")
class ErasureGround(StrEnum):
    ASKED = "asked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"
    LEGAL_DUTY = "legal_duty"


@strawberry.type(description="How many rows of one table a request came to.")
class RowCount:
    """A line of a receipt."""

    table: str = strawberry.field(description="The table: `bookings`.")
    rows: int = strawberry.field(description="How many of its rows were written or emptied.")


def counted_rows(stored: Mapping[str, int] | None) -> list[RowCount]:
    return [RowCount(table=table, rows=rows) for table, rows in sorted((stored or {}).items())]


@entity(
    "privacy_requests",
    description="A request about a person's data, and its receipt.",
    scope=Scope.PRIVACY_WRITE,
)
class PrivacyRequest(Node):
    """It names the customer by id and holds no word about them."""

    kind: PrivacyRequestKind = column("What was asked for.")
    ground: ErasureGround | None = column("Why it is to be forgotten; null for an export.")
    status: PrivacyRequestStatus = column("What became of it.")
    refusal: str | None = column("Why nothing was done, if so.")
    customer: Customer | None = edge("Whose data it is about.", scope=Scope.CUSTOMERS_READ)
    requester: StaffUser | None = edge("Who asked for it.", scope=Scope.TASKS_READ)
    requested_at: datetime = instant("When it was asked for.")
    finished_at: datetime | None = instant("When it was done or refused.")
    counts: list[RowCount] = derived(
        ("counts",), counted_rows, "How many rows of each table were written or emptied."
    )
    sha256: str | None = column("The SHA-256 of an export, in hexadecimal digits.")
    size_bytes: int | None = column("How many bytes an export has.")
    expires_at: datetime | None = instant("Until when an export can be fetched.")
    version: int = column("Grows with every change.")


@strawberry.input(description="Which requests; conditions are joined by AND.")
class PrivacyRequestFilter:
    """Every field is a filter of the read model, by the same name."""

    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="About this customer."
    )
    kind: list[PrivacyRequestKind] | None = strawberry.field(
        default=None, description="Any of these kinds."
    )
    status: list[PrivacyRequestStatus] | None = strawberry.field(
        default=None, description="In any of these states."
    )


@strawberry.input(description="Hand out all that is known of a customer.")
class ExportCustomerInput:
    """Whoever was merged into them is in it."""

    customer_id: strawberry.ID = strawberry.field(description="The customer.")


@strawberry.input(description="Forget a customer for good. Nothing brings it back.")
class EraseCustomerInput:
    """Whoever was merged into them is forgotten too."""

    customer_id: strawberry.ID = strawberry.field(description="The customer.")
    expected_version: int = strawberry.field(description="The version that you read.")
    ground: ErasureGround = strawberry.field(description="Why.")
    confirmed_name: str = strawberry.field(
        description="The customer's name as it stands, typed as a confirmation."
    )


@strawberry.type(description="The request, or why there is none.")
class ExportCustomerPayload:
    """A job writes the export; ask for the request until it is done."""

    request: PrivacyRequest | None = strawberry.field(description="The request.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was taken.")


@strawberry.type(description="The request, or why there is none.")
class EraseCustomerPayload:
    """A job does it; ask for the request until it is done."""

    request: PrivacyRequest | None = strawberry.field(description="The request.")
    customer: Customer | None = strawberry.field(description="The customer as they are now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was taken.")
