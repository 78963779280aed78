"""Where secrets are put and taken out again: sealed rows, opened for whom they belong to."""

from datetime import datetime
from uuid import UUID

from auth.sealing import Place, Sealed, SealingRing
from db import sealed_secrets
from db.database import Transaction
from db.sealed_secrets import Box
from domain.identity import Brand


class Vault:
    """Seals, opens and seals anew, each for the caller of the transaction."""

    def __init__(self, ring: SealingRing) -> None:
        self.ring = ring

    async def put(
        self,
        tx: Transaction,
        secret: bytes,
        *,
        id: UUID,
        kind: str,
        owner_id: UUID,
        now: datetime,
        of_brand: bool = False,
    ) -> None:
        """Store a secret of the operating company, of a person, or of the brand."""
        brand = _brand(tx)
        place = Place(brand.tenant_id, brand.id if of_brand else None, kind, owner_id, id)
        sealed = self.ring.seal(secret, place)
        await sealed_secrets.insert(
            tx,
            id=id,
            brand_id=place.brand_id,
            kind=kind,
            owner_id=owner_id,
            key_id=sealed.key_id,
            box=sealed.box,
            now=now,
        )

    async def open(self, tx: Transaction, id: UUID, kind: str) -> bytes | None:
        """The secret; None if there is none of that kind for this caller.

        Errors: SecretUnreadable.
        """
        box = await sealed_secrets.one(tx, id, kind)
        return self._opened(tx, id, kind, box) if box else None

    async def seal_anew(self, tx: Transaction, id: UUID, kind: str, *, now: datetime) -> bool:
        """Put a secret under the newest key; False if somebody changed it meanwhile.

        Errors: SecretUnreadable.
        """
        box = await sealed_secrets.one(tx, id, kind)
        if box is None:
            return False
        secret = self._opened(tx, id, kind, box)
        sealed = self.ring.seal(secret, _place(tx, id, kind, box))
        return await sealed_secrets.update_box(
            tx, id, version=box.version, key_id=sealed.key_id, box=sealed.box, now=now
        )

    def _opened(self, tx: Transaction, id: UUID, kind: str, box: Box) -> bytes:
        return self.ring.open(Sealed(box.key_id, box.box), _place(tx, id, kind, box))


def _place(tx: Transaction, id: UUID, kind: str, box: Box) -> Place:
    """Where the caller found it: the tenant is theirs, whatever the row says."""
    return Place(_brand(tx).tenant_id, box.brand_id, kind, box.owner_id, id)


def _brand(tx: Transaction) -> Brand:
    if tx.principal.brand is None:
        raise LookupError("a secret without a company")
    return tx.principal.brand
