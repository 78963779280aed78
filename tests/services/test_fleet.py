"""The register in the database: vehicles, drivers and papers, each change told once or not at all."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.drivers import DriverChange, WorkingDayWish
from domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    PartyTooLarge,
    StaleVersion,
    WrongState,
)
from domain.identity import Brand, Kind
from domain.papers import Paper, Renewal
from domain.vehicles import NameTaken, StatusChange, VehicleChange
from services.drivers import (
    create_driver,
    set_driver_availability,
    set_driver_status,
    update_driver,
)
from services.papers import record_document, renew_document
from services.vehicles import create_vehicle, set_vehicle_status, update_vehicle
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_driver,
    a_vehicle,
    assign_vehicle,
    new_id,
    write,
)
from tests.db.refusals import assert_refused, found, stored
from tests.services.trail import NOTHING, OneId, trail_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Work = Callable[[Transaction], Awaitable[Any]]


class Ids:
    """As many identities as are asked for."""

    def new(self) -> UUID:
        return new_id()


def doing(use_case: Any, *given: Any, ids: Any = None) -> Work:
    return lambda tx: use_case(tx, *given, now=NOW, ids=ids or Ids())


async def told(settings: Settings, brand: Brand) -> list[tuple[Any, ...]]:
    """Kind, entity, its version and the changes of each event."""
    trail = await trail_of(settings, brand)
    return [(row[1], row[2], row[4], row[8]) for row in trail.events]


async def test_a_vehicle_is_put_into_service_and_told_with_all_that_it_begins_with(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van, event = new_id(), new_id()
    given = {"name": "Sprinter 9", "seats": 11, "year": 2022, "mileage": 12}
    await write(database, brand, doing(create_vehicle, given, ids=OneId(van, event)))
    row = "select name || seats || status || mileage || version from vehicles where id = %(id)s"
    assert await found(database, brand, row, id=van) == "Sprinter 911active121"
    trail = await trail_of(settings, brand)
    assert (trail.personal, trail.notices) == (
        [],
        [(event, "vehicle", van, "VehicleCreated", None)],
    )
    assert await told(settings, brand) == [
        (
            "VehicleCreated",
            "vehicle",
            1,
            {
                "name": [None, "Sprinter 9"],
                "seats": [None, 11],
                "year": [None, 2022],
                "status": [None, "active"],
                "mileage": [None, 12],
                "version": [None, 1],
            },
        )
    ]


async def test_what_changes_of_a_vehicle_is_told_and_what_changes_nothing_is_not(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van = await write(database, brand, lambda tx: a_vehicle(tx, name="Van A", mileage=100))
    before = await stored(database, brand)
    same = VehicleChange(van, 1, {"name": " Van A", "mileage": 100})
    await write(database, brand, doing(update_vehicle, same))
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING
    wish = VehicleChange(van, 1, {"seats": 8, "mileage": 130, "make": "Ford"})
    changed = await write(database, brand, doing(update_vehicle, wish))
    assert (changed.seats, changed.mileage, changed.make, changed.version) == (8, 130, "Ford", 2)
    pairs = {"seats": [14, 8], "make": [None, "Ford"], "mileage": [100, 130], "version": [1, 2]}
    assert await told(settings, brand) == [("VehicleUpdated", "vehicle", 2, pairs)]


async def test_a_vehicle_is_not_changed_by_a_wrong_wish(
    database: Database, settings: Settings, brand: Brand
) -> None:
    stranger = await a_brand(settings)
    theirs = await write(database, stranger, a_vehicle)
    await write(database, brand, lambda tx: a_vehicle(tx, name="Taken"))
    van = await write(database, brand, lambda tx: a_vehicle(tx, name="Van A", version=2))
    wrong: list[tuple[Work, type[DomainError]]] = [
        (doing(update_vehicle, VehicleChange(theirs, 1, {"seats": 4})), NotFound),
        (doing(update_vehicle, VehicleChange(van, 1, {"seats": 4})), StaleVersion),
        (doing(update_vehicle, VehicleChange(van, 2, {"name": "Taken"})), NameTaken),
        (doing(create_vehicle, {"name": "Taken", "seats": 4}), NameTaken),
        (doing(set_vehicle_status, StatusChange(theirs, 1, "retired")), NotFound),
        (doing(set_vehicle_status, StatusChange(van, 2, "retired", "x" * 501)), InvalidInput),
    ]
    for work, by in wrong:
        await assert_refused(database, brand, work, by)
    assert await trail_of(settings, brand) == NOTHING


async def test_a_van_keeps_the_seats_that_a_party_needs(database: Database, brand: Brand) -> None:
    async def sold(tx: Transaction) -> UUID:
        values = {"status": "assigned", "party_size": 9, "deposit_received_at": START}
        booking, van = await a_booking(tx, **values), await a_vehicle(tx)
        await assign_vehicle(tx, booking, van)
        return van

    van = await write(database, brand, sold)
    fewer = doing(update_vehicle, VehicleChange(van, 1, {"seats": 8}))
    await assert_refused(database, brand, fewer, PartyTooLarge)
    await write(database, brand, doing(update_vehicle, VehicleChange(van, 1, {"seats": 9})))


async def test_a_vehicle_leaves_the_road_and_comes_back_with_a_word_on_what_was_mended(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van = await write(database, brand, a_vehicle)
    out = StatusChange(van, 1, "out_of_service", " Brakes ")
    await write(database, brand, doing(set_vehicle_status, out))
    back = StatusChange(van, 2, "active")
    await assert_refused(database, brand, doing(set_vehicle_status, back), InvalidInput)
    mended = StatusChange(van, 2, "active", "New brakes")
    await write(database, brand, doing(set_vehicle_status, mended))
    again = await write(database, brand, doing(set_vehicle_status, StatusChange(van, 3, "active")))
    assert (again.status, again.version) == ("active", 3)
    assert [changes for *_, changes in await told(settings, brand)] == [
        {
            "status": ["active", "out_of_service"],
            "version": [1, 2],
            "reason": [None, "Brakes"],
        },
        {
            "status": ["out_of_service", "active"],
            "version": [2, 3],
            "reason": [None, "New brakes"],
        },
    ]


async def test_a_driver_is_told_of_without_their_name_which_stands_apart(
    database: Database, settings: Settings, brand: Brand
) -> None:
    dan, event = new_id(), new_id()
    given = {"name": "Dan", "phone": "+1 509 555 0101"}
    await write(database, brand, doing(create_driver, given, ids=OneId(dan, event)))
    changed, wish = new_id(), DriverChange(dan, 1, {"name": "Daniel", "phone": None})
    await write(database, brand, doing(update_driver, wish, ids=OneId(changed)))
    await write(database, brand, doing(update_driver, DriverChange(dan, 2, {"name": "Daniel "})))
    assert await told(settings, brand) == [
        ("DriverCreated", "driver", 1, {"status": [None, "active"], "version": [None, 1]}),
        ("DriverUpdated", "driver", 2, {"version": [1, 2]}),
    ]
    assert (await trail_of(settings, brand)).personal == [
        (event, "name", None, "Dan"),
        (event, "phone", None, "+15095550101"),
        (changed, "name", "Dan", "Daniel"),
        (changed, "phone", "+15095550101", None),
    ]


async def test_a_driver_who_left_is_no_driver_until_they_come_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    dan = await write(database, brand, a_driver)
    left = StatusChange(dan, 1, "left", "Moved away")
    await write(database, brand, doing(set_driver_status, left))
    suspend = doing(set_driver_status, StatusChange(dan, 2, "suspended"))
    await assert_refused(database, brand, suspend, WrongState)
    await write(database, brand, doing(set_driver_status, StatusChange(dan, 2, "active")))
    assert [changes for *_, changes in await told(settings, brand)] == [
        {"status": ["active", "left"], "version": [1, 2], "reason": [None, "Moved away"]},
        {"status": ["left", "active"], "version": [2, 3]},
    ]


async def test_a_paper_is_kept_and_renewed(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van, paper = await write(database, brand, a_vehicle), new_id()
    ends = date(2026, 12, 31)
    new = Paper(new_id(), van, None, "insurance", "P-1", ends)
    await write(database, brand, doing(record_document, new, ids=OneId(paper, new_id())))
    renewal = Renewal(paper, 1, date(2027, 12, 31))
    await write(database, brand, doing(renew_document, renewal))
    row = "select reference || expires_on || runs_out_on || version from documents"
    assert await found(database, brand, row) == "P-12027-12-312027-12-312"
    recorded, renewed = await told(settings, brand)
    assert recorded[3]["expires_on"] == [None, "2026-12-31"]
    pairs = {"expires_on": ["2026-12-31", "2027-12-31"], "version": [1, 2]}
    assert renewed == ("DocumentRenewed", "document", 2, pairs)
    for wrong, by in ((Renewal(paper, 1, None), StaleVersion), (Renewal(van, 1, None), NotFound)):
        await assert_refused(database, brand, doing(renew_document, wrong), by)


async def test_a_paper_of_somebody_elses_vehicle_or_driver_is_not_kept(
    database: Database, settings: Settings, brand: Brand
) -> None:
    stranger = await a_brand(settings)
    van = await write(database, stranger, a_vehicle)
    dan = await write(database, stranger, a_driver)
    for paper in (
        Paper(new_id(), van, None, "insurance", None, None),
        Paper(new_id(), None, dan, "licence", None, None),
    ):
        await assert_refused(database, brand, doing(record_document, paper), NotFound)


async def test_a_driver_says_for_themselves_when_they_can_work_and_for_nobody_else(
    database: Database, settings: Settings, brand: Brand
) -> None:
    dan, ann = [await write(database, brand, a_driver) for _ in range(2)]
    by_dan = {"kind": Kind.DRIVER, "actor": dan}
    monday = WorkingDayWish(dan, 1, 0, datetime.min.time().replace(hour=8), None)
    await assert_refused(
        database, brand, doing(set_driver_availability, monday), InvalidInput, **by_dan
    )
    for version in (0, 1):
        day = WorkingDayWish(dan, 1, version, *(NOW.time().replace(hour=h) for h in (8, 17)))
        await write(database, brand, doing(set_driver_availability, day), **by_dan)
    off = WorkingDayWish(dan, 1, 1)
    await write(database, brand, doing(set_driver_availability, off))
    of_ann = doing(set_driver_availability, WorkingDayWish(ann, 1, 0))
    await assert_refused(database, brand, of_ann, NotFound, **by_dan)
    kind, entity = "DriverAvailabilityChanged", "driver_availability"
    assert [row[:3] for row in await told(settings, brand)] == [
        (kind, entity, 1),
        (kind, entity, 2),
    ]
    assert (await told(settings, brand))[1][3] == {
        "from_local": ["08:00:00", None],
        "to_local": ["17:00:00", None],
        "version": [1, 2],
    }


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.LINK])
async def test_the_database_lets_no_guest_register_a_vehicle(
    database: Database, brand: Brand, kind: Kind
) -> None:
    work = doing(create_vehicle, {"name": "Mine", "seats": 4})
    with pytest.raises(Exception, match="permission denied for table vehicles"):
        await write(database, brand, work, kind=kind)
