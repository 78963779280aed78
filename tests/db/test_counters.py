"""Numbers are counted per brand, kind and year: each once, none left out."""

import asyncio
from secrets import token_hex

import pytest

from bootstrap.settings import Settings
from db import counters
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from domain.numbers import Numbered
from tests.builders import a_brand, a_principal, write


async def _next(
    database: Database, brand: Brand, kind: Numbered = Numbered.BOOKING, year: int = 2026
) -> int:
    number: int = await write(database, brand, lambda tx: counters.next_number(tx, kind, year))
    return number


async def test_twenty_at_once_get_twenty_numbers_without_a_gap(
    database: Database, brand: Brand
) -> None:
    numbers = await asyncio.gather(*(_next(database, brand) for _ in range(20)))
    assert sorted(numbers) == list(range(1, 21))


async def test_each_kind_each_year_and_each_brand_counts_on_its_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    assert [await _next(database, brand) for _ in range(2)] == [1, 2]
    assert await _next(database, brand, Numbered.PROPOSAL) == 1
    assert await _next(database, brand, year=2027) == 1
    assert await _next(database, sister) == 1
    assert await _next(database, brand) == 3


async def test_a_number_whose_sale_came_to_nothing_is_given_again(
    database: Database, brand: Brand
) -> None:
    class CameToNothing(Exception):
        pass

    async def work(tx: Transaction) -> None:
        assert await counters.next_number(tx, Numbered.BOOKING, 2026) == 1
        raise CameToNothing(token_hex(4))

    with pytest.raises(CameToNothing):
        await write(database, brand, work)
    assert await _next(database, brand) == 1


async def test_a_caller_who_sells_nothing_by_hand_has_no_counter(
    database: Database, brand: Brand
) -> None:
    session = database.session(a_principal(brand, Kind.CUSTOMER))
    with pytest.raises(Exception, match="permission denied for table counters"):
        await session.write(lambda tx: counters.next_number(tx, Numbered.BOOKING, 2026))
    assert await _next(database, brand) == 1
