"""Proving who one is by a second factor: when a session begins, and again while it goes on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from auth.session_tokens import Challenge
from auth.sessions import OVER, SignedIn
from auth.tokens import Claims
from db import events, identity_providers, second_factors, sign_in, staff_sessions
from db.callers import Caller
from db.database import Transaction
from domain.errors import InvalidInput, Unauthenticated
from domain.identity import NOBODY, Kind
from domain.proofs import BOTH, FEDERATED_BOTH, PASSWORD, SecondFactorRequired
from domain.second_factors import bounds_of_codes, of_member
from domain.sign_in import ACCESS, SESSION
from services.gate import (
    Gate,
    as_member,
    by_provider,
    caller_of,
    check_way_in,
    new_session,
    signed,
    take,
)

CODED: Final = "second-factor"
PROVED: Final = "step-up"
WRONG_CODE: Final = "The code is wrong, or was used. Wait for the next one, or sign in again."
NOT_THEIRS: Final = "The password is wrong."


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answers to a challenge, and where from."""

    challenge: str
    code: str
    address: str
    user_agent: str | None
    lasts: timedelta = SESSION


@dataclass(frozen=True, slots=True)
class Proof:
    """What a session shows again, beside its token: a password, or a code."""

    token: str
    password: str | None
    code: str | None
    address: str


async def sign_in_by_code(gate: Gate, answered: Answered, *, now: datetime) -> SignedIn:
    """Begin the session of a challenge by a code of the authenticator, or a recovery code.

    Errors: Unauthenticated, TooManyTries, SignOnRequired.
    """
    asked = gate.challenges.read(answered.challenge)
    bounds = bounds_of_codes(CODED, asked.tenant, asked.staff_id, answered.address)
    await take(gate, bounds)
    claims = Claims(Kind.STAFF, asked.staff_id, asked.tenant, asked.brand)
    caller = await caller_of(gate, claims, now=now)
    new = new_session(
        caller, answered, id=asked.session, methods=BOTH, now=now, lasts=answered.lasts
    )
    if asked.provider_id is not None:
        new = by_provider(new, asked.provider_id, FEDERATED_BOTH, now=now)

    async def work(tx: Transaction) -> None:
        await _check_first(tx, caller, asked)
        await _use_code(gate, tx, caller.actor_id, answered.code, now=now)
        if not await sign_in.begin(tx, new, now=now):
            raise Unauthenticated(WRONG_CODE)

    await as_member(gate, caller).write(work)
    await gate.limiter.forget([each.name for each in bounds[1:]])
    return signed(gate, caller, new, now=now)


async def step_up(gate: Gate, proof: Proof, *, now: datetime) -> str:
    """Prove again who is asking; gives an access token of the same session that says so.

    Shape:  who has a second factor proves themselves by that, for a password may have been seen.
    Errors: Unauthenticated, TooManyTries, SecondFactorRequired, InvalidInput.
    """
    claims = gate.tokens.verify(proof.token)
    session = claims.session
    if claims.kind is not Kind.STAFF or session is None:
        raise Unauthenticated("Only a session of staff proves again who is asking. Sign in.")
    caller = await caller_of(gate, claims, now=now)
    bounds = bounds_of_codes(PROVED, claims.tenant, caller.actor_id, proof.address)
    await take(gate, bounds)
    seen = await _password_of(gate, caller, proof.password) if proof.password else None

    async def work(tx: Transaction) -> tuple[str, ...]:
        factor = await second_factors.lock(tx, caller.actor_id)
        methods: tuple[str, ...] = PASSWORD
        if factor is not None and factor.counts:
            if proof.code is None:
                raise SecondFactorRequired
            await _use_code(gate, tx, caller.actor_id, proof.code, now=now)
            methods = BOTH
        elif seen is None:
            raise InvalidInput("Send your `password`.", path="password")
        elif not await sign_in.is_as_seen(tx, caller.actor_id, seen):
            raise Unauthenticated(NOT_THEIRS)
        if not await staff_sessions.prove(tx, session, caller.actor_id, methods, now=now):
            raise Unauthenticated(OVER)
        return methods

    methods = await as_member(gate, caller).write(work)
    await gate.limiter.forget([each.name for each in bounds[1:]])
    proved = replace(claims, proved_at=now, methods=methods)
    return gate.tokens.sign(proved, now=now, lifetime=ACCESS)


async def _check_first(tx: Transaction, caller: Caller, asked: Challenge) -> None:
    """That the first factor is what it was. Errors: Unauthenticated, SignOnRequired."""
    if asked.provider_id is not None:
        if await identity_providers.one(tx, asked.provider_id) is None:
            raise Unauthenticated(WRONG_CODE)
        return
    await check_way_in(tx, caller)
    seen = asked.password_at
    if seen is None or not await sign_in.is_as_seen(tx, caller.actor_id, seen):
        raise Unauthenticated(WRONG_CODE)


async def _use_code(
    gate: Gate, tx: Transaction, staff_id: UUID, code: str, *, now: datetime
) -> None:
    """Errors: Unauthenticated."""
    factor = await second_factors.lock(tx, staff_id)
    if factor is None or not factor.counts:
        raise Unauthenticated(WRONG_CODE)
    taken = await gate.factors.take(tx, factor, code, now=now)
    if taken is None:
        raise Unauthenticated(WRONG_CODE)
    if taken == "recovery":
        contact = await second_factors.contact(tx, staff_id)
        version = contact.version if contact else 1
        await events.append(
            tx, of_member("RecoveryCodeUsed", staff_id, version, id=gate.ids.new(), now=now)
        )


async def _password_of(gate: Gate, caller: Caller, password: str) -> datetime:
    """When the password that was given was set. Errors: Unauthenticated if it is another."""
    contact = await as_member(gate, caller).write(
        lambda tx: second_factors.contact(tx, caller.actor_id)
    )
    brand, email = caller.brand, contact.email if contact else ""
    found = await gate.database.session(NOBODY).write(
        lambda tx: sign_in.by_email(tx, brand.tenant_slug, brand.code, email)
    )
    verdict = await gate.passwords.check(password, found[1].hash if found else None)
    if found is None or not verdict.right or found[1].changed_at is None:
        raise Unauthenticated(NOT_THEIRS)
    return found[1].changed_at
