"""What guests cannot do with what they hold: end a running tour, move a hold, take back twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import IntegrityError

from bootstrap.settings import Settings
from db import tasks
from db.database import Database, Transaction
from domain.bookings import NewTimes
from domain.errors import InvalidInput, NotFound, VehicleBusy, WrongState
from domain.identity import Brand, Kind
from domain.payments import NewPayment
from domain.sales import Buyer
from services.bookings import reschedule_booking
from services.cancellations import Cancellation, cancel_booking, quote_cancellation
from services.holds import expire_hold
from services.payments import record_payment
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_payment,
    a_principal,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.db.rows import a_proposal, a_task
from tests.services.selling import ADA, NOW, Ids, create, hold, open_shop, seen, wanted

STATUS = "select status, version from bookings"


def _guest(database: Database, brand: Brand, booking: UUID) -> Any:
    return database.session(a_principal(brand, Kind.LINK, object_id=booking))


async def test_a_guest_ends_no_tour_that_has_begun(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    booking = await create(database, brand, await wanted(database, brand))
    wish = Cancellation(booking, 1, "Enough", 0)

    for at in (START, START + timedelta(hours=7)):
        with pytest.raises(WrongState, match="has begun"):
            await _guest(database, brand, booking).write(
                lambda tx, at=at: cancel_booking(tx, wish, now=at, ids=Ids())
            )
    assert await seen(database, brand, STATUS) == [("pending", 1)]


async def test_whoever_has_used_the_one_move_takes_no_deposit_back(
    database: Database, brand: Brand
) -> None:
    async def setup(tx: Transaction) -> tuple[UUID, UUID]:
        kept = {"deposit_received_at": START - timedelta(days=30), "starts_at": START}
        return await a_booking(tx, **kept, guest_moves=1), await a_booking(tx, **kept)

    moved, stayed = await write(database, brand, setup)
    long_before = START - timedelta(days=60)

    async with database.session(a_principal(brand)).read() as tx:
        refunds = [
            (await quote_cancellation(tx, each, now=long_before))[0].total_cents
            for each in (moved, stayed)
        ]
        ours = await quote_cancellation(tx, moved, our_fault=True, now=long_before)

    assert refunds == [0, 31094]
    assert ours[0].total_cents == 31094


async def test_a_guest_holds_another_time_instead_of_moving_a_hold(
    database: Database, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    booking = await hold(database, brand, await wanted(database, brand))
    later = NewTimes(booking, START + timedelta(days=5), None, 1)

    with pytest.raises(WrongState, match="another price"):
        await _guest(database, brand, booking).write(
            lambda tx: reschedule_booking(tx, later, now=NOW, ids=Ids())
        )
    assert await seen(database, brand, "select starts_at from bookings") == [(START,)]


async def test_what_is_paid_for_is_no_longer_a_hold_that_runs_out(
    database: Database, brand: Brand
) -> None:
    """Failure 18: a payment that came with its hold was lost."""
    await open_shop(database, brand, 14)
    new = await wanted(database, brand)
    booking = await hold(database, brand, new)
    sold_to = "update bookings set customer_id = %(customer)s where id = %(id)s"
    customer = await write(database, brand, a_customer)
    await write(database, brand, lambda tx: tx.run(sold_to, {"customer": customer, "id": booking}))
    paid = NewPayment(booking, "deposit", "cash", 31094, None, NOW)

    await write(
        database,
        brand,
        lambda tx: record_payment(tx, paid, id=new_id(), now=NOW, ids=Ids()),
    )
    worker = database.session(a_principal(brand, Kind.WORKER))
    later = NOW + timedelta(hours=1)
    assert not await worker.write(lambda tx: expire_hold(tx, booking, now=later, ids=Ids()))

    assert await seen(database, brand, STATUS) == [("pending", 3)]
    blocks = "select kind, expires_at, released_at from blocks"
    assert await seen(database, brand, blocks) == [("booking", None, None)]


@pytest.mark.parametrize("swept", [True, False])
async def test_a_hold_that_is_paid_after_its_time_comes_back_while_its_van_is_free(
    database: Database, brand: Brand, *, swept: bool
) -> None:
    """Failure 18: a payment that came after its hold was lost."""
    booking, paid = await _unpaid(database, brand)
    later = paid.received_at
    if swept:
        worker = database.session(a_principal(brand, Kind.WORKER))
        assert await worker.write(lambda tx: expire_hold(tx, booking, now=later, ids=Ids()))

    await write(
        database, brand, lambda tx: record_payment(tx, paid, id=new_id(), now=later, ids=Ids())
    )

    found = "select status, deposit_received_at from bookings"
    assert await seen(database, brand, found) == [("pending", later)]
    live = "select kind, expires_at from blocks where released_at is null"
    assert await seen(database, brand, live) == [("booking", None)]
    history = "select kind, entity_version from events where entity = 'booking' order by id"
    assert await seen(database, brand, history) == [
        ("BookingHeld", 1),
        ("HoldExpired", 2),
        ("BookingPencilled", 3),
        ("DepositReceived", 4),
    ]


async def test_a_hold_that_is_paid_after_another_party_took_its_van_stays_over(
    database: Database, brand: Brand
) -> None:
    booking, paid = await _unpaid(database, brand)
    later = paid.received_at
    other = await wanted(database, brand)
    await create(database, brand, other, now=later)

    with pytest.raises(VehicleBusy):
        await write(
            database, brand, lambda tx: record_payment(tx, paid, id=new_id(), now=later, ids=Ids())
        )

    status = "select status from bookings where id = %(id)s"
    assert await seen(database, brand, status, id=booking) == [("held",)]
    assert await seen(database, brand, "select count(*) from payments") == [(0,)]


async def _unpaid(database: Database, brand: Brand) -> tuple[UUID, NewPayment]:
    """A hold for the only van, and its deposit, which comes an hour too late."""
    await open_shop(database, brand, 14)
    booking = await hold(database, brand, await wanted(database, brand))
    sold_to = "update bookings set customer_id = %(customer)s where id = %(id)s"
    customer = await write(database, brand, a_customer)
    await write(database, brand, lambda tx: tx.run(sold_to, {"customer": customer, "id": booking}))
    late = NOW + timedelta(hours=1)
    return booking, NewPayment(booking, "deposit", "cash", 31094, None, late)


async def test_what_a_proposal_was_paid_comes_back_by_each_tours_part(
    database: Database, brand: Brand
) -> None:
    async def setup(tx: Transaction) -> list[UUID]:
        customer = await a_customer(tx)
        proposal = await a_proposal(tx, customer_id=customer, status="accepted")
        sums = ((57000, 5187, 62187, 31094), (28500, 2594, 31094, 15547))
        bookings = [
            await a_booking(
                tx,
                customer_id=customer,
                proposal_id=proposal,
                starts_at=START + timedelta(days=day),
                subtotal_cents=subtotal,
                tax_cents=tax,
                total_cents=total,
                deposit_cents=deposit,
            )
            for day, (subtotal, tax, total, deposit) in enumerate(sums)
        ]
        await a_payment(tx, proposal_id=proposal, customer_id=customer, amount_cents=46641)
        return bookings

    large, small = await write(database, brand, setup)
    long_before = START - timedelta(days=60)

    async with database.session(a_principal(brand)).read() as tx:
        refunds = [
            (await quote_cancellation(tx, each, now=long_before))[0].total_cents
            for each in (large, small)
        ]
    assert refunds == [31093, 15547]  # A cent that cannot be divided stays.
    with pytest.raises(WrongState, match="proposal"):
        async with _guest(database, brand, large).read() as tx:
            await quote_cancellation(tx, large, now=long_before)


@pytest.mark.parametrize(
    "change",
    [
        {"tour_type": "shared_tour", "code": "shared"},
        {"tour_type": "wine_tour", "code": "ride", "minutes": 300},
        {"tour_type": "local_transfer", "code": "ride", "minutes": 181},
    ],
)
async def test_a_whole_van_is_not_sold_for_a_seat_or_a_short_ride(
    database: Database, brand: Brand, change: dict[str, Any]
) -> None:
    await open_shop(database, brand, 14)
    await write(database, brand, _other_prices)

    with pytest.raises(InvalidInput) as refused:
        await create(database, brand, await wanted(database, brand, **change))

    assert refused.value.path == "quoteToken"
    assert await seen(database, brand, "select 1 from bookings") == []


async def test_a_short_ride_is_sold_as_what_it_is(database: Database, brand: Brand) -> None:
    await open_shop(database, brand, 14)
    await write(database, brand, _other_prices)
    ride = {"tour_type": "local_transfer", "code": "ride", "minutes": 60, "miles": 5}

    await create(database, brand, await wanted(database, brand, **ride))

    assert await seen(database, brand, "select subtotal_cents from bookings") == [(10000,)]


async def test_a_customer_of_another_brand_is_nobody_whatever_contact_is_named(
    database: Database, brand: Brand, settings: Settings
) -> None:
    await open_shop(database, brand, 14)
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_customer)
    new = await wanted(database, brand)

    for buyer in (Buyer(theirs), Buyer(theirs, ADA)):
        with pytest.raises(NotFound):
            await create(database, brand, replace(new, buyer=buyer))
    with pytest.raises(NotFound):
        await create(database, brand, replace(new, inquiry_id=new_id()))
    assert await seen(database, brand, "select 1 from bookings") == []


async def _other_prices(tx: Transaction) -> None:
    """A ride of 100.00 with ten miles, and a seat of 95.00."""
    since = {"effective_from": "2020-01-01"}
    for kind, code, cents in (
        ("transfer_flat", "ride", 10000),
        ("transfer_mile", "ride_mile", 300),
    ):
        await tx.run(
            "insert into rate_cards (id, kind, code, guests_min, guests_max, rate_cents,"
            " miles_included, effective_from) values (%(id)s, %(kind)s, %(code)s, 1, 14, %(cents)s,"
            " 10, %(effective_from)s::date)",
            {"id": new_id(), "kind": kind, "code": code, "cents": cents, **since},
        )
    await tx.run(
        "insert into tour_packages (id, code, name, pricing, price_cents, minutes, guests_min,"
        " guests_max, effective_from) values (%(id)s, 'shared', 'Shared', 'per_person', 9500, 360,"
        " 1, 14, %(effective_from)s::date)",
        {"id": new_id(), **since},
    )


@pytest.mark.parametrize("kind", ["refund", "refund_if_won", "settle_deposit", "call"])
async def test_a_guest_settles_nothing_that_staff_give_back_or_decide(
    database: Database, brand: Brand, kind: str
) -> None:
    booking = new_id()
    await write(database, brand, lambda tx: a_task(tx, kind=kind, subject_id=booking))
    before = await stored(database, brand)

    with pytest.raises(IntegrityError) as refused:
        await _guest(database, brand, booking).write(
            lambda tx: tasks.settle(tx, booking, kind, now=NOW)
        )
    assert refused.value.diag.constraint_name == "tasks_guests_word"
    assert await stored(database, brand) == before
