"""A member's second factor: whether a code is theirs, taken by the one who is first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from auth.recovery_codes import digest_of, new_codes
from auth.totp import address_of, as_text, looks_like_a_code, new_secret, step_of
from auth.vault import Vault
from db import second_factors
from db.database import Transaction
from domain.second_factors import RECOVERY_CODES, TOTP, Factor

Taken = Literal["authenticator", "recovery"]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator is told, once."""

    secret: str
    address: str


class SecondFactors:
    """Begins, checks and replaces what a member proves themselves with besides a password."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def begin(
        self,
        tx: Transaction,
        staff_id: UUID,
        *,
        secret_id: UUID,
        account: str,
        issuer: str,
        now: datetime,
    ) -> Enrolment:
        """A new secret in place of one that was never confirmed."""
        await second_factors.forget(tx, staff_id)
        secret = new_secret()
        await self._vault.put(tx, secret, id=secret_id, kind=TOTP, owner_id=staff_id, now=now)
        await second_factors.insert(tx, staff_id, secret_id, now=now)
        return Enrolment(as_text(secret), address_of(secret, account=account, issuer=issuer))

    async def step(
        self, tx: Transaction, factor: Factor, code: str, *, now: datetime
    ) -> int | None:
        """The step of a code of the authenticator that was not used yet.

        Errors: SecretUnreadable.
        """
        if not looks_like_a_code(code):
            return None
        secret = await self._vault.open(tx, factor.secret_id, TOTP)
        if secret is None:
            return None
        return step_of(secret, code, now=now, after=factor.last_step)

    async def take(
        self, tx: Transaction, factor: Factor, code: str, *, now: datetime
    ) -> Taken | None:
        """Use a code up; None for one that is wrong, or that somebody else was faster with.

        Errors: SecretUnreadable.
        """
        code = code.strip()
        step = await self.step(tx, factor, code, now=now)
        if step is not None:
            taken = await second_factors.take_step(tx, factor.staff_id, step)
            return "authenticator" if taken else None
        digest = digest_of(code, factor.staff_id)
        if digest is None:
            return None
        used = await second_factors.use_recovery_code(tx, factor.staff_id, digest, now=now)
        return "recovery" if used else None

    async def renew_codes(self, tx: Transaction, staff_id: UUID, *, now: datetime) -> list[str]:
        """Recovery codes in place of those of before; their texts are stored nowhere."""
        codes = new_codes(RECOVERY_CODES)
        digests = [digest for code in codes if (digest := digest_of(code, staff_id))]
        await second_factors.replace_recovery_codes(tx, staff_id, digests, now=now)
        return codes
