"""What each kind of caller, and each role of a member, may do."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.identity import Kind, Scope

ALL: Final = frozenset(Scope)
READS: Final = ALL - {Scope.BOOKINGS_WRITE, Scope.CUSTOMERS_WRITE}
PUBLIC: Final = frozenset({Scope.VIEWER_READ, Scope.CATALOG_READ})
BUYS: Final = frozenset({Scope.QUOTES_MAKE, Scope.AVAILABILITY_READ})
OWN: Final = PUBLIC | {
    Scope.BOOKINGS_READ,
    Scope.PRICES_READ,
    Scope.CUSTOMERS_READ,
    Scope.RESERVATIONS_READ,
    Scope.PAYMENTS_READ,
}

OF_KIND: Final[Mapping[Kind, frozenset[Scope]]] = {
    Kind.SITE: PUBLIC | BUYS,
    Kind.LINK: OWN,
    Kind.CUSTOMER: OWN | BUYS | {Scope.PROPOSALS_READ},
    Kind.PARTNER: (OWN | BUYS) - {Scope.RESERVATIONS_READ},
    Kind.DRIVER: PUBLIC | {Scope.BOOKINGS_READ, Scope.NOTES_READ},
    Kind.STAFF: frozenset(),
    Kind.WORKER: ALL,
    Kind.NOBODY: frozenset(),
}
OF_ROLE: Final[Mapping[str, frozenset[Scope]]] = {
    "owner": ALL,
    "manager": ALL,
    "dispatcher": ALL - {Scope.PAYMENTS_READ, Scope.CUSTOMERS_WRITE},
    "sales": ALL,
    "finance": READS,
    "driver": PUBLIC | {Scope.BOOKINGS_READ, Scope.FLEET_READ},
    "viewer": READS - {Scope.NOTES_READ, Scope.QUOTES_MAKE},
}


def scopes_of(
    kind: Kind, *, role: str = "", grants: Sequence[str] = (), denies: Sequence[str] = ()
) -> frozenset[Scope]:
    """A caller's scopes: of the kind, of a member's role, with grants; a deny wins."""
    base = OF_ROLE.get(role, frozenset()) if kind is Kind.STAFF else OF_KIND[kind]
    granted = {Scope(name) for name in grants if name in ALL}
    return (base | granted) - {Scope(name) for name in denies if name in ALL}
