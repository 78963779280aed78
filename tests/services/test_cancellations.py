"""From the pencil to the confirmation, and off again for the refund that was quoted."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.booking_states import HoldExpired, RefundChanged
from domain.errors import InvalidInput, NotFound, StaleVersion, VehicleBusy, WrongState
from domain.identity import Brand, Kind
from domain.payments import AmountExceedsDue, NewPayment
from services.cancellations import Cancellation, cancel_booking, quote_cancellation
from services.confirmations import confirm_booking, pencil_booking
from services.payments import record_payment
from tests.builders import START, a_principal, new_id, write
from tests.services.selling import NOW, Ids, create, hold, open_shop, seen, wanted
from tests.services.trail import trail_of

STATE = "select status, version from bookings where id = %(id)s"
OFF = "select status, cancel_reason, refund_due_cents from bookings where id = %(id)s"


async def _sold(database: Database, brand: Brand, *, now: datetime = NOW, **values: Any) -> UUID:
    await open_shop(database, brand, 14)
    return await create(database, brand, await wanted(database, brand, **values), now=now)


async def _pay(
    database: Database, brand: Brand, booking: UUID, cents: int, *, now: datetime = NOW
) -> UUID:
    new = NewPayment(booking, "deposit", "check", cents, "No 17", now)
    id = new_id()
    paid: UUID = await write(
        database, brand, lambda tx: record_payment(tx, new, id=id, now=now, ids=Ids())
    )
    return paid


async def _confirm(
    database: Database, brand: Brand, booking: UUID, version: int, waiver: str | None = None
) -> None:
    await write(
        database,
        brand,
        lambda tx: confirm_booking(tx, booking, version, waiver=waiver, now=NOW, ids=Ids()),
    )


async def _cancel(
    database: Database, brand: Brand, wish: Cancellation, *, now: datetime = NOW
) -> None:
    await write(database, brand, lambda tx: cancel_booking(tx, wish, now=now, ids=Ids()))


async def test_a_booking_is_confirmed_by_its_deposit_and_not_before(
    database: Database, brand: Brand
) -> None:
    """Failure 1: bookings were confirmed and marked paid without any charge."""
    booking = await _sold(database, brand)

    with pytest.raises(WrongState):
        await _confirm(database, brand, booking, 1)
    await _pay(database, brand, booking, 31093)
    with pytest.raises(WrongState):
        await _confirm(database, brand, booking, 1)
    await _pay(database, brand, booking, 1)
    await _confirm(database, brand, booking, 2)

    assert await seen(database, brand, STATE, id=booking) == [("confirmed", 3)]
    kinds = await seen(database, brand, "select kind from events order by id")
    assert [kind for (kind,) in kinds][2:] == [
        "PaymentRecorded",
        "PaymentRecorded",
        "DepositReceived",
        "BookingConfirmed",
    ]


async def test_a_deposit_is_waived_for_a_reason_that_is_kept(
    database: Database, brand: Brand
) -> None:
    booking = await _sold(database, brand)

    with pytest.raises(InvalidInput):
        await _confirm(database, brand, booking, 1, "  ")
    await _confirm(database, brand, booking, 1, "An old friend of the house")

    row = "select status, deposit_waiver_reason from bookings"
    assert await seen(database, brand, row) == [("confirmed", "An old friend of the house")]


async def test_more_than_is_owed_is_not_recorded(database: Database, brand: Brand) -> None:
    booking = await _sold(database, brand)
    await _pay(database, brand, booking, 62000)

    with pytest.raises(AmountExceedsDue, match=r"\$1\.87 is still owed"):
        await _pay(database, brand, booking, 188)
    for cents in (0, -5):
        with pytest.raises(InvalidInput):
            await _pay(database, brand, booking, cents)
    assert await seen(database, brand, "select amount_cents from payments") == [(62000,)]


@pytest.mark.parametrize(
    ("days", "from_deposit", "beyond"),
    [(45, 31094, 10000), (44, 15547, 10000), (21, 15547, 10000), (20, 0, 10000), (1, 0, 10000)],
)
async def test_the_refund_is_quoted_by_the_policy_of_the_sale_in_the_brands_own_days(
    database: Database, brand: Brand, days: int, from_deposit: int, beyond: int
) -> None:
    """Failure 16: cancel windows were computed in UTC; here it is still the evening before."""
    sold_at = START - timedelta(days=60)
    booking = await _sold(database, brand, now=sold_at)
    await _pay(database, brand, booking, 31094, now=sold_at)
    await _pay(database, brand, booking, 10000, now=sold_at)
    evening = START - timedelta(days=days) + timedelta(hours=13, minutes=30)

    async with database.session(a_principal(brand)).read() as tx:
        quoted, currency = await quote_cancellation(tx, booking, now=evening)

    assert (quoted.days_before, quoted.from_deposit_cents, quoted.beyond_deposit_cents) == (
        days,
        from_deposit,
        beyond,
    )
    assert currency == "USD"


async def test_a_cancelled_booking_frees_its_van_and_tells_staff_and_its_customer(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await _sold(database, brand, now=START - timedelta(days=30))
    await _pay(database, brand, booking, 31094)
    wish = Cancellation(booking, 2, "Rain", 15547)

    with pytest.raises(RefundChanged, match=r"^\$310\.94 was quoted; \$155\.47 would come back"):
        await _cancel(
            database,
            brand,
            replace(wish, quoted_refund_cents=31094),
            now=START - timedelta(days=30),
        )
    await _cancel(database, brand, wish, now=START - timedelta(days=30))

    assert await seen(database, brand, OFF, id=booking) == [("cancelled", "Rain", 15547)]
    tasks = "select kind, title, subject_id from tasks"
    assert await seen(database, brand, tasks) == [
        ("refund", "Give back $155.47 for WWT-2026-00001", booking)
    ]
    trail = await trail_of(settings, brand)
    cancelled = next(event[0] for event in trail.events if event[1] == "BookingCancelled")
    told = {"booking_id": str(booking), "event_id": str(cancelled)}
    assert [(job[0], job[3] | told == job[3]) for job in trail.jobs] == [
        ("tell_customer_of_cancellation", True)
    ]
    await create(database, brand, await wanted(database, brand))


async def test_what_is_our_fault_comes_back_whole(database: Database, brand: Brand) -> None:
    booking = await _sold(database, brand)
    await _pay(database, brand, booking, 31094)

    await _cancel(database, brand, Cancellation(booking, 2, "No driver", 31094, our_fault=True))

    assert await seen(database, brand, OFF, id=booking) == [("cancelled", "No driver", 31094)]


async def test_a_guest_calls_their_own_booking_off_and_no_other(
    database: Database, brand: Brand
) -> None:
    booking = await _sold(database, brand)
    wish = Cancellation(booking, 1, "Ill", 0)
    other = database.session(a_principal(brand, Kind.LINK, object_id=new_id()))
    guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))

    with pytest.raises(NotFound):
        await other.write(lambda tx: cancel_booking(tx, wish, now=NOW, ids=Ids()))
    await guest.write(lambda tx: cancel_booking(tx, wish, now=NOW, ids=Ids()))

    assert await seen(database, brand, OFF, id=booking) == [("cancelled", "Ill", None)]


async def test_what_is_stale_or_over_is_not_cancelled(database: Database, brand: Brand) -> None:
    booking = await _sold(database, brand)
    with pytest.raises(StaleVersion):
        await _cancel(database, brand, Cancellation(booking, 9, "x", 0))
    await _cancel(database, brand, Cancellation(booking, 1, "x", 0))

    with pytest.raises(WrongState, match="The booking is cancelled already"):
        await _cancel(database, brand, Cancellation(booking, 2, "x", 0))

    async def quoting(tx: Transaction, of: UUID = booking) -> Any:
        return await quote_cancellation(tx, of, now=NOW)

    with pytest.raises(WrongState) as over:
        await write(database, brand, quoting)
    with pytest.raises(NotFound) as nobodys:
        await write(database, brand, lambda tx: quoting(tx, new_id()))
    assert (over.value.path, nobodys.value.path) == ("bookingId", "bookingId")
    assert await seen(database, brand, STATE, id=booking) == [("cancelled", 2)]


async def test_a_draft_is_pencilled_in_when_a_van_is_free(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    new = await wanted(database, brand)
    first, second = [await create(database, brand, replace(new, begins="draft")) for _ in range(2)]

    async def pencil(booking: UUID) -> None:
        await write(database, brand, lambda tx: pencil_booking(tx, booking, 1, now=NOW, ids=Ids()))

    await pencil(first)
    with pytest.raises(VehicleBusy):
        await pencil(second)

    assert await seen(database, brand, STATE, id=first) == [("pending", 2)]
    assert await seen(database, brand, STATE, id=second) == [("draft", 1)]
    assert len(await seen(database, brand, "select 1 from blocks")) == 1


async def test_a_hold_is_pencilled_in_while_it_lasts_and_for_somebody(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await hold(database, brand, await wanted(database, brand))

    def pencil(at: datetime) -> Any:
        return lambda tx: pencil_booking(tx, booking, 1, now=at, ids=Ids())

    with pytest.raises(WrongState, match="`pencilBooking`, or record its payment with `record"):
        await _confirm(database, brand, booking, 1)
    with pytest.raises(WrongState, match="who books"):
        await write(database, brand, pencil(NOW))
    with pytest.raises(HoldExpired):
        await write(database, brand, pencil(NOW + timedelta(minutes=15)))
    assert await seen(database, brand, STATE, id=booking) == [("held", 1)]


async def test_of_who_confirms_and_who_cancels_at_once_both_see_what_the_other_did(
    database: Database, brand: Brand
) -> None:
    booking = await _sold(database, brand)

    told = await asyncio.gather(
        _confirm(database, brand, booking, 1, "A friend"),
        _cancel(database, brand, Cancellation(booking, 1, "Ill", 0)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in told) == ["NoneType", "StaleVersion"]
    ((status, version),) = await seen(database, brand, STATE, id=booking)
    assert (status, version) in {("confirmed", 2), ("cancelled", 2)}
