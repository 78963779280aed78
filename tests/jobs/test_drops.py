"""Drops: a change of a kept table is told in its own transaction, and then to every process."""

import asyncio
from dataclasses import replace
from typing import Any, Final

import psycopg
import pytest

from domain.caching import KEPT, Level, has_values
from domain.errors import ServiceUnavailable
from domain.identity import Brand
from jobs.event_relay import relay_drop_batch, relay_drops
from tests.builders import a_brand, a_vehicle, a_winery, an_app, as_owner, new_id, write
from tests.jobs.conftest import QUICK, Shelf, Stand

PLACE: Final = (
    "insert into {table} (id, slug, name{more}) values (%(id)s, %(id)s::text, 'A place'{values})"
)
OF_A_BRAND: Final = (
    "insert into {table} (tenant_id, brand_id, {columns}) values (%(tenant)s, %(brand)s, {values})"
)


def place(table: str, more: str = "", values: str = "") -> str:
    return PLACE.format(table=table, more=more, values=values)


def owned(table: str, columns: str, values: str) -> str:
    return OF_A_BRAND.format(table=table, columns=columns, values=values)


INSERTS: Final = {
    "wineries": place("wineries", ", ava", ", 'Walla Walla Valley'"),
    "restaurants": place("restaurants"),
    "hotels": place("hotels"),
    "vehicles": "insert into vehicles (tenant_id, id, name, seats)"
    " values (%(tenant)s, %(id)s, 'A van', 14)",
    "brands": "insert into brands (tenant_id, id, code, name, time_zone, currency)"
    " overriding system value values (%(tenant)s, 2000000001, 'new', 'New', 'UTC', 'USD')",
    "brand_settings": owned(
        "brand_settings",
        "number_prefix, cancellation_tiers, effective_from",
        "'X', '[]', '2026-01-01'",
    ),
    "directory_notes": owned(
        "directory_notes", "id, place_kind, place_id", "%(id)s, 'winery', %(id)s"
    ),
    "apps": owned("apps", "id, name, kind, created_at", "%(id)s, 'A site', 'site', now()"),
    "trusted_documents": owned(
        "trusted_documents",
        "id, app_id, digest, text, pushed_at",
        "%(id)s, %(app)s, encode(sha256('x'), 'hex'), 'x', now()",
    ),
    "tour_packages": owned(
        "tour_packages",
        "id, code, name, pricing, price_cents, guests_min, guests_max, effective_from",
        "%(id)s, 'day', 'A day', 'flat', 1, 1, 2, '2026-01-01'",
    ),
    "rate_cards": owned(
        "rate_cards",
        "id, kind, code, guests_min, guests_max, rate_cents, effective_from",
        "%(id)s, 'hourly', 'day', 1, 2, 1, '2026-01-01'",
    ),
    "price_rules": owned(
        "price_rules",
        "id, kind, name, percent_ppm, effective_from",
        "%(id)s, 'tax', 'Tax', 1, '2026-01-01'",
    ),
}
ROW: Final = {"brands": "id = 2000000001", "brand_settings": "effective_from = '2026-01-01'"}
COLUMN: Final = {"brand_settings": "terms", "directory_notes": "note"}
PENDING: Final = "select scope from pending_drops(interval '1 hour', 1000) order by scope"


async def pending(stand: Stand) -> list[str]:
    """The scopes that values are kept under."""
    return [scope for (scope,) in await stand.rows(PENDING) if has_values(scope)]


async def quiet(stand: Stand) -> None:
    await stand.rows("delete from cache_drops")
    await stand.rows("delete from directory_drops")


async def relayed(stand: Stand, **pace: Any) -> int:
    return await relay_drop_batch(
        stand.database, stand.shelf, stop=asyncio.Event(), pace=replace(QUICK, **pace)
    )


def scope_of(table: str, brand: Brand) -> str:
    number = 2000000001 if table == "brands" else brand.id
    owner = {
        Level.SHARED: "",
        Level.TENANT: f":{brand.tenant_id}",
        Level.BRAND: f":{brand.tenant_id}:{number}",
    }
    return table + owner[KEPT[table].level]


async def test_every_kept_table_tells_of_a_row_that_comes_changes_or_goes(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    assert stand.settings.database_admin_url is not None
    url = stand.settings.database_admin_url.get_secret_value()
    app = await write(stand.database, brand, an_app)
    told = {}

    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        for table, insert in INSERTS.items():
            given = {"id": new_id(), "tenant": brand.tenant_id, "brand": brand.id, "app": app}
            row, column = ROW.get(table, "id = %(id)s"), COLUMN.get(table, "name")
            column = "code" if table == "rate_cards" else column
            for statement in (
                insert,
                f"update {table} set {column} = 'other' where {row}",  # noqa: S608
                f"delete from {table} where {row}",  # noqa: S608
            ):
                await quiet(stand)
                assert (await admin.execute(statement, given)).rowcount == 1
                told[table, statement.split()[0]] = await pending(stand)

    assert set(INSERTS) == set(KEPT)
    assert told == {
        (table, verb): [scope_of(table, brand)]
        for table in KEPT
        for verb in ("insert", "update", "delete")
    }


async def test_no_other_table_tells(stand: Stand) -> None:
    telling = await stand.rows(
        "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " where t.tgname like '%%\\_told' and not t.tgisinternal"
    )

    assert {name for (name,) in telling} == set(KEPT)


async def test_one_statement_tells_once_for_each_owner_and_none_if_it_changes_nothing(
    stand: Stand,
) -> None:
    one, two = await a_brand(stand.settings), await a_brand(stand.settings)
    for brand in (one, one, two):
        await write(stand.database, brand, a_vehicle)
    await a_winery(stand.settings)
    await a_winery(stand.settings)
    await quiet(stand)

    await stand.rows("update vehicles set mileage = 1")
    await stand.rows("update wineries set verified = true")
    await stand.rows("update hotels set verified = true")
    await stand.rows("update tour_packages set name = 'x' where false")

    assert await pending(stand) == sorted(
        [f"vehicles:{one.tenant_id}", f"vehicles:{two.tenant_id}", "wineries"]
    )


async def test_what_is_taken_back_is_not_told(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await quiet(stand)

    class Undo(Exception):
        pass

    async def work(tx: Any) -> None:
        await a_vehicle(tx)
        raise Undo

    with pytest.raises(Undo):
        await write(stand.database, brand, work)

    assert await pending(stand) == []


async def test_staff_of_a_brand_and_the_owner_of_the_tables_tell_alike(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await quiet(stand)

    await write(stand.database, brand, a_vehicle)
    await as_owner(
        stand.settings,
        "update brands set tagline = 'New' where tenant_id = %(tenant)s",
        {"tenant": brand.tenant_id},
        tenant=brand.tenant_id,
    )

    assert await pending(stand) == [
        f"brands:{brand.tenant_id}:{brand.id}",
        f"vehicles:{brand.tenant_id}",
    ]


async def test_a_change_is_told_at_once_and_once_more_when_it_has_settled(stand: Stand) -> None:
    await quiet(stand)
    await a_winery(stand.settings)

    told = [await relayed(stand, drop_settle_seconds=0.2) for _ in range(2)]
    await asyncio.sleep(0.25)
    settled = [await relayed(stand, drop_settle_seconds=0.2) for _ in range(2)]

    assert (told, settled) == ([1, 0], [1, 0])
    assert stand.shelf.dropped == ["wineries", "wineries"]
    assert await stand.rows("select count(*) from directory_drops") == [(0,)]


async def test_many_changes_of_one_table_are_one_drop(stand: Stand) -> None:
    await quiet(stand)
    for _ in range(5):
        await a_winery(stand.settings)

    assert await relayed(stand) == 5
    assert stand.shelf.dropped == ["wineries"]


async def test_two_relays_at_once_forget_nothing_before_it_has_settled(stand: Stand) -> None:
    await quiet(stand)
    await a_winery(stand.settings)
    other = Shelf()
    stop = asyncio.Event()

    await asyncio.gather(
        relay_drop_batch(stand.database, stand.shelf, stop=stop, pace=QUICK),
        relay_drop_batch(stand.database, other, stop=stop, pace=QUICK),
    )

    assert {*stand.shelf.dropped, *other.dropped} == {"wineries"}
    assert await stand.rows("select told_at is not null from directory_drops") == [(True,)]


async def test_while_redis_is_away_a_drop_waits_and_then_is_told(stand: Stand) -> None:
    await quiet(stand)
    await a_winery(stand.settings)
    away = ServiceUnavailable("The cache is not available now. Try again.")
    stand.shelf.faults.extend([away] * 3)
    stop = asyncio.Event()

    relaying = asyncio.create_task(relay_drops(stand.database, stand.shelf, stop=stop, pace=QUICK))
    await stand.until("select bool_and(told_at is not null) from directory_drops")
    stop.set()
    await relaying

    assert (stand.shelf.dropped, stand.shelf.faults) == (["wineries"], [])
