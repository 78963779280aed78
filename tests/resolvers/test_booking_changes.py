"""Changes of a booking over GraphQL: reopened under a key, moved and planned anew by its guest."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import (
    a_booking,
    a_customer,
    a_principal,
    a_vehicle,
    assign_vehicle,
    new_id,
    write,
)
from tests.resolvers.conftest import Ask, told
from tests.services.selling import open_shop, some_rates

FAR = datetime(2031, 6, 9, 17, tzinfo=UTC)  # Monday 10:00 in Walla Walla
REOPEN = """
mutation ($input: ReopenBookingInput!, $key: String!) {
  reopenBooking(input: $input) @idempotent(key: $key) {
    booking { status version }
    errors { code path }
  }
}
"""
MOVE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { booking { startsAt version } errors { code path } }
}
"""
ADD = """
mutation ($input: AddStopInput!) {
  addStop(input: $input) { booking { version stops { kind } } errors { code path } }
}
"""


async def a_tour(database: Database, brand: Brand, **values: Any) -> UUID:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, starts_at=FAR, **values)
        await assign_vehicle(tx, booking, await a_vehicle(tx), starts_at=FAR)
        return booking

    made: UUID = await write(database, brand, work)
    return made


async def test_a_cancellation_is_taken_back_once_under_its_key(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = await a_tour(database, brand, status="cancelled")
    given = {"id": encode("Booking", booking), "expectedVersion": 1}
    owner = a_principal(brand)
    answers = [await ask(REOPEN, owner, input=given, key="again-1") for _ in range(2)]
    other = await ask(REOPEN, owner, input=given, key="again-2")

    assert [answer.data for answer in answers] == [
        {"reopenBooking": {"booking": {"status": "PENDING", "version": 2}, "errors": []}}
    ] * 2
    assert other.data == {
        "reopenBooking": {
            "booking": {"status": "PENDING", "version": 2},
            "errors": [{"code": "STALE_VERSION", "path": "expectedVersion"}],
        }
    }


async def test_a_cancellation_is_taken_back_under_a_key_only(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = await a_tour(database, brand, status="cancelled")
    document = REOPEN.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    result = await ask(document, input={"id": encode("Booking", booking), "expectedVersion": 1})

    assert result.data == {
        "reopenBooking": {
            "booking": None,
            "errors": [{"code": "IDEMPOTENCY_KEY_REQUIRED", "path": None}],
        }
    }


async def test_a_customer_and_the_holder_of_a_link_move_their_own_tour_and_nobody_elses(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await write(database, brand, a_customer)
    await write(database, brand, some_rates)
    mine = await a_tour(database, brand, customer_id=customer, sold_as="{}")
    other = await a_tour(database, brand)
    by_customer = a_principal(brand, Kind.CUSTOMER, actor=customer)
    by_link = a_principal(brand, Kind.LINK, object_id=mine)
    for version, who in enumerate((by_customer, by_link), start=1):
        starts_at = (FAR + timedelta(days=version)).isoformat()
        given = {"startsAt": starts_at, "expectedVersion": version}
        moved = await ask(MOVE, who, input={"id": encode("Booking", mine), **given})
        strange = await ask(MOVE, who, input={"id": encode("Booking", other), **given})

        assert moved.data["rescheduleBooking"]["errors"] == []  # type: ignore[index]
        assert moved.data["rescheduleBooking"]["booking"]["version"] == version + 1  # type: ignore[index]
        assert strange.data == {
            "rescheduleBooking": {"booking": None, "errors": [{"code": "NOT_FOUND", "path": "id"}]}
        }
    rows = await write(
        database, brand, lambda tx: tx.rows("select id, starts_at from bookings order by starts_at")
    )
    assert rows == [(other, FAR), (mine, FAR + timedelta(days=2))]


async def test_a_customer_plans_the_stops_of_their_own_tour(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await write(database, brand, a_customer)
    booking = await a_tour(database, brand, customer_id=customer)
    stop = {"kind": "ACTIVITY", "name": "A balloon"}
    given = {"id": encode("Booking", booking), "expectedVersion": 1, "stop": stop}
    added = await ask(ADD, a_principal(brand, Kind.CUSTOMER, actor=customer), input=given)

    assert added.data == {
        "addStop": {"booking": {"version": 2, "stops": [{"kind": "ACTIVITY"}]}, "errors": []}
    }


async def test_a_site_a_partner_and_a_driver_change_no_tour(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = encode("Booking", await a_tour(database, brand))
    given = {"id": booking, "expectedVersion": 1, "startsAt": FAR.isoformat()}
    for kind in (Kind.SITE, Kind.PARTNER, Kind.DRIVER):
        refused = await ask(MOVE, a_principal(brand, kind, actor=new_id()), input=given)
        assert told(refused) == [("rescheduleBooking", "FORBIDDEN")]


HAND_OVER = """
mutation ($input: TransferBookingInput!) {
  transferBooking(input: $input) {
    booking { version guestFirstName customer { name email } }
    errors { code path }
  }
}
"""


async def test_a_booking_is_handed_over_to_whoever_has_the_address(
    database: Database, brand: Brand, ask: Ask
) -> None:
    known = {"name": "Grace Hopper", "email": "grace@example.com"}
    await write(database, brand, lambda tx: a_customer(tx, **known))
    booking = encode("Booking", await a_tour(database, brand))
    contact = {"name": "G. H.", "email": "Grace@Example.com", "phone": "+1 509 555 0100"}
    given = {"id": booking, "expectedVersion": 1, "contact": contact}
    result = await ask(HAND_OVER, input=given)

    assert result.data == {
        "transferBooking": {
            "booking": {"version": 2, "guestFirstName": "G.", "customer": known},
            "errors": [],
        }
    }


async def test_a_customer_who_gives_their_booking_away_sees_it_no_more(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = await write(database, brand, a_customer)
    booking = encode("Booking", await a_tour(database, brand, customer_id=customer))
    who = a_principal(brand, Kind.CUSTOMER, actor=customer)
    given = {"id": booking, "expectedVersion": 1, "contact": {"name": "Grace Hopper"}}
    given_away = await ask(HAND_OVER, who, input=given)
    again = await ask(HAND_OVER, who, input={**given, "expectedVersion": 2})

    assert given_away.data == {"transferBooking": {"booking": None, "errors": []}}
    assert again.data == {
        "transferBooking": {"booking": None, "errors": [{"code": "NOT_FOUND", "path": "id"}]}
    }


QUOTE = """
query ($startsAt: DateTime!, $partySize: Int!) {
  quote(
    input: { tourType: WINE_TOUR, startsAt: $startsAt, partySize: $partySize, minutes: 360 }
  ) { token }
}
"""
PARTY = """
mutation ($input: ChangePartyInput!) {
  changeParty(input: $input) @idempotent(key: "party") {
    booking {
      partySize
      version
      total { amountCents }
      priceLines { kind amount { amountCents } }
      vehicles { seats }
    }
    errors { code path }
  }
}
"""


async def test_another_party_is_sold_by_a_quote_and_the_same_key_gives_the_same_answer(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await open_shop(database, brand, 14)
    booking = await a_tour(database, brand)
    quoted = await ask(QUOTE, startsAt=FAR.isoformat(), partySize=8)
    token = quoted.data["quote"]["token"]  # type: ignore[index]
    given = {"id": encode("Booking", booking), "expectedVersion": 1, "quoteToken": token}
    owner = a_principal(brand)
    first, second = [await ask(PARTY, owner, input=given) for _ in range(2)]

    assert first.data == {
        "changeParty": {
            "booking": {
                "partySize": 8,
                "version": 2,
                "total": {"amountCents": 81825},
                "priceLines": [
                    {"kind": "RATE", "amount": {"amountCents": 75000}},
                    {"kind": "TAX", "amount": {"amountCents": 6825}},
                ],
                "vehicles": [{"seats": 14}],
            },
            "errors": [],
        }
    }
    assert second.data == first.data


async def test_a_quote_that_nobody_gave_sells_no_party(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking = encode("Booking", await a_tour(database, brand))
    given = {"id": booking, "expectedVersion": 1, "quoteToken": "made up"}
    refused = await ask(PARTY, input=given)

    assert refused.data == {
        "changeParty": {
            "booking": None,
            "errors": [{"code": "QUOTE_REFUSED", "path": "quoteToken"}],
        }
    }
