"""Second factors of staff: what a member proves themselves with, and what their operator asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.second_factors import Factor, Rule

SQL = statements.load(__package__, "second_factors.sql")


@dataclass(frozen=True, slots=True)
class State:
    """What a member is told of their second factor, and of what the operator asks."""

    confirmed_at: datetime | None
    codes_left: int
    required: bool
    rule_version: int


@dataclass(frozen=True, slots=True)
class Contact:
    """How a member is reached, and the version of their row."""

    email: str
    name: str
    version: int


async def lock(tx: Transaction, staff_id: UUID) -> Factor | None:
    """The caller's own, confirmed or not; nobody is shown another's."""
    row = await tx.row(SQL["lock_factor"], {"staff": staff_id})
    return Factor(*row) if row else None


async def insert(tx: Transaction, staff_id: UUID, secret_id: UUID, *, now: datetime) -> None:
    await tx.run(SQL["insert_factor"], {"staff": staff_id, "secret_id": secret_id, "now": now})


async def confirm(tx: Transaction, staff_id: UUID, step: int, *, now: datetime) -> None:
    await tx.run(SQL["confirm_factor"], {"staff": staff_id, "step": step, "now": now})


async def take_step(tx: Transaction, staff_id: UUID, step: int) -> bool:
    """Whether nobody has used a code of that step or a later one."""
    return await tx.row(SQL["take_step"], {"staff": staff_id, "step": step}) is not None


async def forget(tx: Transaction, staff_id: UUID) -> None:
    await tx.run(SQL["forget_factor"], {"staff": staff_id})


async def replace_recovery_codes(
    tx: Transaction, staff_id: UUID, digests: Sequence[bytes], *, now: datetime
) -> None:
    given = {"staff": staff_id, "digests": list(digests), "now": now}
    await tx.run(SQL["replace_recovery_codes"], given)


async def use_recovery_code(
    tx: Transaction, staff_id: UUID, digest: bytes, *, now: datetime
) -> bool:
    """Whether the code was there, and nobody was faster."""
    given = {"staff": staff_id, "digest": digest, "now": now}
    return await tx.row(SQL["use_recovery_code"], given) is not None


async def state(tx: Transaction, staff_id: UUID) -> State:
    row = await tx.row(SQL["state_of_factor"], {"staff": staff_id})
    return State(*row) if row else State(None, 0, required=False, rule_version=0)


async def end_of(tx: Transaction, staff_id: UUID) -> bool:
    """End another's, as an owner of a brand that they work for; False if there was none."""
    row = await tx.row(SQL["end_factor_of"], {"staff": staff_id})
    return bool(row and row[0])


async def lock_rule(tx: Transaction) -> Rule | None:
    row = await tx.row(SQL["lock_rule"])
    return Rule(*row) if row else None


async def store_rule(tx: Transaction, rule: Rule, *, now: datetime) -> bool:
    """Whether nobody was faster."""
    given = {"id": rule.id, "required": rule.required, "version": rule.version, "now": now}
    return await tx.row(SQL["store_rule"], given) is not None


async def contact(tx: Transaction, staff_id: UUID) -> Contact | None:
    row = await tx.row(SQL["contact_of_member"], {"staff": staff_id})
    return Contact(*row) if row else None


async def is_member(tx: Transaction, staff_id: UUID) -> bool:
    """Whether they work for the caller's brand."""
    return await tx.row(SQL["works_here"], {"staff": staff_id}) is not None
