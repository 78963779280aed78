"""The scopes of the rows that a caller is made of, as the triggers on these rows name them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from auth.tokens import Claims
from db.callers import Caller, KeyFound
from domain.caching import CALLERS
from domain.identity import Brand, Kind

PERSON: Final[Mapping[Kind, str]] = {
    Kind.STAFF: "staff",
    Kind.CUSTOMER: "customers",
    Kind.DRIVER: "drivers",
}


def made_of_key(found: KeyFound) -> frozenset[str]:
    brand = found.caller.brand
    own = {_row("keys", found.id, brand), _row("apps", found.app_id, brand)}
    return frozenset(own | _house(brand))


def made_of_subject(claims: Claims, caller: Caller) -> frozenset[str]:
    brand = caller.brand
    made_of = {_row(PERSON[claims.kind], claims.subject, brand), *_house(brand)}
    if claims.kind is Kind.STAFF:
        made_of.add(scope_of("members", brand))
    if claims.session is not None:
        made_of.add(_row("sessions", claims.session, brand))
    return frozenset(made_of)


def scope_of(name: str, brand: Brand | None) -> str:
    """What is a brand's as a whole."""
    return f"{CALLERS}{name}:{brand.tenant_id}:{brand.id}" if brand else f"{CALLERS}{name}"


def _house(brand: Brand) -> set[str]:
    return {scope_of("brands", brand), f"{CALLERS}tenants:{brand.tenant_id}"}


def _row(name: str, id: UUID, brand: Brand) -> str:
    return f"{CALLERS}{name}/{id}:{brand.tenant_id}"
