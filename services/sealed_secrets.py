"""Sealing every stored secret anew, so that the keys before the newest can be forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from auth.sealing import SecretUnreadable
from auth.vault import Vault
from db import sealed_secrets
from db.database import Database, Transaction
from db.sealed_secrets import FIRST, Stored
from domain.identity import NOBODY, Brand, Kind, Principal

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets are under the newest key now, and how many could not be read."""

    sealed: int = 0
    unreadable: int = 0

    def __add__(self, other: "Rotated") -> "Rotated":
        return Rotated(self.sealed + other.sealed, self.unreadable + other.unreadable)


async def rotate_secrets(
    database: Database,
    vault: Vault,
    *,
    now: Callable[[], datetime],
    batch: int = BATCH,
    told: Callable[[Rotated], None] = lambda _: None,
) -> Rotated:
    """Seal under the newest key whatever an older key of the ring has sealed.

    Shape:  in bounded batches, each told of and stored for itself: broken off, it goes on where it
            was when it is run again. What cannot be read stays as it is, and is counted.
    """
    sum_of_all = Rotated()
    for key in vault.ring.older:
        last = FIRST
        while found := await _some(database, key, after=last, batch=batch):
            last = found[-1].id
            for whose, some in groupby(found, lambda each: (each.tenant_id, each.brand_id)):
                sum_of_all += await _anew(database, vault, whose, list(some), now=now())
            told(sum_of_all)
    return sum_of_all


async def _some(database: Database, key: str, *, after: UUID, batch: int) -> Sequence[Stored]:
    return await database.session(NOBODY).write(
        lambda tx: sealed_secrets.sealed_by(tx, key, after=after, batch=batch)
    )


async def _anew(
    database: Database,
    vault: Vault,
    whose: tuple[int, int | None],
    some: Sequence[Stored],
    *,
    now: datetime,
) -> Rotated:
    """One transaction of the company that they are of; no brand is of id 0."""
    tenant_id, brand_id = whose
    brand = Brand(tenant_id, brand_id or 0, "", "", "", "UTC", "")

    async def work(tx: Transaction) -> Rotated:
        done = Rotated()
        for each in some:
            try:
                done += Rotated(sealed=await vault.seal_anew(tx, each.id, each.kind, now=now))
            except SecretUnreadable:
                done += Rotated(unreadable=1)
        return done

    return await database.session(Principal(Kind.WORKER, brand)).write(work)
