"""The checkout of a hold: the guest's words are stored, and tell nobody who was known before."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.booking_states import HoldExpired
from domain.checkouts import CheckoutWish
from domain.errors import InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind
from services.checkouts import check_out
from services.confirmations import pencil_booking
from services.holds import release_hold
from tests.builders import a_customer, a_principal, new_id, write
from tests.db.refusals import stored
from tests.services.selling import ADA, NOW, Ids, hold, open_shop, seen, wanted
from tests.services.trail import trail_of

ROW = (
    "select customer_name, customer_email, customer_phone, pickup, terms_accepted_at, version"
    " from bookings"
)
LATER = NOW + timedelta(minutes=5)


async def _held(database: Database, brand: Brand) -> UUID:
    await open_shop(database, brand, 14)
    return await hold(database, brand, await wanted(database, brand))


async def _fill(
    database: Database, brand: Brand, wish: CheckoutWish, *, at: datetime = LATER
) -> None:
    """Fill as the holder of the booking's token."""
    guest = a_principal(brand, Kind.LINK, object_id=wish.booking_id)
    await database.session(guest).write(lambda tx: check_out(tx, wish, now=at, ids=Ids()))


def _wish(booking: UUID, **values: Any) -> CheckoutWish:
    return replace(CheckoutWish(booking, 1, ADA, accepts_terms=True, pickup="Hotel"), **values)


async def test_a_guest_says_who_they_are_and_becomes_a_customer(
    database: Database, brand: Brand, settings: Settings
) -> None:
    booking = await _held(database, brand)

    await _fill(database, brand, _wish(booking))

    assert await seen(database, brand, ROW) == [
        ("Ada Guest", "ada@example.com", "+15095550142", "Hotel", LATER, 2)
    ]
    customers = await seen(database, brand, "select name, email from customers")
    assert customers == [("Ada Guest", "ada@example.com")]
    trail = await trail_of(settings, brand)
    assert [event[1] for event in trail.events] == [
        "BookingHeld",
        "CustomerCreated",
        "CheckoutFilled",
    ]
    assert {row[1]: row[3] for row in trail.personal if row[0] == trail.events[2][0]} == {
        "customer_name": "Ada Guest",
        "customer_email": "ada@example.com",
        "customer_phone": "+15095550142",
        "pickup": "Hotel",
    }


async def test_a_known_customer_is_not_rewritten_and_nothing_tells_that_they_were_known(
    database: Database, brand: Brand
) -> None:
    booking = await _held(database, brand)
    known = await write(
        database, brand, lambda tx: a_customer(tx, name="Ada Lovely", email=ADA.email, phone=None)
    )

    await _fill(database, brand, _wish(booking))

    customers = await seen(database, brand, "select id, name, phone, version from customers")
    assert customers == [(known, "Ada Lovely", None, 1)]
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    async with guest.read() as tx:
        assert await tx.rows("select customer_name from bookings") == [("Ada Guest",)]
        with pytest.raises(Exception, match="permission denied"):
            await tx.rows("select name from customers")


async def test_saying_the_same_again_stores_nothing(
    database: Database, brand: Brand, settings: Settings
) -> None:
    booking = await _held(database, brand)
    await _fill(database, brand, _wish(booking))
    before = await trail_of(settings, brand)

    await _fill(database, brand, _wish(booking, expected_version=2))

    assert await trail_of(settings, brand) == before


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"accepts_terms": False}, InvalidInput),
        ({"contact": replace(ADA, email=None)}, InvalidInput),
        ({"pickup": "x" * 2001}, InvalidInput),
        ({"expected_version": 9}, StaleVersion),
        ({"booking_id": new_id()}, NotFound),
    ],
)
async def test_what_is_missing_or_stale_is_refused_and_stores_nothing(
    database: Database,
    brand: Brand,
    settings: Settings,
    change: dict[str, Any],
    refusal: type[Exception],
) -> None:
    wish = _wish(await _held(database, brand), **change)
    before = await trail_of(settings, brand)

    with pytest.raises(refusal):
        await _fill(database, brand, wish)
    assert await trail_of(settings, brand) == before
    assert await seen(database, brand, "select 1 from customers") == []


async def test_a_hold_that_has_run_out_has_no_checkout(database: Database, brand: Brand) -> None:
    booking = await _held(database, brand)

    with pytest.raises(HoldExpired):
        await _fill(database, brand, _wish(booking), at=NOW + timedelta(minutes=15))
    assert await seen(database, brand, "select 1 from customers") == []


async def test_what_was_given_back_has_no_checkout(database: Database, brand: Brand) -> None:
    booking = await _held(database, brand)
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    await guest.write(lambda tx: release_hold(tx, booking, 1, now=LATER, ids=Ids()))

    with pytest.raises(WrongState):
        await _fill(database, brand, _wish(booking, expected_version=2))
    assert await seen(database, brand, "select 1 from customers") == []


async def _pencilled(database: Database, brand: Brand) -> UUID:
    """Sold to Ada, and not held any more."""
    booking = await _held(database, brand)
    await _fill(database, brand, _wish(booking))
    await write(database, brand, lambda tx: pencil_booking(tx, booking, 2, now=LATER, ids=Ids()))
    return booking


async def test_another_person_does_not_get_a_sold_tour_by_its_checkout(
    database: Database, brand: Brand
) -> None:
    """Only `transferBooking` hands a tour over, and it counts."""
    booking = await _pencilled(database, brand)
    await write(database, brand, lambda tx: a_customer(tx, name="Eve", email="eve@example.com"))
    before = await stored(database, brand)

    for email in ("eve@example.com", "nobody@example.com"):
        other = _wish(booking, expected_version=3, contact=replace(ADA, name="Eve", email=email))
        with pytest.raises(WrongState) as refused:
            await _fill(database, brand, other)
        assert refused.value.path == "contact.email"
    assert await stored(database, brand) == before


async def test_name_and_phone_of_a_sold_tour_are_corrected_and_its_customer_stays(
    database: Database, brand: Brand
) -> None:
    booking = await _pencilled(database, brand)
    whose = "select customer_id, customer_name, customer_phone, version from bookings"
    ((ada, *_),) = await seen(database, brand, whose)
    moved: Any = "update customers set email = 'ada@elsewhere.example' where id = %(id)s"
    await write(database, brand, lambda tx: tx.run(moved, {"id": ada}))

    right = replace(ADA, name="Ada Lovelace", phone="+15095550143")
    await _fill(database, brand, _wish(booking, expected_version=3, contact=right))

    assert await seen(database, brand, whose) == [(ada, "Ada Lovelace", "+15095550143", 4)]
    assert await seen(database, brand, "select name from customers") == [("Ada Guest",)]
