"""Memberships as they are read, and the statements that begin, change and end one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Many, One, Relation, is_set, one_of
from domain.members import Membership, Person, Standing

SQL = statements.load(__package__, "members.sql")

MEMBERSHIPS = Relation(
    "memberships",
    columns={
        "id": ColumnKind.UUID,
        "staff_user_id": ColumnKind.UUID,
        "role": ColumnKind.TEXT,
        "version": ColumnKind.INT,
        "created_at": ColumnKind.INSTANT,
        "ended_at": ColumnKind.INSTANT,
    },
    one={"staff_user": One("staff_users", via="staff_user_id")},
    many={"grants": Many("scope_grants", by="membership_id", order=("given_at", "id"))},
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "ended": is_set("ended_at"),
        "role": one_of("role"),
    },
)
READ_MODELS = (MEMBERSHIPS,)
NO_STANDING: Final = Standing(has_password=False, elsewhere=0, owns_elsewhere=False, alone=0)


@dataclass(frozen=True, slots=True)
class BrandOfCaller:
    """A brand that the caller is a member of."""

    code: str
    name: str
    role: str
    is_default: bool


async def lock_person(tx: Transaction, id: UUID) -> Person | None:
    row = await tx.row(SQL["lock_person"], {"id": id})
    return Person(*row) if row else None


async def lock_person_of_email(tx: Transaction, email: str) -> Person | None:
    row = await tx.row(SQL["lock_person_of_email"], {"email": email})
    return Person(*row) if row else None


async def insert_person(tx: Transaction, person: Person) -> None:
    await tx.run(SQL["insert_person"], asdict(person))


async def update_person(tx: Transaction, person: Person) -> None:
    """Errors: LastOwner at the end of the transaction."""
    await tx.run(
        SQL["update_person"],
        {"id": person.id, "status": person.status, "version": person.version},
    )


async def lock(tx: Transaction, membership_id: UUID) -> Membership | None:
    row = await tx.row(SQL["lock_membership"], {"id": membership_id})
    return Membership(*row) if row else None


async def lock_of(tx: Transaction, staff_id: UUID) -> Membership | None:
    row = await tx.row(SQL["lock_membership_of"], {"staff": staff_id})
    return Membership(*row) if row else None


async def insert(tx: Transaction, member: Membership) -> None:
    await tx.run(
        SQL["insert_membership"],
        {
            "id": member.id,
            "staff_user_id": member.staff_user_id,
            "role": member.role,
            "created_at": member.created_at,
        },
    )


async def update(tx: Transaction, member: Membership) -> None:
    """Errors: LastOwner at the end of the transaction."""
    await tx.run(
        SQL["update_membership"],
        {
            "id": member.id,
            "role": member.role,
            "ended_at": member.ended_at,
            "version": member.version,
        },
    )


async def standing(tx: Transaction, staff_id: UUID) -> Standing:
    row = await tx.row(SQL["standing"], {"staff": staff_id})
    return Standing(*row) if row else NO_STANDING


async def end_sessions(tx: Transaction, staff_id: UUID, *, now: datetime) -> None:
    await tx.rows(SQL["end_sessions"], {"staff": staff_id, "now": now})


async def invite(
    tx: Transaction, staff_id: UUID, code: UUID, *, now: datetime, until: datetime
) -> None:
    """A code for somebody who has no password; for anybody else nothing happens."""
    given = {"staff": staff_id, "code": code, "now": now, "until": until}
    await tx.rows(SQL["invite_member"], given)


async def last_sign_ins(tx: Transaction, keys: Sequence[UUID]) -> list[datetime | None]:
    """When each member last signed in, in the keys' order."""
    found = dict(await tx.rows(SQL["last_sign_ins"], {"keys": list(keys)}))
    return [found.get(key) for key in keys]


async def brands_of_caller(tx: Transaction) -> Sequence[BrandOfCaller]:
    return [BrandOfCaller(*row) for row in await tx.rows(SQL["brands_of_caller"])]
