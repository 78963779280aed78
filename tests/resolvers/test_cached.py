"""Operations over the cache: no statement for what is kept, and never an answer from before."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, required
from db.database import Database, Transaction
from domain.identity import Brand, Kind, Scope
from jobs.event_relay import relay_drop_batch
from resolvers.context import OperationContext
from resolvers.root import Schema
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_principal,
    a_stop,
    a_vehicle,
    a_winery,
    as_owner,
    insert,
    new_id,
    write,
)
from tests.conftest import FreshDatabase
from tests.jobs.conftest import QUICK
from tests.resolvers.conftest import told
from tests.resolvers.processes import Process, Start, processes

WEBSITE = """
query ($slug: String!) {
  brand { code name phone }
  viewer { kind }
  wineries(first: 2) { totalCount edges { cursor node { id name wineStyles } } }
  winery(slug: $slug) { id name latitude tastingFee { formatted } features }
  absent: winery(slug: "there-is-none") { id }
  restaurants(first: 3, orderBy: NAME_DESC) { edges { node { name } } pageInfo { hasNextPage } }
  tourPackages(filter: {code: "day"}) { edges { node { name price { formatted } startTimes } } }
}
"""
STOPS = "{ bookings(first: 50) { edges { node { stops { winery { name } } } } } }"


@pytest.fixture
async def start(
    made: Parts, settings: Settings, schema: Schema, brand: Brand
) -> AsyncIterator[Start]:
    url = required(settings.redis_url, "REDIS_URL")
    async with processes(made, url, schema, brand) as started:
        yield started


async def a_package(tx: Transaction, **values: Any) -> UUID:
    return await insert(
        tx,
        "tour_packages",
        **{
            "code": "day",
            "name": "A day",
            "pricing": "flat",
            "price_cents": 95000,
            "guests_min": 1,
            "guests_max": 14,
            "start_times": ["09:30", "13:00"],
            "includes": ["Driver"],
            "effective_from": START.date(),
            **values,
        },
    )


def opened(database: Database) -> int:
    """How often a connection was taken to read on."""
    return int(database.pool_stats()["read"].get("requests_num", 0))


async def test_what_is_kept_is_answered_without_a_statement_or_a_connection(
    settings: Settings, database: Database, start: Start, statements: list[str]
) -> None:
    slug = f"winery-{new_id().hex}"
    await a_winery(settings, slug=slug)
    one, two = start(), start()
    await write(database, one.brand, a_package)
    await one.ask("{ wineries { pageInfo { hasNextPage } } restaurants { totalCount } }")
    statements.clear()

    first = await one.ask(WEBSITE, slug=slug)
    asked = sorted(statement.partition("from ")[2].split()[0] for statement in statements)
    # What was read before its table's first token was drawn is kept from the second time on.
    await one.ask(WEBSITE, slug=slug)
    statements.clear()
    connections = opened(database)
    answers = [await process.ask(WEBSITE, slug=slug) for process in (one, one, two, two)]

    assert asked == ["brands", "restaurants", "tour_packages", "wineries", "wineries", "wineries"]
    assert statements == []
    assert opened(database) == connections
    assert told(first) == [("absent", "NOT_FOUND")]
    assert first.data["winery"]["name"] == "A Winery"
    assert first.data["tourPackages"]["edges"] == [
        {"node": {"name": "A day", "price": {"formatted": "$950.00"}, "startTimes": ANY_TIMES}}
    ]
    assert [answer.data for answer in answers] == [first.data] * 4


ANY_TIMES = ["09:30:00", "13:00:00"]


async def test_without_the_cache_the_answer_is_the_same(settings: Settings, start: Start) -> None:
    slug = f"winery-{new_id().hex}"
    await a_winery(settings, slug=slug)
    process = start()
    plain = replace(process, world=replace(process.world, cache=None))

    answers = [await each.ask(WEBSITE, slug=slug) for each in (plain, process, process)]

    assert answers[0].data == answers[1].data == answers[2].data


async def test_a_batch_of_an_edge_reads_only_what_is_not_kept(
    settings: Settings, database: Database, start: Start, statements: list[str]
) -> None:
    process = start()
    wineries = [await a_winery(settings, name=f"Winery {number}") for number in range(3)]

    async def a_tour(tx: Transaction, *visited: UUID) -> None:
        booking = await a_booking(tx)
        for position, winery in enumerate(visited, 1):
            await a_stop(tx, booking, position, kind="winery", winery_id=winery, name=None)

    await write(database, process.brand, lambda tx: a_tour(tx, *wineries[:2]))
    await process.ask("{ wineries(first: 1) { totalCount } }", Kind.STAFF)
    await process.ask(STOPS, Kind.STAFF)
    await write(database, process.brand, lambda tx: a_tour(tx, wineries[2], wineries[0]))
    statements.clear()

    answers = [await process.ask(STOPS, Kind.STAFF) for _ in range(2)]

    assert [told(answer) for answer in answers] == [[], []]
    assert sorted(
        stop["winery"]["name"]
        for edge in answers[1].data["bookings"]["edges"]
        for stop in edge["node"]["stops"]
    ) == ["Winery 0", "Winery 0", "Winery 1", "Winery 2"]
    of_wineries = [text for text in statements if "from wineries" in text]
    assert (len(of_wineries), len(statements)) == (1, 5)


async def test_a_kept_row_is_found_by_each_of_its_unique_columns(
    settings: Settings, start: Start, statements: list[str]
) -> None:
    process, slug = start(), f"winery-{new_id().hex}"
    winery = encode("Winery", await a_winery(settings, slug=slug))
    document = (
        "query ($id: ID!, $slug: String!) { node(id: $id) { id } winery(slug: $slug) { id } }"
    )
    await process.ask(document, id=winery, slug=slug)
    statements.clear()

    answer = await process.ask(document, id=winery, slug=slug)

    assert answer.data == {"node": {"id": winery}, "winery": {"id": winery}}
    assert statements == []


async def test_a_warm_cache_opens_no_field_to_whoever_lacks_the_scope(
    database: Database, start: Start
) -> None:
    process = start()
    await write(database, process.brand, a_vehicle)
    document = "{ vehicles { totalCount edges { node { name } } } }"
    for _ in range(2):
        warm = await process.ask(document, Kind.STAFF)
    poor = replace(a_principal(process.brand, Kind.STAFF), scopes=frozenset({Scope.VIEWER_READ}))

    answer = await process.ask(document, poor)

    assert warm.data["vehicles"]["totalCount"] == 1
    assert (answer.data, told(answer)) == (None, [("vehicles", "FORBIDDEN")])


@pytest.mark.parametrize("cursor", ["bm9uc2Vuc2U", ""])
async def test_a_refusal_is_not_kept_and_is_refused_again(start: Start, cursor: str) -> None:
    process = start()
    document = f'{{ wineries(after: "{cursor}") {{ totalCount }} }}'

    refused = [told(await process.ask(document)) for _ in range(2)]

    assert refused == [[("wineries", "BAD_USER_INPUT")]] * 2


async def test_what_a_mutation_has_written_is_read_past_the_cache(
    settings: Settings, database: Database, start: Start
) -> None:
    process = start()
    winery = await a_winery(settings, name="Old name")

    async def a_tour(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        await a_stop(tx, booking, 1, kind="winery", winery_id=winery, name=None)
        return booking

    booking = await write(database, process.brand, a_tour)
    await process.ask("{ wineries(first: 1) { totalCount } }", Kind.STAFF)
    await process.ask(STOPS, Kind.STAFF)
    await as_owner(settings, "update wineries set name = 'New' where id = %(id)s", {"id": winery})

    moved = await process.ask(
        "mutation ($id: ID!) { rescheduleBooking(input: {id: $id,"
        ' startsAt: "2035-08-10T10:00:00-07:00", expectedVersion: 1})'
        " { booking { stops { winery { name } } } errors { code } } }",
        Kind.STAFF,
        id=encode("Booking", booking),
    )
    stale = await process.ask(STOPS, Kind.STAFF)

    assert moved.data["rescheduleBooking"] == {
        "booking": {"stops": [{"winery": {"name": "New"}}]},
        "errors": [],
    }
    names = [edge["node"]["stops"] for edge in stale.data["bookings"]["edges"]]
    assert names == [[{"winery": {"name": "Old name"}}]]


@dataclass
class Deployment:
    """Two processes over a database of the test's own, and its relay."""

    fresh: FreshDatabase
    one: Process
    two: Process
    winery: UUID

    async def rename(self, name: str) -> None:
        """Change the winery and let the relay tell of it."""
        await as_owner(
            self.fresh.settings,
            "update wineries set name = %(name)s where id = %(id)s",
            {"id": self.winery, "name": name},
        )
        await self.relay()

    async def relay(self) -> None:
        assert self.one.world.cache is not None
        await relay_drop_batch(
            self.fresh.database, self.one.world.cache, stop=asyncio.Event(), pace=QUICK
        )

    async def names(self, process: Process) -> tuple[str, str, str]:
        """The winery as a list, as an object by its slug and as one by its id give it."""
        answer = await process.ask(
            'query ($id: ID!) { wineries { edges { node { name } } } winery(slug: "one") { name }'
            " node(id: $id) { ... on Winery { name } } }",
            id=encode("Winery", self.winery),
        )
        data = answer.data
        (edge,) = data["wineries"]["edges"]
        return edge["node"]["name"], data["winery"]["name"], data["node"]["name"]


@pytest.fixture
async def deployment(fresh_database: FreshDatabase, start: Start) -> Deployment:
    one = start(database=fresh_database.database)
    two = start(database=fresh_database.database)
    winery = await a_winery(fresh_database.settings, slug="one", name="First")
    deployment = Deployment(fresh_database, one, two, winery)
    await deployment.relay()
    return deployment


async def test_a_change_of_a_row_is_seen_by_every_process_in_all_that_was_kept(
    deployment: Deployment,
) -> None:
    for _ in range(2):
        for process in (deployment.one, deployment.two):
            assert await deployment.names(process) == ("First",) * 3

    await deployment.rename("Second")

    async with asyncio.timeout(2):
        for process in (deployment.one, deployment.two):
            while await deployment.names(process) != ("Second",) * 3:  # noqa: ASYNC110
                await asyncio.sleep(0.002)


async def test_an_operation_on_an_older_snapshot_leaves_nothing_of_it_behind(
    deployment: Deployment,
) -> None:
    """It reads something first, so that its snapshot is open; then the winery is changed."""
    context = OperationContext(deployment.one.world, a_principal(deployment.one.brand, Kind.SITE))
    await context.snapshot.transaction()
    await deployment.rename("Second")

    seen: Any = await context.by("wineries").load(deployment.winery)
    await context.close()

    assert seen.name == "First"
    for process in (deployment.one, deployment.two):
        assert await deployment.names(process) == ("Second",) * 3


async def test_a_change_between_reading_and_storing_leaves_nothing_old_behind(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are read, then changed and dropped, and only then stored."""
    cache: Any = deployment.one.world.cache
    keep = cache._keep  # noqa: SLF001 - between the two steps there is no other door

    async def late(*given: Any) -> None:
        monkeypatch.undo()
        await deployment.rename("Second")
        await keep(*given)

    monkeypatch.setattr(cache, "_keep", late)
    context = OperationContext(deployment.one.world, a_principal(deployment.one.brand, Kind.SITE))
    seen: Any = await context.by("wineries").load(deployment.winery)
    await context.close()

    assert seen.name == "First"
    for process in (deployment.one, deployment.two):
        assert await deployment.names(process) == ("Second",) * 3


async def test_a_count_and_a_page_are_dropped_when_a_row_comes(deployment: Deployment) -> None:
    document = "{ wineries { totalCount edges { node { name } } } }"
    for _ in range(2):
        before = await deployment.two.ask(document)

    await a_winery(deployment.fresh.settings, name="Another")
    await deployment.relay()

    assert before.data["wineries"]["totalCount"] == 1
    async with asyncio.timeout(2):
        while (after := await deployment.two.ask(document)).data == before.data:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    assert after.data["wineries"]["totalCount"] == 2


async def test_what_a_brand_says_of_a_winery_is_seen_by_every_process_and_by_no_sister(
    deployment: Deployment,
) -> None:
    brand = await a_brand(deployment.fresh.settings)
    sister = await a_brand(deployment.fresh.settings, tenant=brand, code="nwtc")
    one, two = replace(deployment.one, brand=brand), replace(deployment.two, brand=brand)
    third = replace(deployment.one, brand=sister)
    document = "{ wineries { totalCount edges { node { name featured remark } } } }"
    await a_winery(deployment.fresh.settings, name="Another")
    await deployment.relay()
    for _ in range(2):
        for process in (one, two, third):
            before = await process.ask(document)
    noted = {"place_kind": "winery", "place_id": deployment.winery, "remark": "Ours"}

    async def say(tx: Transaction) -> None:
        await insert(tx, "directory_notes", **noted, featured=True)

    await write(deployment.fresh.database, brand, say)
    await deployment.relay()

    another = {"name": "Another", "featured": False, "remark": None}
    of_ours = [{"name": "First", "featured": True, "remark": "Ours"}, another]
    async with asyncio.timeout(2):
        for process in (one, two):
            while (await nodes(process, document)) != of_ours:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
    assert await nodes(third, document) == [another, {**of_ours[0], **UNSAID}]
    assert (await third.ask(document)).data == before.data


UNSAID = {"featured": False, "remark": None}


async def nodes(process: Process, document: str) -> list[Any]:
    answer = await process.ask(document)
    return [edge["node"] for edge in answer.data["wineries"]["edges"]]
