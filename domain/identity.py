"""Who is asking, for which brand, and what they may do: one frozen value for a whole request."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Kind(StrEnum):
    """The kind of a principal; each has a working role of the same name in PostgreSQL."""

    SITE = "site"
    LINK = "link"
    CUSTOMER = "customer"
    PARTNER = "partner"
    DRIVER = "driver"
    STAFF = "staff"
    WORKER = "worker"
    NOBODY = "nobody"


Mode = Literal["live", "test"]


class Scope(StrEnum):
    """What a root field or a sensitive field asks of its caller."""

    VIEWER_READ = "viewer:read"
    CATALOG_READ = "catalog:read"
    AVAILABILITY_READ = "availability:read"
    QUOTES_MAKE = "quotes:make"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    BOOKINGS_AMEND = "bookings:amend"
    BOOKINGS_HOLD = "bookings:hold"
    BOOKINGS_CHECKOUT = "bookings:checkout"
    BOOKINGS_CANCEL = "bookings:cancel"
    DEPOSITS_WAIVE = "deposits:waive"
    DISPATCH_WRITE = "dispatch:write"
    COMPLIANCE_OVERRIDE = "compliance:override"
    TOURS_RUN = "tours:run"
    OFFERS_ANSWER = "offers:answer"
    DUTY_WRITE = "duty:write"
    PRICES_READ = "prices:read"
    PRICE_LIST_READ = "price_list:read"
    PRICES_WRITE = "prices:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_CONTACT = "customers:contact"
    INQUIRIES_READ = "inquiries:read"
    INQUIRIES_MAKE = "inquiries:make"
    INQUIRIES_WRITE = "inquiries:write"
    INQUIRIES_WITHDRAW = "inquiries:withdraw"
    RESERVATIONS_READ = "reservations:read"
    RESERVATIONS_MAKE = "reservations:make"
    RESERVATIONS_WRITE = "reservations:write"
    RESERVATIONS_AMEND = "reservations:amend"
    RESERVATIONS_CANCEL = "reservations:cancel"
    PROPOSALS_READ = "proposals:read"
    PROPOSALS_ANSWER = "proposals:answer"
    PROPOSALS_WRITE = "proposals:write"
    SHARED_TOURS_WRITE = "shared_tours:write"
    TICKETS_READ = "tickets:read"
    TICKETS_SELL = "tickets:sell"
    TICKETS_WRITE = "tickets:write"
    TICKETS_CHECK_IN = "tickets:check_in"
    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    CUSTOMER_SESSIONS_READ = "customer_sessions:read"
    CUSTOMER_SESSIONS_END = "customer_sessions:end"
    DRIVER_SESSIONS_READ = "driver_sessions:read"
    DRIVER_SESSIONS_END = "driver_sessions:end"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    FLEET_READ = "fleet:read"
    FLEET_WRITE = "fleet:write"
    DIRECTORY_WRITE = "directory:write"
    BRAND_WRITE = "brand:write"
    NOTES_READ = "notes:read"
    HISTORY_READ = "history:read"
    STATISTICS_READ = "statistics:read"
    ACCOUNT_WRITE = "account:write"
    SECURITY_WRITE = "security:write"
    AUDIT_READ = "audit:read"
    RETENTION_WRITE = "retention:write"
    SUPPORT_WRITE = "support:write"
    PRIVACY_WRITE = "privacy:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    DOCUMENTS_PUSH = "documents:push"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    TENANT_WRITE = "tenant:write"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"


@dataclass(frozen=True, slots=True)
class Brand:
    """The brand of a request. `tenant_id` and `id` never leave the process."""

    tenant_id: int
    id: int
    tenant_slug: str
    code: str
    name: str
    time_zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller that has proved who they are, acting for exactly one brand.

    Shape:  `app_id` and `mode` are those of a key; `credential` is the id of the key, session or
            link that was shown. A `ci` key has the kind of a partner and the role `ci`. `address`
            is where the request comes from, nothing where that is not known. A member proved who
            they are at `proved_at`, and may owe a second factor. `request_id` tells the request
            from others.
    """

    kind: Kind
    brand: Brand | None = None
    actor_id: UUID | None = None
    object_id: UUID | None = None
    role: str = ""
    label: str = ""
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    app_id: UUID | None = None
    mode: Mode = "live"
    credential: UUID | None = None
    address: str = ""
    proved_at: datetime | None = None
    owes_factor: bool = False
    request_id: str = ""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def opening(self, object_id: UUID) -> "Principal":
        """The same caller with one object in hand, as the holder of its token has it.

        Shape:  staff keep their own rights; everybody else sees and writes that object alone.
        """
        if self.kind in {Kind.STAFF, Kind.WORKER}:
            return self
        return replace(self, kind=Kind.LINK, object_id=object_id, scopes=frozenset())


NOBODY = Principal(Kind.NOBODY)
