"""Who is asking, for which brand, and what they may do: one frozen value for a whole request."""

from dataclasses import dataclass, field
from enum import StrEnum
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


class Scope(StrEnum):
    """What a root field or a sensitive field asks of its caller."""

    CATALOG_READ = "catalog:read"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    PRICES_READ = "prices:read"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    PROPOSALS_READ = "proposals:read"
    RESERVATIONS_READ = "reservations:read"
    PAYMENTS_READ = "payments:read"
    INQUIRIES_READ = "inquiries:read"
    TASKS_READ = "tasks:read"
    FLEET_READ = "fleet:read"
    NOTES_READ = "notes:read"
    AVAILABILITY_READ = "availability:read"
    QUOTES_MAKE = "quotes:make"
    VIEWER_READ = "viewer:read"


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
    """A caller that has proved who they are, acting for exactly one brand."""

    kind: Kind
    brand: Brand | None = None
    actor_id: UUID | None = None
    object_id: UUID | None = None
    role: str = ""
    label: str = ""
    scopes: frozenset[Scope] = field(default_factory=frozenset)

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


NOBODY = Principal(Kind.NOBODY)
