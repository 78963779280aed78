"""Changing an itinerary: the stops, the booking's version and one event; or nothing at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import itineraries
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.itineraries import Edit, StopChange, WantedStop, document
from services.itineraries import (
    add_stop,
    move_stop,
    remove_stop,
    set_itinerary,
    set_stop_status,
    update_stop,
)
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_stop,
    a_vehicle,
    a_winery,
    assign_vehicle,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.services.trail import NOTHING, OneId, trail_of

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STOPS = (
    "select position, kind, name, winery_id, planned_arrival_at, minutes, third_party_status"
    " from booking_stops where booking_id = %(id)s order by position"
)
ROW = "select version, updated_at from bookings where id = %(id)s"
Work = Callable[[Transaction], Awaitable[Any]]


async def a_tour(database: Database, brand: Brand, **values: Any) -> tuple[UUID, list[UUID]]:
    """A booking with three stops, an hour apart."""

    async def work(tx: Transaction) -> tuple[UUID, list[UUID]]:
        booking = await a_booking(tx, **values)
        return booking, [await a_stop(tx, booking, each, kind="activity") for each in (1, 2, 3)]

    made: tuple[UUID, list[UUID]] = await write(database, brand, work)
    return made


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


def a_row(position: int, number: int, **values: Any) -> tuple[Any, ...]:
    """A stop as `a_tour` made it, now at this position."""
    facts = {
        "kind": "activity",
        "name": f"Stop {number}",
        "winery_id": None,
        "planned_arrival_at": START + number * HOUR,
        "minutes": 60,
        "third_party_status": "none",
        **values,
    }
    return (position, *facts.values())


async def test_a_whole_itinerary_is_put_in_place_of_the_old_one(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, stops = await a_tour(database, brand)
    winery, made, event = await a_winery(settings), new_id(), new_id()
    wanted = [
        WantedStop("winery", winery_id=winery, planned_arrival_at=START, minutes=90),
        WantedStop("activity", stops[0], name="Stop 1", planned_arrival_at=START + HOUR),
    ]
    before = await write(database, brand, lambda tx: itineraries.lock(tx, booking))

    ids = OneId(made, event)
    await write(
        database,
        brand,
        lambda tx: set_itinerary(tx, Edit(booking, 1), wanted, now=NOW, ids=ids),
    )

    assert await rows(database, brand, STOPS, booking) == [
        (1, "winery", None, winery, START, 90, "none"),
        a_row(2, 1),
    ]
    assert await rows(database, brand, ROW, booking) == [(2, NOW)]
    after = await write(database, brand, lambda tx: itineraries.lock(tx, booking))
    assert [stop.id for stop in after.stops] == [made, stops[0]]
    trail = await trail_of(settings, brand)
    ((id, kind, entity, entity_id, version, *_, at, changes),) = trail.events
    assert (id, kind, entity, entity_id, version, at) == (
        event,
        "ItinerarySet",
        "booking",
        booking,
        2,
        NOW,
    )
    assert changes == {"stops": [document(before.stops), document(after.stops)]}
    assert (trail.personal, [notice[3] for notice in trail.notices]) == ([], ["ItinerarySet"])


Change = Callable[[Transaction, Edit, list[UUID], OneId], Awaitable[UUID]]
CHANGES: list[tuple[str, Change, list[tuple[Any, ...]]]] = [
    (
        "StopAdded",
        lambda tx, edit, _, ids: add_stop(
            tx, edit, WantedStop("custom", name="New"), position=2, now=NOW, ids=ids
        ),
        [a_row(1, 1), (2, "custom", "New", None, None, 60, "none"), a_row(3, 2), a_row(4, 3)],
    ),
    (
        "StopMoved",
        lambda tx, edit, stops, ids: move_stop(tx, edit, stops[2], position=1, now=NOW, ids=ids),
        [a_row(1, 3), a_row(2, 1), a_row(3, 2)],
    ),
    (
        "StopRemoved",
        lambda tx, edit, stops, ids: remove_stop(tx, edit, stops[0], now=NOW, ids=ids),
        [a_row(1, 2), a_row(2, 3)],
    ),
    (
        "StopUpdated",
        lambda tx, edit, stops, ids: update_stop(
            tx,
            edit,
            StopChange(
                stops[1],
                frozenset({"minutes", "planned_arrival_at"}),
                planned_arrival_at=START,
                minutes=30,
            ),
            now=NOW,
            ids=ids,
        ),
        [a_row(1, 1), a_row(2, 2, minutes=30, planned_arrival_at=START), a_row(3, 3)],
    ),
    (
        "StopStatusSet",
        lambda tx, edit, stops, ids: set_stop_status(
            tx, edit, stops[1], status="waitlisted", now=NOW, ids=ids
        ),
        [a_row(1, 1), a_row(2, 2, third_party_status="waitlisted"), a_row(3, 3)],
    ),
]


@pytest.mark.parametrize(("kind", "change", "after"), CHANGES, ids=[each[0] for each in CHANGES])
async def test_one_stop_is_changed_the_others_follow_and_one_event_tells_it(
    database: Database,
    settings: Settings,
    brand: Brand,
    kind: str,
    change: Change,
    after: list[tuple[Any, ...]],
) -> None:
    booking, stops = await a_tour(database, brand)
    await write(
        database,
        brand,
        lambda tx: change(tx, Edit(booking, 1), stops, OneId(new_id(), new_id())),
    )

    assert await rows(database, brand, STOPS, booking) == after
    assert await rows(database, brand, ROW, booking) == [(2, NOW)]
    trail = await trail_of(settings, brand)
    assert [(each[1], each[3], each[4]) for each in trail.events] == [(kind, booking, 2)]
    before, now = trail.events[0][8]["stops"]
    assert [each["name"] for each in before] == ["Stop 1", "Stop 2", "Stop 3"]
    assert [(each["position"], each["minutes"]) for each in now] == [(x[0], x[5]) for x in after]


async def test_a_change_that_changes_nothing_stores_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, stops = await a_tour(database, brand)
    before = await stored(database, brand)
    await write(
        database,
        brand,
        lambda tx: move_stop(tx, Edit(booking, 1), stops[1], position=2, now=NOW, ids=OneId()),
    )

    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def refuse(
    database: Database, settings: Settings, brand: Brand, work: Work, by: type[DomainError]
) -> DomainError:
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING
    return refused.value


@pytest.mark.parametrize(
    ("values", "version", "by"),
    [
        ({}, 2, StaleVersion),
        ({"status": "cancelled"}, 1, WrongState),
        ({"status": "held", "hold_expires_at": NOW}, 1, WrongState),
    ],
)
async def test_a_change_against_the_rules_stores_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    values: dict[str, Any],
    version: int,
    by: type[DomainError],
) -> None:
    booking, stops = await a_tour(database, brand, **values)
    edit = Edit(booking, version)

    async def work(tx: Transaction) -> UUID:
        return await remove_stop(tx, edit, stops[0], now=NOW, ids=OneId(new_id()))

    await refuse(database, settings, brand, work, by)


async def test_a_place_that_the_directory_has_not_is_not_visited(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, _ = await a_tour(database, brand)
    winery = await a_winery(settings)
    strange = [
        WantedStop("winery", winery_id=new_id()),
        WantedStop("restaurant", restaurant_id=winery),
    ]
    for wanted in strange:
        ids = OneId(new_id(), new_id())

        async def work(tx: Transaction, wanted: WantedStop = wanted, ids: OneId = ids) -> UUID:
            return await add_stop(tx, Edit(booking, 1), wanted, position=None, now=NOW, ids=ids)

        assert (await refuse(database, settings, brand, work, NotFound)).path == "stops"


async def test_a_stop_that_the_party_has_reached_stays(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, stops = await a_tour(database, brand)

    async def go(tx: Transaction) -> None:
        await assign_vehicle(tx, booking, await a_vehicle(tx))
        for status in ("confirmed", "assigned", "in_progress"):
            step = "update bookings set status = %(s)s, deposit_waiver_reason = 'a friend' where id = %(id)s"
            await tx.run(step, {"s": status, "id": booking})
        reached = "update booking_stops set arrived_at = %(now)s where id = %(id)s"
        await tx.run(reached, {"now": START, "id": stops[0]})

    await write(database, brand, go)

    async def work(tx: Transaction) -> UUID:
        return await move_stop(
            tx, Edit(booking, 1), stops[2], position=1, now=START, ids=OneId(new_id())
        )

    await refuse(database, settings, brand, work, WrongState)
    ids = OneId(new_id())
    await write(
        database,
        brand,
        lambda tx: move_stop(tx, Edit(booking, 1), stops[2], position=2, now=START, ids=ids),
    )
    arrivals = (
        "select name, arrived_at from booking_stops where booking_id = %(id)s order by position"
    )
    assert await rows(database, brand, arrivals, booking) == [
        ("Stop 1", START),
        ("Stop 3", None),
        ("Stop 2", None),
    ]


async def test_a_tour_of_nobody_of_a_sister_or_of_a_stranger_has_no_itinerary(
    database: Database, settings: Settings, brand: Brand
) -> None:
    mine, _ = await a_tour(database, brand)
    for other in (await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)):
        booking, stops = await a_tour(database, other)

        async def work(tx: Transaction, booking: UUID = booking, stop: UUID = stops[0]) -> UUID:
            return await remove_stop(tx, Edit(booking, 1), stop, now=NOW, ids=OneId(new_id()))

        async def taking(tx: Transaction, stop: UUID = stops[0]) -> UUID:
            wanted = [WantedStop("pickup", stop)]
            return await set_itinerary(tx, Edit(mine, 1), wanted, now=NOW, ids=OneId(new_id()))

        assert (await refuse(database, settings, brand, work, NotFound)).path == "id"
        assert (await refuse(database, settings, brand, taking, NotFound)).path == "stops"
        assert len(await rows(database, other, STOPS, booking)) == 3


async def test_of_two_who_change_one_itinerary_the_second_is_stale(
    database: Database, brand: Brand
) -> None:
    booking, stops = await a_tour(database, brand)
    edit = Edit(booking, 1)

    def moving(stop: UUID) -> Work:
        return lambda tx: move_stop(tx, edit, stop, position=1, now=NOW, ids=OneId(new_id()))

    said = await asyncio.gather(
        *(write(database, brand, moving(stop)) for stop in (stops[1], stops[2])),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in said) == ["StaleVersion", "UUID"]
    assert await rows(database, brand, ROW, booking) == [(2, NOW)]
    assert [row[0] for row in await rows(database, brand, STOPS, booking)] == [1, 2, 3]


async def test_a_stop_outside_of_the_tour_is_refused_by_its_field(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking, stops = await a_tour(database, brand)
    late = StopChange(
        stops[0], frozenset({"planned_arrival_at"}), planned_arrival_at=START + 6 * HOUR
    )

    async def work(tx: Transaction) -> UUID:
        return await update_stop(tx, Edit(booking, 1), late, now=NOW, ids=OneId(new_id()))

    refused = await refuse(database, settings, brand, work, InvalidInput)
    assert refused.path == "plannedArrivalAt"
    just = replace(late, planned_arrival_at=START + 6 * HOUR - timedelta(seconds=1))
    ids = OneId(new_id())
    await write(
        database, brand, lambda tx: update_stop(tx, Edit(booking, 1), just, now=NOW, ids=ids)
    )
