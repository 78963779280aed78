"""Tenants: their names and their brands', and how an operating company comes to its end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput, WrongState
from domain.money import CURRENCIES

SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
BRAND_CODE: Final = re.compile(r"[a-z][a-z0-9]{1,11}")


def check_slug(slug: str) -> None:
    """Errors: InvalidInput."""
    if not SLUG.fullmatch(slug):
        raise InvalidInput(
            "A tenant's slug has 1 to 63 small letters, digits and dashes: acme-tours.", path="slug"
        )


def check_brand_code(code: str) -> None:
    """Errors: InvalidInput."""
    if not BRAND_CODE.fullmatch(code):
        raise InvalidInput(
            "A brand's code has 2 to 12 small letters and digits, a letter first: acme.",
            path="brand",
        )


def check_currency(currency: str) -> None:
    """Errors: InvalidInput."""
    if currency not in CURRENCIES:
        raise InvalidInput(
            f"{currency[:8]!r} is no currency of today: give its code of ISO 4217, as USD or EUR.",
            path="currency",
        )


class TenantStatus(StrEnum):
    """Where an operating company is in its life: only an active one is served."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEAVING = "leaving"


TRANSITIONS: Final[Mapping[TenantStatus, frozenset[TenantStatus]]] = {
    TenantStatus.ACTIVE: frozenset({TenantStatus.SUSPENDED, TenantStatus.LEAVING}),
    TenantStatus.SUSPENDED: frozenset({TenantStatus.ACTIVE, TenantStatus.LEAVING}),
    TenantStatus.LEAVING: frozenset({TenantStatus.ACTIVE}),
}
WAITS: Final = timedelta(days=30)
"""How long a tenant that leaves can be exported, and can come back."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """An operating company, as those see it who run the service."""

    tenant_id: int
    public_id: UUID
    slug: str
    status: TenantStatus
    leaves_at: datetime | None
    version: int


def move(tenant: Tenant, to: TenantStatus, *, now: datetime) -> Tenant:
    """The tenant in another status; one that leaves does so for good in thirty days.

    Errors: WrongState.
    """
    if to not in TRANSITIONS[tenant.status]:
        raise WrongState(f"A tenant that is {tenant.status} does not become {to}.")
    leaves_at = now + WAITS if to is TenantStatus.LEAVING else None
    return replace(tenant, status=to, leaves_at=leaves_at, version=tenant.version + 1)


def check_due(tenant: Tenant, *, now: datetime) -> None:
    """Errors: WrongState before the thirty days are over."""
    if tenant.leaves_at is None or tenant.leaves_at > now:
        when = tenant.leaves_at.date().isoformat() if tenant.leaves_at else "never"
        raise WrongState(f"Its rows are deleted when it has left for 30 days: {when}.")
