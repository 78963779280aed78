"""An accepted proposal becomes bookings: each day with its vans, every cent once, or nothing."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import DomainError, StaleVersion, VehicleBusy, WrongState
from domain.identity import Brand
from domain.proposal_bookings import Conversion, NoTourTime, Times
from domain.proposal_plans import Day, Stop
from services.proposal_conversions import convert_proposal
from tests.builders import a_brand, a_payment, a_vehicle, a_winery, write
from tests.db.refusals import stored
from tests.services.drafts import (
    FIRST,
    HEAD,
    IDS,
    LAST,
    NOW,
    a_sent_one,
    accepted_by_link,
    looked_at,
    with_plan,
)
from tests.services.trail import trail_of

STOP = Stop("custom", name="River", starts_at_local=time(10), minutes=120, driver_notes="Gate")
MIDDLE = FIRST + timedelta(days=1)
PLAN = tuple(Day(on, None, (STOP,)) for on in (FIRST, MIDDLE, LAST))
BOOKED = """
select b.number, b.status, b.source, b.party_size, b.total_cents, b.deposit_cents,
  extract(hour from b.starts_at at time zone 'America/Los_Angeles')::integer, b.driver_notes,
  (select count(*)::integer from booking_vehicles v where v.booking_id = b.id),
  (select count(*)::integer from blocks k where k.booking_id = b.id and k.released_at is null)
from bookings b where b.proposal_id = %(id)s order by b.starts_at
"""


def converting(proposal: UUID, version: int = 5, **times: Any) -> Any:
    return partial(convert_proposal, wish=Conversion(proposal, version, **times), now=NOW, ids=IDS)


async def an_accepted_one(database: Database, brand: Brand, plan: Any = PLAN, **head: Any) -> UUID:
    """Accepted at 1323.90, then planned: version 5."""
    proposal = await write(database, brand, lambda tx: a_sent_one(tx, replace(HEAD, **head)))
    await accepted_by_link(database, brand, proposal)
    if head.get("starts_on") == LAST:
        plan = PLAN[-1:]
    await write(database, brand, lambda tx: with_plan(tx, proposal, plan))
    return proposal  # type: ignore[no-any-return]


async def _refused(
    database: Database, settings: Settings, brand: Brand, work: Any, by: type[DomainError]
) -> None:
    before, told = await stored(database, brand), await trail_of(settings, brand)
    with pytest.raises(by):
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == told


async def test_each_day_is_a_booking_with_its_van_and_the_totals_sum_to_the_proposal(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await write(database, brand, a_vehicle)
    proposal = await an_accepted_one(database, brand)
    await write(database, brand, converting(proposal))
    rows = await write(database, brand, lambda tx: tx.rows(BOOKED, {"id": proposal}))
    facts = ("pending", "proposal", 8)
    assert rows == [
        ("WWT-2026-00001", *facts, 44_131, 22_066, 10, "Gate", 1, 1),
        ("WWT-2026-00002", *facts, 44_130, 22_065, 10, "Gate", 1, 1),
        ("WWT-2026-00003", *facts, 44_129, 22_064, 10, "Gate", 1, 1),
    ]
    assert sum(row[4] for row in rows) == 132_390
    assert (await looked_at(database, brand, proposal)).status == "converted"
    kinds = [event[1] for event in (await trail_of(settings, brand)).events[-4:]]
    assert kinds == ["BookingCreated"] * 3 + ["ProposalConverted"]


async def test_a_party_of_twenty_is_driven_in_two_vans_of_one_booking(
    database: Database, settings: Settings, brand: Brand
) -> None:
    for _ in range(2):
        await write(database, brand, a_vehicle)
    winery = await a_winery(settings)
    visit = Stop("winery", winery_id=winery, starts_at_local=time(11), minutes=60)
    day = {"starts_on": FIRST, "ends_on": FIRST, "party_size": 20}
    proposal = await an_accepted_one(database, brand, (Day(FIRST, None, (visit,)),), **day)
    await write(database, brand, converting(proposal))
    statement = "select party_size from booking_vehicles order by party_size"
    assert await write(database, brand, lambda tx: tx.rows(statement)) == [(6,), (14,)]
    found = await write(
        database, brand, lambda tx: tx.row("select tour_type, party_size from bookings")
    )
    assert found == ("wine_tour", 20)


async def test_a_deposit_that_was_paid_for_the_proposal_is_that_of_its_bookings(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, a_vehicle)
    statement = "select deposit_received_at from bookings where proposal_id = %(id)s"
    for cents, received_at in ((66_194, None), (66_195, NOW)):
        proposal = await an_accepted_one(database, brand, starts_on=LAST, ends_on=LAST)
        paid = {"proposal_id": proposal, "amount_cents": cents, "received_at": NOW}

        async def pay(tx: Transaction, paid: dict[str, Any] = paid) -> None:
            row = await tx.row("select customer_id from proposals where id = %(proposal_id)s", paid)
            assert row is not None
            await a_payment(tx, customer_id=row[0], created_at=NOW, **paid)

        await write(database, brand, pay)
        await write(database, brand, converting(proposal))
        row = await write(database, brand, lambda tx, own=proposal: tx.row(statement, {"id": own}))
        assert row == (received_at,)
        await write(database, brand, a_vehicle)


async def test_without_a_van_on_one_day_nothing_is_sold(
    database: Database, settings: Settings, brand: Brand
) -> None:
    van = await write(database, brand, a_vehicle)
    proposal = await an_accepted_one(database, brand)

    async def busy(tx: Transaction) -> None:
        await tx.run(
            "insert into blocks (id, vehicle_id, kind, starts_at, ends_at)"
            " values (%(id)s, %(van)s, 'maintenance', '2026-06-10', '2026-06-11')",
            {"id": IDS.new(), "van": van},
        )

    await write(database, brand, busy)
    await _refused(database, settings, brand, converting(proposal), VehicleBusy)


async def test_what_lacks_something_is_not_converted(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await write(database, brand, a_vehicle)
    proposal = await an_accepted_one(database, brand, (Day(FIRST),))
    await _refused(database, settings, brand, converting(proposal), NoTourTime)
    await _refused(database, settings, brand, converting(proposal, 4), StaleVersion)
    unsigned = await write(database, brand, a_sent_one)
    await _refused(database, settings, brand, converting(unsigned, 3), WrongState)
    named = {FIRST: Times(time(9), time(15))}
    await write(database, brand, converting(proposal, times=named))
    await _refused(database, settings, brand, converting(proposal, 6), WrongState)


async def test_of_two_conversions_at_once_one_sells(database: Database, brand: Brand) -> None:
    await write(database, brand, a_vehicle)
    proposal = await an_accepted_one(database, brand)
    done = await asyncio.gather(
        *(write(database, brand, converting(proposal)) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["StaleVersion", "UUID"]
    rows = await write(database, brand, lambda tx: tx.rows(BOOKED, {"id": proposal}))
    assert len(rows) == 3


async def test_of_two_proposals_for_the_last_van_of_a_day_one_is_sold_even_to_a_sister(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, brand, a_vehicle)
    pairs = [(each, await an_accepted_one(database, each)) for each in (brand, sister)]
    done = await asyncio.gather(
        *(write(database, each, converting(proposal)) for each, proposal in pairs),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["UUID", "VehicleBusy"]
