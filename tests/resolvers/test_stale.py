"""A change made on an old version: refused with the present state and with what differs."""

from typing import Any
from uuid import UUID

import pytest

from auth.roles import scopes_of
from bootstrap.settings import Settings
from db import events
from db.database import Database, Transaction
from domain.events import Change, Event
from domain.identity import Brand, Kind, Principal
from schema.global_ids import encode
from tests.builders import START, a_booking, a_customer, a_principal, a_winery, new_id, write
from tests.resolvers.conftest import Ask, told

UPDATE = """
mutation ($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) {
    customer { name email phone version }
    errors { code path conflicts { field before current yours } }
  }
}
"""
MOVE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) {
    booking { startsAt version }
    errors { code conflicts { field before current yours } }
  }
}
"""


async def update(ask: Ask, customer: UUID, by: Principal | None = None, **fields: Any) -> Any:
    given = {"id": encode("Customer", customer), "expectedVersion": 1, **fields}
    result = await ask(UPDATE, by, input=given)
    assert result.errors is None
    return result.data["updateCustomer"]  # type: ignore[index]


async def ada(database: Database, brand: Brand) -> UUID:
    made: UUID = await write(
        database, brand, lambda tx: a_customer(tx, name="Ada Guest", email="ada@example.com")
    )
    return made


async def test_who_comes_late_sees_the_present_state_and_each_field_that_differs(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await ada(database, brand)
    await update(ask, customer, name="Ada Lovelace", phone=None)
    await update(ask, customer, expectedVersion=2, name="Ada King")

    refused = await update(ask, customer, name="Ada Byron", email="byron@example.com")

    assert refused == {
        "customer": {"name": "Ada King", "email": "ada@example.com", "phone": None, "version": 3},
        "errors": [
            {
                "code": "STALE_VERSION",
                "path": "expectedVersion",
                "conflicts": [
                    {
                        "field": "name",
                        "before": "Ada Guest",
                        "current": "Ada King",
                        "yours": "Ada Byron",
                    },
                    {
                        "field": "phone",
                        "before": "+15095550142",
                        "current": None,
                        "yours": None,
                    },
                ],
            }
        ],
    }


async def test_a_field_that_came_back_is_no_conflict_and_another_refusal_has_none(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await ada(database, brand)
    await update(ask, customer, name="Ada Lovelace")
    await update(ask, customer, expectedVersion=2, name="Ada Guest")

    stale = await update(ask, customer, name="Ada Byron")
    wrong = await update(ask, customer, expectedVersion=3, name=" ")

    assert [error["conflicts"] for error in stale["errors"]] == [[]]
    assert wrong == {
        "customer": None,
        "errors": [{"code": "BAD_USER_INPUT", "path": "name", "conflicts": []}],
    }


@pytest.mark.parametrize("never", [-1, 0, 3, 2_000_000_000])
async def test_a_version_that_was_never_there_is_a_mistake_and_no_conflict(
    database: Database, brand: Brand, ask: Ask, never: int
) -> None:
    customer = await ada(database, brand)
    await update(ask, customer, name="Ada Lovelace")

    wrong = await update(ask, customer, expectedVersion=never, name="Ada Byron")
    after = await update(ask, customer, expectedVersion=2, name="Ada King")

    assert wrong == {
        "customer": None,
        "errors": [{"code": "BAD_USER_INPUT", "path": "expectedVersion", "conflicts": []}],
    }
    assert after["customer"]["version"] == 3


async def test_where_nothing_was_said_the_version_is_0_and_may_be_an_old_one(
    settings: Settings, ask: Ask
) -> None:
    place = encode("Winery", await a_winery(settings))
    say = """mutation ($input: SetDirectoryNoteInput!) {
      setDirectoryNote(input: $input) { note { version } errors { code message } } }"""
    told = []
    for version in (0, 0, -1):
        given = {"placeId": place, "remark": "Dry", "note": str(version)}
        answer = await ask(say, input={**given, "expectedVersion": version})
        assert answer.data is not None
        told += [[each["code"] for each in answer.data["setDirectoryNote"]["errors"]]]

    assert told == [[], ["STALE_VERSION"], ["BAD_USER_INPUT"]]


async def test_who_may_not_read_customers_is_told_no_conflict_of_one(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await ada(database, brand)
    await update(ask, customer, name="Ada Lovelace")
    blind = Principal(
        kind=Kind.STAFF,
        brand=brand,
        actor_id=new_id(),
        role="sales",
        scopes=scopes_of(Kind.STAFF, role="sales", denies=["customers:read"]),
    )

    refused = await update(ask, customer, blind, name="Ada Byron")

    assert refused["errors"][0]["conflicts"] == []


async def test_an_instant_differs_in_the_brands_offset(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = await write(database, brand, a_booking)
    given = {"id": encode("Booking", booking), "expectedVersion": 1}
    first = {**given, "startsAt": "2031-06-10T17:00:00+00:00"}
    moved = await ask(MOVE, a_principal(brand), input=first)
    assert moved.data["rescheduleBooking"]["errors"] == []  # type: ignore[index]

    late = await ask(MOVE, input={**given, "startsAt": "2031-06-11T11:00:00-07:00"})

    assert late.data == {
        "rescheduleBooking": {
            "booking": {"startsAt": "2031-06-10T10:00:00-07:00", "version": 2},
            "errors": [
                {
                    "code": "STALE_VERSION",
                    "conflicts": [
                        {
                            "field": "endsAt",
                            "before": "2026-06-08T16:00:00-07:00",
                            "current": "2031-06-10T16:00:00-07:00",
                            "yours": None,
                        },
                        {
                            "field": "startsAt",
                            "before": "2026-06-08T10:00:00-07:00",
                            "current": "2031-06-10T10:00:00-07:00",
                            "yours": "2031-06-11T11:00:00-07:00",
                        },
                    ],
                }
            ],
        }
    }


CANCEL = """
mutation ($input: CancelBookingInput!) {
  cancelBooking(input: $input) @idempotent(key: "a-guest-comes-late") {
    booking { pickup version internalNotes }
    errors { code conflicts { field } }
  }
}
"""


async def test_a_guest_who_comes_late_sees_their_booking_and_nothing_of_its_events(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer, pickup="Hotel", version=2)
        changes: dict[str, Change] = {"pickup": (None, "Hotel"), "internal_notes": (None, "VIP")}
        event = Event(new_id(), "BookingUpdated", "booking", booking, 2, START, changes)
        await events.append(tx, event)
        return customer, booking

    customer, booking = await write(database, brand, work)
    given = {"id": encode("Booking", booking), "expectedVersion": 1}
    wish = {**given, "reason": "Ill", "quotedRefundCents": 0, "ourFault": False}

    late = await ask(CANCEL, a_principal(brand, Kind.CUSTOMER, actor=customer), input=wish)

    assert late.data == {
        "cancelBooking": {
            "booking": {"pickup": "Hotel", "version": 2, "internalNotes": None},
            "errors": [{"code": "STALE_VERSION", "conflicts": []}],
        }
    }
    assert told(late) == [("cancelBooking.booking.internalNotes", "FORBIDDEN")]
