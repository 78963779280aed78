"""What members do about their second factor, and owners about that of others."""

from datetime import datetime
from uuid import UUID

from auth.second_factors import Enrolment, SecondFactors
from db import events, jobs, second_factors, staff_sessions
from db.database import Transaction
from domain.errors import InvalidInput, NotFound, StaleVersion
from domain.events import Change, Event
from domain.ids import Ids
from domain.proofs import BOTH
from domain.second_factors import (
    Rule,
    WrongCode,
    counting,
    may_begin,
    of_member,
    set_rule,
    unconfirmed,
)


async def begin_totp(
    tx: Transaction, factors: SecondFactors, *, now: datetime, ids: Ids
) -> Enrolment:
    """Draw the secret of an authenticator; it counts once a code of it was shown.

    Errors: WrongState for one who has a second factor.
    """
    staff_id = _own(tx)
    may_begin(await second_factors.lock(tx, staff_id))
    contact = await _contact(tx, staff_id)
    brand = tx.principal.brand
    return await factors.begin(
        tx,
        staff_id,
        secret_id=ids.new(),
        account=contact.email,
        issuer=brand.name if brand else "",
        now=now,
    )


async def confirm_totp(
    tx: Transaction, factors: SecondFactors, code: str, *, now: datetime, ids: Ids
) -> list[str]:
    """Show a code of the new authenticator; gives the recovery codes, once.

    Shape:  this session has proved both from now on; the member's others are over, for they never
            will have.
    Errors: WrongState, WrongCode.
    """
    staff_id, session = _own(tx), tx.principal.credential
    factor = unconfirmed(await second_factors.lock(tx, staff_id))
    step = await factors.step(tx, factor, code.strip(), now=now)
    if step is None:
        raise WrongCode
    await second_factors.confirm(tx, staff_id, step, now=now)
    await staff_sessions.end_others(tx, staff_id, but=session, now=now)
    if session is not None:
        await staff_sessions.prove(tx, session, staff_id, BOTH, now=now)
    codes = await factors.renew_codes(tx, staff_id, now=now)
    await _tell(tx, "SecondFactorEnrolled", staff_id, (False, True), now=now, ids=ids)
    return codes


async def renew_recovery_codes(
    tx: Transaction, factors: SecondFactors, *, now: datetime, ids: Ids
) -> list[str]:
    """New recovery codes, in place of those of before. Errors: WrongState."""
    staff_id = _own(tx)
    counting(await second_factors.lock(tx, staff_id))
    codes = await factors.renew_codes(tx, staff_id, now=now)
    await _tell(tx, "RecoveryCodesRenewed", staff_id, None, now=now, ids=ids)
    return codes


async def remove_totp(tx: Transaction, *, now: datetime, ids: Ids) -> None:
    """Have no second factor any more; secret and codes are deleted. Errors: WrongState."""
    staff_id = _own(tx)
    counting(await second_factors.lock(tx, staff_id))
    await second_factors.forget(tx, staff_id)
    await _tell(tx, "SecondFactorRemoved", staff_id, (True, False), now=now, ids=ids)


async def reset_second_factor(tx: Transaction, staff_id: UUID, *, now: datetime, ids: Ids) -> UUID:
    """Take the second factor of somebody who has lost it; they are mailed, and their sessions end.

    Shape:  who has none is left alone.
    Errors: NotFound for who does not work for the brand, InvalidInput for oneself.
    """
    if staff_id == _own(tx):
        raise InvalidInput("Your own second factor ends by `removeTotp`.", path="staffUserId")
    if not await second_factors.is_member(tx, staff_id):
        raise NotFound(path="staffUserId")
    if await second_factors.end_of(tx, staff_id):
        await staff_sessions.end_of_member(tx, staff_id, now=now)
        event = await _tell(tx, "SecondFactorReset", staff_id, (True, False), now=now, ids=ids)
        told = {"staff_id": str(staff_id), "event_id": str(event)}
        await jobs.enqueue(tx, "mail_second_factor_reset", told)
    return staff_id


async def require_second_factor(
    tx: Transaction, *, required: bool, expected_version: int, now: datetime, ids: Ids
) -> Rule:
    """Ask all members of the operator for a second factor, or no more.

    Shape:  a member without one can do nothing but enrol, from the next request on.
    Errors: StaleVersion; WrongState for an owner who has none.
    """
    own = await second_factors.lock(tx, _own(tx))
    before = await second_factors.lock_rule(tx) or Rule(ids.new(), required=False, version=0)
    after = set_rule(before, required=required, expected_version=expected_version, own=own)
    if after is before:
        return after
    if not await second_factors.store_rule(tx, after, now=now):
        raise StaleVersion(expected=expected_version, current=expected_version + 1, first=0)
    changes = {"required": (before.required if before.version else None, required)}
    event = Event(
        ids.new(), "SecondFactorRuleSet", "security_rule", after.id, after.version, now, changes
    )
    await events.append(tx, event)
    return after


def _own(tx: Transaction) -> UUID:
    if tx.principal.actor_id is None:
        raise LookupError("a member without an id")
    return tx.principal.actor_id


async def _contact(tx: Transaction, staff_id: UUID) -> second_factors.Contact:
    """Errors: NotFound for who is no member of the staff."""
    found = await second_factors.contact(tx, staff_id)
    if found is None:
        raise NotFound
    return found


async def _tell(
    tx: Transaction,
    kind: str,
    staff_id: UUID,
    has_one: Change | None,
    *,
    now: datetime,
    ids: Ids,
) -> UUID:
    version, id = (await _contact(tx, staff_id)).version, ids.new()
    changes = {} if has_one is None else {"second_factor": has_one}
    await events.append(tx, of_member(kind, staff_id, version, id=id, now=now, changes=changes))
    return id
