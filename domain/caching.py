"""What is kept in the cache, how long and for whom, and the only maker of its keys."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from domain.identity import Kind, Principal

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
KEPT: Final[Mapping[str, Kept]] = {
    "wineries": Kept(HOUR, Level.SHARED, EVERYBODY),
    "restaurants": Kept(HOUR, Level.SHARED, EVERYBODY),
    "hotels": Kept(HOUR, Level.SHARED, EVERYBODY),
    "brands": Kept(HOUR, Level.BRAND, EVERYBODY),
    "tour_packages": Kept(HOUR, Level.BRAND, EVERYBODY),
    "rate_cards": Kept(HOUR, Level.BRAND, BUYERS),
    "price_rules": Kept(HALF_AN_HOUR, Level.BRAND, OFFICE),
    "vehicles": Kept(HALF_AN_HOUR, Level.TENANT, OFFICE),
    "brand_settings": Kept(FIVE_MINUTES, Level.BRAND, BUYERS - {Kind.LINK}),
}


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The name of one answer to one kind of caller of one brand, and what drops it.

    Shape:  `scope` is the table, then the tenant and the brand as far as its rows have them.
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
    kept = KEPT.get(relation)
    return kept is not None and principal.brand is not None and principal.kind in kept.kinds


def key_for(principal: Principal, relation: str, question: bytes) -> CacheKey:
    """The key of what a caller asks of a relation.

    Errors: LookupError for a caller without a brand, or for whom the relation is not kept.
    """
    brand = principal.brand
    if brand is None or not is_kept(relation, principal):
        raise LookupError(f"{relation} is not kept for {principal.kind.value}")
    kept = KEPT[relation]
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
