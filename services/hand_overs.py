"""The end of single sign-on: a page shows its code once, and the session begins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from auth.attempts import Attempts, HandOver
from auth.session_tokens import Challenge
from auth.sessions import SignedIn
from auth.tokens import Claims
from db import identity_providers, second_factors, sign_in
from db.database import Transaction
from db.sign_in import NewSession
from domain.identity import Kind
from domain.proofs import FEDERATED, FEDERATED_STRONGLY, SecondFactorRequired
from domain.sign_on import SignOnRefused, Why
from services.gate import Gate, as_member, by_provider, caller_of, new_session, signed


class Begun(Enum):
    """Whether a session began: now, behind a second factor, or before."""

    NOW = auto()
    LATER = auto()
    AGAIN = auto()


@dataclass(frozen=True, slots=True)
class Desk:
    """What a hand-over works with."""

    gate: Gate
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A code, and whatever proves that it is shown by the page that it was given to."""

    code: str
    verifiers: Sequence[str]
    address: str
    user_agent: str | None


async def take_over(desk: Desk, taken: TakenOver, *, now: datetime) -> SignedIn:
    """Begin the session that a code stands for. A code that comes twice was stolen: it is over.

    Errors: SignOnRefused, Unauthenticated; SecondFactorRequired for a member who has one, unless
            the issuer has asked for one.
    """
    given, gate = desk.attempts.taken_over(taken.code, taken.verifiers), desk.gate
    claims = Claims(Kind.STAFF, given.staff_id, given.tenant, given.brand)
    caller = await caller_of(gate, claims, now=now)
    methods = FEDERATED_STRONGLY if given.strong else FEDERATED
    new = new_session(caller, taken, id=given.session, methods=methods, now=now)
    new = replace(by_provider(new, given.provider_id, methods, now=now), proved_at=given.proved_at)
    begun = await as_member(gate, caller).write(lambda tx: _begun(tx, given, new, now=now))
    if begun is Begun.AGAIN:
        raise SignOnRefused(Why.HAND_OVER)
    if begun is Begun.NOW:
        return signed(gate, caller, new, now=now)
    challenge = Challenge(
        given.staff_id, given.tenant, given.brand, given.session, None, given.provider_id
    )
    raise SecondFactorRequired(gate.challenges.sign(challenge, now=now))


async def _begun(tx: Transaction, given: HandOver, new: NewSession, *, now: datetime) -> Begun:
    """Errors: SignOnRefused if the issuer is not in use any more."""
    if await identity_providers.one(tx, given.provider_id) is None:
        raise SignOnRefused(Why.PROVIDER_CHANGED)
    factor = await second_factors.lock(tx, given.staff_id)
    if factor is not None and factor.counts and not given.strong:
        return Begun.LATER
    if await sign_in.begin(tx, new, now=now):
        return Begun.NOW
    await sign_in.revoke(tx, new.id, now=now)
    return Begun.AGAIN
