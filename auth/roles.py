"""What each kind of caller, and each role of a member, may do."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.identity import Kind, Scope

ALL: Final = frozenset(Scope)
# Who works here, and with which keys, is read by those who have a say in it.
MANAGERS_READ: Final = frozenset(
    {
        Scope.KEYS_READ,
        Scope.STAFF_READ,
        Scope.DOCUMENTS_READ,
        Scope.LINKS_READ,
        Scope.CUSTOMER_SESSIONS_READ,
        Scope.DRIVER_SESSIONS_READ,
    }
)
# What everybody has done, and from where, is read by owners.
OWNERS_READ: Final = frozenset({Scope.AUDIT_READ})
READS: Final = (
    frozenset(scope for scope in Scope if scope.endswith(":read")) - MANAGERS_READ - OWNERS_READ
)
PUBLIC: Final = frozenset({Scope.VIEWER_READ, Scope.CATALOG_READ})
BUYS: Final = frozenset(
    {
        Scope.QUOTES_MAKE,
        Scope.AVAILABILITY_READ,
        Scope.BOOKINGS_HOLD,
        Scope.INQUIRIES_MAKE,
        Scope.RESERVATIONS_MAKE,
        Scope.TICKETS_SELL,
    }
)
OWN: Final = PUBLIC | {
    Scope.BOOKINGS_READ,
    Scope.PRICES_READ,
    Scope.RESERVATIONS_READ,
    Scope.PROPOSALS_READ,
    Scope.TICKETS_READ,
    Scope.PAYMENTS_READ,
    Scope.CUSTOMERS_CONTACT,
}
# What a role does beyond reading; nobody but staff is told costs, notes, history and figures.
SELLS: Final = BUYS | {
    Scope.BOOKINGS_WRITE,
    Scope.BOOKINGS_CHECKOUT,
    Scope.BOOKINGS_AMEND,
    Scope.BOOKINGS_CANCEL,
    Scope.CUSTOMERS_WRITE,
    Scope.CUSTOMERS_CONTACT,
    Scope.INQUIRIES_WRITE,
    Scope.RESERVATIONS_WRITE,
    Scope.RESERVATIONS_AMEND,
    Scope.RESERVATIONS_CANCEL,
    Scope.PROPOSALS_WRITE,
    Scope.TICKETS_WRITE,
    Scope.TICKETS_CHECK_IN,
    Scope.PAYMENTS_WRITE,
    Scope.TASKS_WRITE,
    Scope.LINKS_READ,
    Scope.LINKS_WRITE,
}
RUNS: Final = frozenset(
    {
        Scope.DISPATCH_WRITE,
        Scope.CUSTOMERS_CONTACT,
        Scope.TOURS_RUN,
        Scope.DUTY_WRITE,
        Scope.FLEET_WRITE,
        Scope.SHARED_TOURS_WRITE,
        Scope.TICKETS_CHECK_IN,
    }
)
GUESTS_ONLY: Final = frozenset(
    {Scope.PROPOSALS_ANSWER, Scope.OFFERS_ANSWER, Scope.INQUIRIES_WITHDRAW}
)
OWNERS_ONLY: Final = OWNERS_READ | {
    Scope.KEYS_WRITE,
    Scope.SECURITY_WRITE,
    Scope.TENANT_WRITE,
    Scope.RETENTION_WRITE,
    Scope.SUPPORT_WRITE,
}
OWN_ACCOUNT: Final = frozenset({Scope.ACCOUNT_WRITE})
# Who signs in by mail sees where they are signed in, and ends it.
OF_CUSTOMERS: Final = frozenset({Scope.CUSTOMER_SESSIONS_READ, Scope.CUSTOMER_SESSIONS_END})
OF_DRIVERS: Final = frozenset({Scope.DRIVER_SESSIONS_READ, Scope.DRIVER_SESSIONS_END})
# What guests do by themselves to what is theirs.
AMENDS: Final = frozenset(
    {
        Scope.BOOKINGS_AMEND,
        Scope.BOOKINGS_CANCEL,
        Scope.RESERVATIONS_AMEND,
        Scope.RESERVATIONS_CANCEL,
        Scope.PROPOSALS_ANSWER,
    }
)

OF_KIND: Final[Mapping[Kind, frozenset[Scope]]] = {
    Kind.SITE: PUBLIC | BUYS,
    Kind.LINK: OWN
    | AMENDS
    | {Scope.BOOKINGS_CHECKOUT, Scope.INQUIRIES_READ, Scope.INQUIRIES_WITHDRAW},
    Kind.CUSTOMER: OWN | BUYS | AMENDS | OF_CUSTOMERS | {Scope.CUSTOMERS_READ},
    Kind.PARTNER: (OWN | BUYS) - {Scope.RESERVATIONS_READ, Scope.PROPOSALS_READ},
    Kind.DRIVER: PUBLIC
    | OF_DRIVERS
    | {
        Scope.BOOKINGS_READ,
        Scope.NOTES_READ,
        Scope.TOURS_RUN,
        Scope.OFFERS_ANSWER,
        Scope.DUTY_WRITE,
        Scope.FLEET_READ,
        Scope.TICKETS_READ,
        Scope.TICKETS_CHECK_IN,
    },
    Kind.STAFF: frozenset(),
    Kind.WORKER: ALL,
    Kind.NOBODY: frozenset(),
}
# What a key may do at most; its own list says what of that it does.
OF_KEY: Final[Mapping[str, frozenset[Scope]]] = {
    "site": OF_KIND[Kind.SITE],
    "partner": OF_KIND[Kind.PARTNER],
    "ci": frozenset({Scope.DOCUMENTS_PUSH}),
}
OF_ROLE: Final[Mapping[str, frozenset[Scope]]] = {
    "owner": ALL - GUESTS_ONLY,
    "manager": ALL - GUESTS_ONLY - OWNERS_ONLY,
    "dispatcher": (READS - {Scope.PAYMENTS_READ, Scope.STATISTICS_READ})
    | RUNS
    | BUYS
    | OWN_ACCOUNT
    | {Scope.BOOKINGS_WRITE, Scope.BOOKINGS_AMEND, Scope.TASKS_WRITE},
    "sales": (READS - {Scope.STATISTICS_READ}) | SELLS | OWN_ACCOUNT,
    "finance": READS
    | OWN_ACCOUNT
    | {Scope.CUSTOMERS_CONTACT, Scope.QUOTES_MAKE, Scope.PAYMENTS_WRITE, Scope.TASKS_WRITE},
    "driver": PUBLIC | OWN_ACCOUNT | {Scope.BOOKINGS_READ, Scope.FLEET_READ},
    "viewer": (READS | OWN_ACCOUNT) - {Scope.NOTES_READ, Scope.HISTORY_READ, Scope.STATISTICS_READ},
    # Whatever a supporter may do was granted, with an end.
    "support": frozenset(),
}


def scopes_of(
    kind: Kind, *, role: str = "", grants: Sequence[str] = (), denies: Sequence[str] = ()
) -> frozenset[Scope]:
    """A caller's scopes: of the kind, of a member's role, with grants; a deny wins."""
    base = OF_ROLE.get(role, frozenset()) if kind is Kind.STAFF else OF_KIND[kind]
    granted = {Scope(name) for name in grants if name in ALL}
    return (base | granted) - {Scope(name) for name in denies if name in ALL}


def scopes_of_key(kind: str, only: Sequence[str] | None) -> frozenset[Scope]:
    """What a key may do: all of its kind, or those of it that its list names."""
    most = OF_KEY[kind]
    return most if only is None else most & frozenset(only)
