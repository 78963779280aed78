"""Signing in by a tenant's own issuer: begun, brought back, and taken over by a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from auth.attempts import HandOver, challenge_of, draw
from auth.sign_on import Begun, SignOn, Verified, Wish
from db import events, federation, members, scope_grants
from db.database import Database, Session, Transaction
from domain.changes import happened
from domain.federation import (
    FEDERATED,
    Assertion,
    Known,
    Seat,
    assertion_of,
    begins_at,
    happening,
    may_come,
    roles_of,
    settle,
    subject_of,
)
from domain.identity import Brand, Kind, Principal
from domain.identity_providers import IdentityProvider, Linked, Terms
from domain.ids import Ids
from domain.members import Membership, Person
from domain.sign_in import WINDOW, TooManyTries
from domain.sign_on import SignOnRefused, Why
from services.ports import Limiter

MOST_TRIES: Final = 100
PERSONAL: Final = ("email", "name")
UNKNOWN: Final = UUID(int=0)
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Door:
    """What single sign-on works with."""

    database: Database
    sign_on: SignOn
    limiter: Limiter
    ids: Ids


@dataclass(frozen=True, slots=True)
class Back:
    """What came back through the browser, and what it has kept."""

    kept: str | None
    answer: Mapping[str, str]
    redirect_uri: str
    address: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The page to go to with a code. `kept` is for its browser to keep, unless the page does."""

    return_to: str
    code: str
    kept: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A member, and the brands in which they are not yet what the issuer says."""

    staff_id: UUID
    assertion: Assertion
    differing: Sequence[tuple[Brand, str | None]]


async def begin_sign_on(door: Door, wish: Wish, address: str, *, now: datetime) -> Begun:
    """Send a browser to the tenant's issuer. Errors: SignOnRefused, TooManyTries."""
    await _take(door, address)
    return await door.sign_on.begin(wish, now=now)


async def finish_sign_on(door: Door, back: Back, *, now: datetime) -> HandedOver:
    """Make of the issuer's answer a member of the staff, and a code for the page.

    Shape:  the tenant's brands are settled one by one: whoever is interrupted signs in again.
    Errors: SignOnRefused, TooManyTries.
    """
    await _take(door, back.address)
    attempt = door.sign_on.attempts.read(back.kept, back.answer.get("state"))
    verified = await door.sign_on.verify(attempt, back.answer, back.redirect_uri, now=now)
    staff, assertion = await _settled(door, verified, now=now)
    places = await _as_worker(door, verified.brand).write(lambda tx: federation.places(tx, staff))
    verifier = None if attempt.challenge else draw()
    given = HandOver(
        session=door.ids.new(),
        staff_id=staff,
        tenant=attempt.tenant,
        brand=begins_at(places, attempt.brand).code,
        provider_id=verified.provider.id,
        challenge=attempt.challenge or challenge_of(verifier or ""),
        strong=assertion.strong,
        proved_at=assertion.proved_at or now - FEDERATED,
    )
    return HandedOver(attempt.return_to, door.sign_on.attempts.hand_over(given, now=now), verifier)


async def _settled(door: Door, verified: Verified, *, now: datetime) -> tuple[UUID, Assertion]:
    """Who it is, once they are in each brand what the issuer says. Errors: SignOnRefused."""
    provider, ids = verified.provider, door.ids
    joins = provider.terms.provisioning == "just_in_time"
    found = await _as_worker(door, verified.brand).write(
        lambda tx: find_member(tx, provider, verified.claims, now=now, ids=ids)
    )
    for brand, role in found.differing:
        work = partial(
            settle_seat, staff_id=found.staff_id, role=role, joins=joins, now=now, ids=ids
        )
        await _as_worker(door, brand).write(work)
    return found.staff_id, found.assertion


async def find_member(
    tx: Transaction, provider: IdentityProvider, claims: Claims, *, now: datetime, ids: Ids
) -> Found:
    """Whom verified claims are about, linked from now on to the issuer's subject.

    Shape:  known by the subject, or the first time by an address that the issuer has verified.
            Of somebody who gets no role, or is no member, nothing is stored.
    Errors: SignOnRefused.
    """
    terms = provider.terms
    known = await _by_subject(tx, terms.issuer, subject_of(claims))
    linked = known is not None
    assertion = assertion_of(claims, terms, linked=linked)
    if known is None and assertion.email is not None:
        known = await federation.by_email(tx, terms.issuer, assertion.email)
    may_come(known, assertion, terms)
    differing = await _differing(tx, known, assertion, terms, now=now)
    staff = known.id if known else await _newcomer(tx, assertion, now=now, ids=ids)
    if not linked:
        link = Linked(ids.new(), staff, terms.issuer, assertion.subject, now, None, 1)
        await federation.link(tx, link)
        event = happened("StaffIdentityLinked", "staff_identity", None, link, id=ids.new(), now=now)
        await events.append(tx, event)
    return Found(staff, assertion, differing)


async def settle_seat(
    tx: Transaction, *, staff_id: UUID, role: str | None, joins: bool, now: datetime, ids: Ids
) -> None:
    """Make of a member in the brand what their issuer says; whoever leaves, leaves their grants."""
    before = await federation.lock_seat(tx, staff_id)
    after = settle(before, role, joins=joins, id=ids.new(), now=now)
    if after is None or after is before:
        return
    if before is not None:
        await federation.update_seat(tx, after)
    elif not await federation.insert_seat(tx, staff_id, after, now=now):
        return
    kind = happening(before, after)
    old, new = (_membership(each, staff_id, now) if each else None for each in (before, after))
    await events.append(tx, happened(kind, "membership", old, new, id=ids.new(), now=now))
    if not after.lasts:
        await _revoke_grants(tx, after.id, now=now, ids=ids)


async def _by_subject(tx: Transaction, issuer: str, subject: str) -> Known | None:
    """Whoever is not linked yet waits for others that are being linked, and is looked up again."""
    known = await federation.by_subject(tx, issuer, subject)
    if known is None:
        await federation.one_link_at_a_time(tx)
        known = await federation.by_subject(tx, issuer, subject)
    return known


async def _differing(
    tx: Transaction, known: Known | None, assertion: Assertion, terms: Terms, *, now: datetime
) -> Sequence[tuple[Brand, str | None]]:
    """The brands in which they are not yet what the issuer says, and what that is.

    Errors: SignOnRefused for somebody who would be a member of none.
    """
    places = await federation.places(tx, known.id if known else None)
    roles = roles_of(terms, assertion.values, [each.brand.code for each in places])
    joins, differing, stays = terms.provisioning == "just_in_time", [], False
    for place in places:
        role = place.role if roles is None else roles.get(place.brand.code)
        seat = settle(place.seat, role, joins=joins, id=UNKNOWN, now=now)
        stays = stays or (seat is not None and seat.lasts)
        if seat is not place.seat:
            differing.append((place.brand, role))
    if not stays:
        raise SignOnRefused(Why.NOT_A_MEMBER)
    return differing


async def _newcomer(tx: Transaction, assertion: Assertion, *, now: datetime, ids: Ids) -> UUID:
    email = assertion.email or ""
    person = Person(ids.new(), email, assertion.name or email, "active", 1, now)
    await members.insert_person(tx, person)
    event = happened(
        "StaffUserCreated", "staff_user", None, person, id=ids.new(), now=now, personal=PERSONAL
    )
    await events.append(tx, event)
    return person.id


async def _revoke_grants(tx: Transaction, membership: UUID, *, now: datetime, ids: Ids) -> None:
    for grant in await scope_grants.lock_of(tx, membership):
        over = replace(grant, revoked_at=now, version=grant.version + 1)
        await scope_grants.revoke(tx, over)
        event = happened("GrantRevoked", "scope_grant", grant, over, id=ids.new(), now=now)
        await events.append(tx, event)


def _membership(seat: Seat, staff_id: UUID, since: datetime) -> Membership:
    return Membership(seat.id, staff_id, seat.role, seat.version, since, seat.ended_at)


def _as_worker(door: Door, brand: Brand) -> Session:
    """Nobody is signed in yet: what is stored until then is stored by the service itself."""
    return door.database.session(Principal(Kind.WORKER, brand, role=Kind.WORKER.value))


async def _take(door: Door, address: str) -> None:
    """Errors: TooManyTries."""
    name, seconds = f"sign-on:address:{address}", int(WINDOW.total_seconds())
    if wait := await door.limiter.take(name, MOST_TRIES, seconds=seconds):
        raise TooManyTries(wait)
