"""Sessions seen and ended, second factors reset, and what asks for a fresh proof."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import now
from db import second_factors, sign_in
from db.database import Database, Transaction
from db.sign_in import NewSession
from domain.identity import Brand, Kind, Principal
from schema.global_ids import encode
from tests.builders import a_brand, a_member, a_principal, new_id
from tests.resolvers.conftest import Ask, told
from tests.services.trail import Trail, trail_of

MINE = """{ mySessions { id brandCode userAgent address current proved: provedAt } }"""
REVOKE = """
mutation ($id: ID!) { revokeSession(input: { id: $id }) { session { id } errors { code path } } }
"""
OTHERS = "mutation { revokeOtherSessions { ended errors { code } } }"
OF_MEMBER = """
mutation ($id: ID!) { revokeStaffSessions(input: { staffUserId: $id }) { ended errors { code path } } }
"""
RESET = """
mutation ($id: ID!) {
  resetSecondFactor(input: { staffUserId: $id }) { staffUser { id } errors { code path } } }
"""


def acting(
    brand: Brand, staff: UUID, session: UUID | None = None, role: str = "owner"
) -> Principal:
    return replace(a_principal(brand, actor=staff, role=role), credential=session)


async def a_session(
    database: Database, brand: Brand, staff: UUID, agent: str = "A browser"
) -> UUID:
    id, at = new_id(), now()
    new = NewSession(id, staff, brand.code, agent, "192.0.2.7", at + timedelta(days=30))
    await database.session(acting(brand, staff)).write(lambda tx: sign_in.begin(tx, new, now=at))
    return id


def acts(trail: Trail) -> list[Any]:
    """What was done by hand: that sessions began is told as well."""
    return [event for event in trail.events if event[1] != "SignedIn"]


async def open_of(database: Database, brand: Brand, staff: UUID) -> set[UUID]:
    async with database.session(acting(brand, staff)).read() as tx:
        rows = await tx.rows("select id from staff_sessions where revoked_at is null")
    return {row[0] for row in rows}


async def enrolled(database: Database, brand: Brand, staff: UUID) -> None:
    """A second factor that counts, as far as the database knows."""

    async def work(tx: Transaction) -> None:
        await tx.run(
            "insert into sealed_secrets (id, kind, owner_id, key_id, box, created_at, sealed_at)"
            " values (%(id)s, 'totp', %(staff)s, 'a key', sha256('box'), now(), now())",
            {"id": secret, "staff": staff},
        )
        await second_factors.insert(tx, staff, secret, now=now())
        await second_factors.confirm(tx, staff, 1, now=now())
        await second_factors.replace_recovery_codes(tx, staff, [bytes(32)], now=now())

    secret = new_id()
    await database.session(acting(brand, staff)).write(work)


async def has_factor(database: Database, brand: Brand, staff: UUID) -> bool:
    async with database.session(acting(brand, staff)).read() as tx:
        found = await tx.rows(
            "select 1 from staff_factors union all select 1 from staff_recovery_codes"
            " union all select 1 from sealed_secrets where kind = 'totp'"
        )
    return len(found) == 3


async def payload(ask: Ask, document: str, principal: Principal, **variables: Any) -> Any:
    result = await ask(document, principal, **variables)
    assert result.errors is None, result.errors
    ((_, answer),) = (result.data or {}).items()
    return answer


async def test_a_member_sees_their_own_open_sessions_the_last_used_first(
    ask: Ask, database: Database, brand: Brand
) -> None:
    staff, colleague = [await a_member(database, brand) for _ in range(2)]
    first = await a_session(database, brand, staff, "A browser")
    second = await a_session(database, brand, staff, "A telephone")
    await a_session(database, brand, colleague)
    over = await a_session(database, brand, staff)
    session = database.session(acting(brand, staff))
    await session.write(lambda tx: sign_in.revoke(tx, over, now=now()))

    seen = await payload(ask, MINE, acting(brand, staff, first))

    assert all(each.pop("proved") for each in seen)
    assert seen == [
        {
            "id": encode("StaffSession", id),
            "brandCode": "wwt",
            "userAgent": agent,
            "address": "192.0.2.7",
            "current": id == first,
        }
        for id, agent in ((second, "A telephone"), (first, "A browser"))
    ]


async def test_a_member_ends_one_session_and_nobody_elses(
    ask: Ask, database: Database, brand: Brand, settings: Settings
) -> None:
    staff, colleague = [await a_member(database, brand) for _ in range(2)]
    here, there = [await a_session(database, brand, staff) for _ in range(2)]
    theirs = await a_session(database, brand, colleague)
    caller = acting(brand, staff, here)

    ended = await payload(ask, REVOKE, caller, id=encode("StaffSession", there))

    assert ended == {"session": {"id": encode("StaffSession", there)}, "errors": []}
    for id in (there, theirs, new_id()):
        refused = await payload(ask, REVOKE, caller, id=encode("StaffSession", id))
        assert refused == {"session": None, "errors": [{"code": "NOT_FOUND", "path": "id"}]}
    assert await open_of(database, brand, staff) == {here}
    assert await open_of(database, brand, colleague) == {theirs}
    (event,) = acts(await trail_of(settings, brand))
    assert (event[1], event[2], event[3], event[6]) == (
        "SessionsRevoked",
        "staff_user",
        staff,
        staff,
    )
    assert event[8] == {"open_sessions_ended": [None, 1]}


async def test_all_sessions_but_the_one_that_asks_are_over(
    ask: Ask, database: Database, brand: Brand, settings: Settings
) -> None:
    staff = await a_member(database, brand)
    ids = [await a_session(database, brand, staff) for _ in range(4)]
    assert await payload(ask, OTHERS, acting(brand, staff, ids[1])) == {"ended": 3, "errors": []}
    assert await payload(ask, OTHERS, acting(brand, staff, ids[1])) == {"ended": 0, "errors": []}
    assert await open_of(database, brand, staff) == {ids[1]}
    assert len(acts(await trail_of(settings, brand))) == 1


async def test_an_owner_ends_the_sessions_of_who_works_for_the_brand_alone(
    ask: Ask, database: Database, brand: Brand, settings: Settings
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    owner, clerk = await a_member(database, brand), await a_member(database, brand, "sales")
    elsewhere = await a_member(database, sister)
    for staff in (clerk, clerk, elsewhere):
        await a_session(database, sister if staff == elsewhere else brand, staff)

    manages = acting(brand, owner, role="manager")
    assert told(await ask(OF_MEMBER, manages, id=encode("StaffUser", clerk))) == [
        ("revokeStaffSessions", "FORBIDDEN")
    ]
    ended = await payload(ask, OF_MEMBER, acting(brand, owner), id=encode("StaffUser", clerk))
    assert ended == {"ended": 2, "errors": []}
    for id in (elsewhere, new_id()):
        refused = await payload(ask, OF_MEMBER, acting(brand, owner), id=encode("StaffUser", id))
        assert refused["errors"] == [{"code": "NOT_FOUND", "path": "staffUserId"}]
    assert await open_of(database, brand, clerk) == set()
    assert len(await open_of(database, sister, elsewhere)) == 1


async def test_an_owner_takes_a_second_factor_that_was_lost_and_the_member_is_mailed(
    ask: Ask, database: Database, brand: Brand, settings: Settings
) -> None:
    owner, clerk = await a_member(database, brand), await a_member(database, brand, "sales")
    await enrolled(database, brand, clerk)
    await enrolled(database, brand, owner)
    await a_session(database, brand, clerk)
    caller, id = acting(brand, owner), encode("StaffUser", clerk)

    assert await payload(ask, RESET, caller, id=id) == {"staffUser": {"id": id}, "errors": []}

    assert not await has_factor(database, brand, clerk)
    assert await has_factor(database, brand, owner)
    assert await open_of(database, brand, clerk) == set()
    trail = await trail_of(settings, brand)
    (event,) = acts(trail)
    assert (event[1], event[3], event[6]) == ("SecondFactorReset", clerk, owner)
    assert event[8] == {"second_factor": [True, False]}
    (job,) = trail.jobs
    assert (job[0], job[3]["staff_id"]) == ("mail_second_factor_reset", str(clerk))
    assert await payload(ask, RESET, caller, id=id) == {"staffUser": {"id": id}, "errors": []}
    assert len(acts(await trail_of(settings, brand))) == 1


async def test_nobody_else_takes_a_second_factor(
    ask: Ask, database: Database, brand: Brand, settings: Settings
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    owner, clerk = await a_member(database, brand), await a_member(database, brand, "sales")
    elsewhere = await a_member(database, sister)
    for staff, home in ((owner, brand), (clerk, brand), (elsewhere, sister)):
        await enrolled(database, home, staff)

    assert told(
        await ask(RESET, acting(brand, clerk, role="manager"), id=encode("StaffUser", owner))
    ) == [("resetSecondFactor", "FORBIDDEN")]
    for id, code in ((elsewhere, "NOT_FOUND"), (owner, "BAD_USER_INPUT")):
        refused = await payload(ask, RESET, acting(brand, owner), id=encode("StaffUser", id))
        assert refused["errors"] == [{"code": code, "path": "staffUserId"}]
    # A scope that was granted by mistake is not enough: PostgreSQL asks for an owner.
    pretends = database.session(acting(brand, clerk))
    assert await pretends.write(lambda tx: second_factors.end_of(tx, owner)) is False
    for staff, home in ((owner, brand), (clerk, brand), (elsewhere, sister)):
        assert await has_factor(database, home, staff)
    assert (await trail_of(settings, brand)).events == []


CANCEL = """
mutation ($id: ID!, $cents: Cents!) {
  cancelBooking(input: { id: $id, expectedVersion: 1, reason: "Rain", quotedRefundCents: $cents })
  @idempotent(key: "a-key") {
    errors { code } } }
"""
STALE = timedelta(minutes=10, seconds=1)


@pytest.mark.parametrize(
    ("kind", "ago", "cents", "code"),
    [
        (Kind.STAFF, STALE, 1, "REAUTHENTICATION_REQUIRED"),
        (Kind.STAFF, None, 1, "REAUTHENTICATION_REQUIRED"),
        (Kind.STAFF, timedelta(minutes=9), 1, "NOT_FOUND"),
        (Kind.STAFF, STALE, 0, "NOT_FOUND"),
        (Kind.CUSTOMER, None, 1, "NOT_FOUND"),
        (Kind.LINK, None, 1, "NOT_FOUND"),
    ],
)
async def test_a_refund_by_staff_asks_for_a_fresh_proof_before_anything_is_looked_up(
    ask: Ask,
    brand: Brand,
    statements: list[str],
    kind: Kind,
    ago: timedelta | None,
    cents: int,
    code: str,
) -> None:
    proved_at = now() - ago if ago else None
    caller = replace(a_principal(brand, kind, object_id=new_id()), proved_at=proved_at)
    id = encode("Booking", new_id())
    statements.clear()

    result = await ask(CANCEL, caller, id=id, cents=cents)

    if code == "NOT_FOUND":
        assert result.data == {"cancelBooking": {"errors": [{"code": code}]}}
    else:
        assert told(result) == [("cancelBooking", code)]
        assert statements == []
