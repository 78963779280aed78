"""What a brand says of itself as staff read it, and the statements that make and change a brand."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.brands import Furniture, NewBrand, Profile

SQL = statements.load(__package__, "brand_profiles.sql")


async def profile(tx: Transaction) -> Profile | None:
    """Of the brand that is asking."""
    brand = tx.principal.brand
    row = await tx.row(SQL["profile"], {"code": brand.code if brand else None})
    if row is None:
        return None
    *facts, origins = row
    return replace(Profile(*facts), web_origins=tuple(origins))


async def lock(tx: Transaction) -> Profile | None:
    """The same, which nobody else changes until the transaction ends."""
    brand = tx.principal.brand
    await tx.row(SQL["lock_profile"], {"code": brand.code if brand else None})
    return await profile(tx)


async def update(tx: Transaction, profile: Profile) -> None:
    await tx.run(SQL["update_profile"], asdict(profile))
    origins = {"origins": list(profile.web_origins)}
    await tx.run(SQL["insert_origins"], origins)
    await tx.run(SQL["delete_origins"], origins)


async def make(
    tx: Transaction,
    new: NewBrand,
    furniture: Furniture,
    *,
    public_id: UUID,
    membership_id: UUID,
    now: datetime,
) -> None:
    """Errors: BrandCodeTaken; BeyondOwnRights for whoever does not own the acting brand."""
    ids, tasks, crons = zip(*furniture.schedules, strict=True)
    await tx.row(
        SQL["make_brand"],
        {
            **asdict(new),
            "public_id": public_id,
            "membership_id": membership_id,
            "settings_id": furniture.settings_id,
            "number_prefix": furniture.number_prefix,
            "cancellation_tiers": furniture.cancellation_tiers,
            "effective_from": furniture.effective_from,
            "schedule_ids": list(ids),
            "tasks": list(tasks),
            "crons": list(crons),
            "now": now,
        },
    )
