"""What is done under a key: once, its answer again, and never somebody else's."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from db.database import Database, Transaction
from db.idempotency import once
from domain.errors import InvalidInput
from domain.idempotency import (
    KEPT_FOR,
    IdempotencyInFlight,
    IdempotencyKeyReused,
    Key,
    accepted_key,
)
from domain.identity import Brand, Kind, Principal
from tests.builders import a_customer, a_principal, new_id

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = Key("a-key field", b"1" * 32)


async def _customers(database: Database, brand: Brand) -> int:
    async with database.session(a_principal(brand)).read() as tx:
        row = await tx.row("select count(*) from customers")
    return int(row[0]) if row else -1


async def _under_key(
    database: Database, principal: Principal, key: Key = KEY, *, now: datetime = NOW
) -> UUID:
    return await database.session(principal).write(lambda tx: once(tx, key, a_customer, now=now))


async def test_a_repetition_gives_the_first_answer_and_does_nothing(
    database: Database, brand: Brand
) -> None:
    me = a_principal(brand)

    first = await _under_key(database, me)
    again = await _under_key(database, me, now=NOW + KEPT_FOR - timedelta(seconds=1))

    assert again == first
    assert await _customers(database, brand) == 1


async def test_a_key_is_free_again_after_a_day(database: Database, brand: Brand) -> None:
    me = a_principal(brand)

    first = await _under_key(database, me)
    later = await _under_key(database, me, now=NOW + KEPT_FOR)

    assert later != first
    assert await _under_key(database, me, now=NOW + KEPT_FOR) == later
    assert await _customers(database, brand) == 2


async def test_another_request_under_the_same_key_is_refused(
    database: Database, brand: Brand
) -> None:
    me = a_principal(brand)
    await _under_key(database, me)

    with pytest.raises(IdempotencyKeyReused):
        await _under_key(database, me, Key(KEY.text, b"2" * 32))
    assert await _customers(database, brand) == 1


async def test_a_key_is_its_callers_own(database: Database, brand: Brand) -> None:
    made = {await _under_key(database, a_principal(brand)) for _ in range(3)}

    assert len(made) == 3
    assert await _customers(database, brand) == 3


@pytest.mark.parametrize("kind", [Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER])
async def test_a_guest_keeps_answers_of_their_own_and_sees_no_others(
    database: Database, brand: Brand, kind: Kind
) -> None:
    me, other = a_principal(brand, kind), a_principal(brand, kind)
    given = new_id()

    async def work(_tx: Transaction) -> UUID:
        return given

    for _ in range(2):
        assert await database.session(me).write(lambda tx: once(tx, KEY, work, now=NOW)) == given
    async with database.session(me).read() as tx:
        assert await tx.row("select count(*) from idempotency_records") == (1,)
    async with database.session(other).read() as tx:
        assert await tx.row("select count(*) from idempotency_records") == (0,)


async def test_a_refusal_is_not_kept(database: Database, brand: Brand) -> None:
    me = a_principal(brand)

    async def refuse(_tx: Transaction) -> UUID:
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        await database.session(me).write(lambda tx: once(tx, KEY, refuse, now=NOW))

    await _under_key(database, me)
    assert await _customers(database, brand) == 1


async def test_of_many_at_once_one_works_and_the_others_are_told_to_wait(
    database: Database, brand: Brand
) -> None:
    me, begun, told = a_principal(brand), asyncio.Event(), asyncio.Event()

    async def slow(tx: Transaction) -> UUID:
        begun.set()
        await told.wait()
        return await a_customer(tx)

    async def first() -> UUID:
        return await database.session(me).write(lambda tx: once(tx, KEY, slow, now=NOW))

    working = asyncio.create_task(first())
    await begun.wait()
    others = await asyncio.gather(
        *(_under_key(database, me) for _ in range(5)), return_exceptions=True
    )
    told.set()

    assert [type(each) for each in others] == [IdempotencyInFlight] * 5
    assert await working == await _under_key(database, me)
    assert await _customers(database, brand) == 1


@pytest.mark.parametrize(
    ("given", "meant"), [("abc", "abc"), ('"abc"', "abc"), ("a" * 128, "a" * 128)]
)
def test_a_key_may_be_quoted(given: str, meant: str) -> None:
    assert accepted_key(given) == meant


@pytest.mark.parametrize("given", ["", '""', "a b", "é", "a" * 129, "a\n"])
def test_a_key_of_another_form_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 128 printable characters"):
        accepted_key(given)
