"""Single sign-on: whom an issuer means, and what they are in each brand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.federation import Known, Place, Seat
from domain.identity import Brand
from domain.identity_providers import Linked

SQL = statements.load(__package__, "federation.sql")


async def provider_at(tx: Transaction, tenant: str, brand: str | None) -> tuple[Brand, UUID] | None:
    """Where somebody of the tenant begins, and the id of its issuer."""
    row = await tx.row(SQL["provider_by_tenant"], {"tenant": tenant, "brand": brand})
    return (Brand(*row[:-1]), row[-1]) if row else None


async def by_subject(tx: Transaction, issuer: str, subject: str) -> Known | None:
    row = await tx.row(SQL["known_by_subject"], {"issuer": issuer, "known_as": subject})
    return Known(*row) if row else None


async def by_email(tx: Transaction, issuer: str, email: str) -> Known | None:
    row = await tx.row(SQL["known_by_email"], {"issuer": issuer, "email": email})
    return Known(*row) if row else None


async def one_link_at_a_time(tx: Transaction) -> None:
    """Wait for whoever else of the tenant is being linked, and keep others waiting."""
    brand = tx.principal.brand
    await tx.row(SQL["one_link_at_a_time"], {"tenant": str(brand.tenant_id if brand else 0)})


async def link(tx: Transaction, linked: Linked) -> None:
    await tx.run(
        SQL["insert_identity"],
        {
            "id": linked.id,
            "staff": linked.staff_user_id,
            "issuer": linked.issuer,
            "known_as": linked.subject,
            "now": linked.linked_at,
        },
    )


async def places(tx: Transaction, staff_id: UUID | None) -> Sequence[Place]:
    """Every brand of the tenant, with what they are or were there."""
    return [_place(row) for row in await tx.rows(SQL["places_of"], {"staff": staff_id})]


async def lock_seat(tx: Transaction, staff_id: UUID) -> Seat | None:
    row = await tx.row(SQL["lock_seat"], {"staff": staff_id})
    return Seat(*row) if row else None


async def insert_seat(tx: Transaction, staff_id: UUID, seat: Seat, *, now: datetime) -> bool:
    """Whether nobody was faster."""
    given = {"id": seat.id, "staff": staff_id, "role": seat.role, "now": now}
    return await tx.row(SQL["insert_seat"], given) is not None


async def update_seat(tx: Transaction, seat: Seat) -> None:
    await tx.run(
        SQL["update_seat"],
        {
            "id": seat.id,
            "role": seat.role,
            "ended_at": seat.ended_at,
            "left_at": seat.left_at,
            "version": seat.version,
        },
    )


def _place(row: tuple[Any, ...]) -> Place:
    brand, is_default, seat = Brand(*row[:7]), row[7], row[8:]
    return Place(brand, is_default, Seat(*seat) if seat[0] is not None else None)
