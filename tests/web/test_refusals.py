"""Every rule that can refuse a move, as a client reads it: the whole answer, and nothing changed."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from db.database import Database, Transaction
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_driver,
    a_member,
    a_stop,
    a_vehicle,
    assign_driver,
    assign_vehicle,
    write,
)
from tests.web.conftest import Sign, bearer

MOVE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { booking { id } errors { code message path retryable } }
}
"""
FAR = START + timedelta(weeks=520)
NEXT = FAR + timedelta(weeks=1)
HOUR = timedelta(hours=1)
KEPT = "select starts_at, ends_at, version from bookings where id = %(id)s"
Prepare = Callable[[Transaction, UUID], Awaitable[Any]]


async def nothing(_tx: Transaction, _booking: UUID) -> None:
    """The tour is as it was made."""


async def with_a_stop(tx: Transaction, booking: UUID) -> None:
    await a_stop(tx, booking, 1, planned_arrival_at=FAR + 3 * HOUR)


async def touched(tx: Transaction, booking: UUID) -> None:
    await tx.run("update bookings set version = 2 where id = %(id)s", {"id": booking})


async def cancelled(tx: Transaction, booking: UUID) -> None:
    statement = "update bookings set status = 'cancelled' where id = %(id)s"
    await tx.run(statement, {"id": booking})


async def with_a_busy_van(tx: Transaction, booking: UUID) -> None:
    van, other = await a_vehicle(tx), await a_booking(tx, starts_at=NEXT)
    await assign_vehicle(tx, booking, van, starts_at=FAR)
    await assign_vehicle(tx, other, van, starts_at=NEXT)


async def with_a_busy_driver(tx: Transaction, booking: UUID) -> None:
    driver, other = await a_driver(tx), await a_booking(tx, starts_at=NEXT)
    await assign_driver(tx, booking, driver, starts_at=FAR)
    await assign_driver(tx, other, driver, starts_at=NEXT)


@pytest.mark.parametrize(
    ("prepare", "starts_at", "ends_at", "version", "code", "message", "path"),
    [
        (
            touched,
            NEXT,
            None,
            1,
            "STALE_VERSION",
            "You changed version 1; the current version is 2. Read the object again and repeat the"
            " change.",
            "expectedVersion",
        ),
        (
            nothing,
            NEXT,
            None,
            2,
            "BAD_USER_INPUT",
            "Send the `version` that you read: 2 never was one of this object.",
            "expectedVersion",
        ),
        (
            nothing,
            START - timedelta(weeks=520),
            None,
            1,
            "START_IN_PAST",
            "The tour would start in the past. Choose a later time.",
            "startsAt",
        ),
        (
            nothing,
            NEXT,
            NEXT,
            1,
            "END_BEFORE_START",
            "The tour would end before it starts. Correct the times.",
            "endsAt",
        ),
        (
            with_a_stop,
            NEXT,
            NEXT + 3 * HOUR,
            1,
            "END_BEFORE_LAST_STOP",
            "The tour would end before its last stop. Lengthen it, or take stops away.",
            "endsAt",
        ),
        (
            nothing,
            NEXT - 6 * HOUR,
            None,
            1,
            "OUTSIDE_OPERATING_DAY",
            "Tours run from 08:00 to 22:00, America/Los_Angeles.",
            "startsAt",
        ),
        (
            cancelled,
            NEXT,
            None,
            1,
            "WRONG_STATE",
            "A booking that is cancelled cannot be moved.",
            "id",
        ),
        (
            with_a_busy_van,
            NEXT,
            None,
            1,
            "VEHICLE_BUSY",
            "The vehicle is busy at that time. Choose another time.",
            "startsAt",
        ),
        (
            with_a_busy_driver,
            NEXT,
            None,
            1,
            "DRIVER_BUSY",
            "The driver is busy at that time. Choose another time.",
            "startsAt",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
)
async def test_a_move_against_a_rule_is_refused_as_data_and_changes_nothing(
    client: httpx.AsyncClient,
    database: Database,
    brand: Brand,
    sign: Sign,
    prepare: Prepare,
    starts_at: datetime,
    ends_at: datetime | None,
    version: int,
    code: str,
    message: str,
    path: str,
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, starts_at=FAR)
        await prepare(tx, booking)
        return booking

    booking = await write(database, brand, work)
    before = await write(database, brand, lambda tx: tx.row(KEPT, {"id": booking}))
    wish = {
        "id": encode("Booking", booking),
        "startsAt": starts_at.isoformat(),
        "endsAt": ends_at and ends_at.isoformat(),
        "expectedVersion": version,
    }

    answer = await client.post(
        "/graphql",
        json={"query": MOVE, "variables": {"input": wish}},
        headers=bearer(sign(await a_member(database, brand))),
    )

    error = {"code": code, "message": message, "path": path, "retryable": False}
    assert answer.status_code == 200
    booking_now = {"id": wish["id"]} if code == "STALE_VERSION" else None
    told = {"rescheduleBooking": {"booking": booking_now, "errors": [error]}}
    assert answer.json()["data"] == told
    assert await write(database, brand, lambda tx: tx.row(KEPT, {"id": booking})) == before
