"""What is kept in the cache, how long and for whom, and the only maker of its keys."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from domain.identity import Kind, Principal

CALLERS: Final = "callers/"
"""Begins the scopes of rows that callers are made of."""
HOUR: Final = 3600
HALF_AN_HOUR: Final = 1800
FIVE_MINUTES: Final = 300
_MADE_FOR_A_PRINCIPAL: Final = object()


class Level(StrEnum):
    """Whose the rows of a table are, and so whose values a change of them drops."""

    SHARED = "shared"
    TENANT = "tenant"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Kept:
    """How long what was read of a table is kept.

    Shape:  `kinds` are the callers whose policies look at tenant and brand alone. What the others
            see depends on who they are, so they are never served from the cache.
    Units:  seconds.
    """

    seconds: int
    level: Level
    kinds: frozenset[Kind]


EVERYBODY: Final = frozenset(Kind) - {Kind.NOBODY}
BUYERS: Final = EVERYBODY - {Kind.DRIVER}
OFFICE: Final = frozenset({Kind.STAFF, Kind.WORKER})
HOUSE: Final = frozenset({Kind.WORKER})
KEPT: Final[Mapping[str, Kept]] = {
    "wineries": Kept(HOUR, Level.SHARED, EVERYBODY),
    "restaurants": Kept(HOUR, Level.SHARED, EVERYBODY),
    "hotels": Kept(HOUR, Level.SHARED, EVERYBODY),
    "directory_notes": Kept(HOUR, Level.BRAND, EVERYBODY),
    "brands": Kept(HOUR, Level.BRAND, EVERYBODY),
    "tour_packages": Kept(HOUR, Level.BRAND, EVERYBODY),
    "rate_cards": Kept(HOUR, Level.BRAND, BUYERS),
    "price_rules": Kept(HALF_AN_HOUR, Level.BRAND, OFFICE),
    "vehicles": Kept(HALF_AN_HOUR, Level.TENANT, OFFICE),
    "brand_settings": Kept(FIVE_MINUTES, Level.BRAND, BUYERS - {Kind.LINK}),
    "apps": Kept(HOUR, Level.BRAND, HOUSE),
    "trusted_documents": Kept(HOUR, Level.BRAND, HOUSE),
}


PRICE_BOOK: Final = "price_book"
TRUSTED: Final = "trusted"


@dataclass(frozen=True, slots=True)
class Made:
    """What is read of several tables of a brand at once, and kept as one.

    Shape:  kept as long as the table that is kept shortest, and dropped with any of them. The
            callers' policies may look at the row itself besides tenant and brand.
    """

    tables: frozenset[str]
    kinds: frozenset[Kind]

    @property
    def kept(self) -> Kept:
        seconds = min(KEPT[table].seconds for table in self.tables)
        return Kept(seconds, Level.BRAND, self.kinds)


MADE: Final[Mapping[str, Made]] = {
    PRICE_BOOK: Made(
        frozenset({"rate_cards", "tour_packages", "price_rules", "brand_settings", "brands"}),
        BUYERS - {Kind.LINK},
    ),
    TRUSTED: Made(frozenset({"apps", "trusted_documents"}), HOUSE),
}


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The name of one answer to one kind of caller of one brand, and what drops it.

    Shape:  `scope` is the relation, then the tenant and the brand as far as its rows have them.
    """

    name: str
    scope: str
    seconds: int
    proof: InitVar[object]

    def __post_init__(self, proof: object) -> None:
        if proof is not _MADE_FOR_A_PRINCIPAL:
            raise TypeError("A CacheKey is made by key_for() only.")


def is_kept(relation: str, principal: Principal) -> bool:
    """Whether this caller may be served what was read of a relation for others like it."""
    kept = _kept(relation)
    return kept is not None and principal.brand is not None and principal.kind in kept.kinds


def key_for(principal: Principal, relation: str, question: bytes) -> CacheKey:
    """The key of what a caller asks of a relation.

    Errors: LookupError for a caller without a brand, or for whom the relation is not kept.
    """
    brand, kept = principal.brand, _kept(relation)
    if brand is None or kept is None or not is_kept(relation, principal):
        raise LookupError(f"{relation} is not kept for {principal.kind.value}")
    owner: Mapping[Level, tuple[int, ...]] = {
        Level.SHARED: (),
        Level.TENANT: (brand.tenant_id,),
        Level.BRAND: (brand.tenant_id, brand.id),
    }
    digest = sha256(question).hexdigest()
    return CacheKey(
        name=f"{brand.tenant_id}:{brand.id}:{principal.kind.value}:{relation}:{digest}",
        scope=":".join(map(str, (relation, *owner[kept.level]))),
        seconds=kept.seconds,
        proof=_MADE_FOR_A_PRINCIPAL,
    )


def dropped_with(scopes: Iterable[str]) -> list[str]:
    """The scopes of tables that were changed, and of what is made of these tables."""
    found = dict.fromkeys(scopes)
    for scope in list(found):
        table, _, owner = scope.partition(":")
        names = [name for name, made in MADE.items() if table in made.tables]
        found |= dict.fromkeys(f"{name}:{owner}" for name in names)
    return list(found)


def has_values(scope: str) -> bool:
    """Whether anything is kept under the scope: of callers, processes alone know something."""
    return not scope.startswith(CALLERS)


def _kept(relation: str) -> Kept | None:
    made = MADE.get(relation)
    return KEPT.get(relation) if made is None else made.kept
