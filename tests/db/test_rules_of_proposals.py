"""What a proposal adds up to, what stays as it was accepted, and what a final plan keeps."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.errors import RuleBroken, WrongState
from domain.identity import Brand, Kind
from tests.builders import a_booking, write
from tests.db.refusals import assert_refused, assert_second_is_refused, doing, found
from tests.db.rows import (
    DAY,
    OF_ONE_LINE,
    a_guest,
    a_proposal,
    a_proposal_day,
    a_proposal_stop,
    an_inclusion,
)


async def _billed(tx: Transaction, shares: list[dict[str, Any]], status: str = "accepted") -> UUID:
    """A proposal of 100.00, split over its guests."""
    none = ("discount_ppm", "gratuity_ppm", "discount_cents", "tax_cents", "gratuity_cents")
    money = {"subtotal_cents": 10000, **dict.fromkeys(none, 0)}
    totals = {"total_cents": 10000, "deposit_cents": 5000}
    proposal = await a_proposal(tx, **money, **totals, status=status, individual_billing=True)
    for position, share in enumerate(shares, start=1):
        await a_guest(tx, proposal_id=proposal, position=position, **share)
    return proposal


SPLIT: list[dict[str, Any]] = [
    {"override_cents": 4000, "owed_cents": 4000},
    {"sponsored": True, "owed_cents": 0},
    {"owed_cents": 3000},
    {"owed_cents": 3000},
]


async def test_shares_that_sum_to_the_total_are_stored(database: Database, brand: Brand) -> None:
    proposal = await write(database, brand, lambda tx: _billed(tx, SPLIT))
    owed = "select sum(owed_cents)::integer from proposal_guests where proposal_id = %(id)s"
    assert await found(database, brand, owed, id=proposal) == 10000


@pytest.mark.parametrize(
    "shares",
    [
        [*SPLIT[:3], {"owed_cents": 2999}],
        [*SPLIT[:3], {"owed_cents": 3001}],
        [*SPLIT[:3], {}],
        SPLIT[:3],
    ],
)
async def test_shares_a_cent_off_the_total_are_refused(
    database: Database, brand: Brand, shares: list[dict[str, Any]]
) -> None:
    await assert_refused(database, brand, lambda tx: _billed(tx, shares), RuleBroken)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from proposal_guests where proposal_id = %(id)s and position = 4",
        "update proposal_guests set owed_cents = 1 where proposal_id = %(id)s and position = 3",
        "update proposal_guests set sponsored = true where proposal_id = %(id)s and position = 1",
        "update proposal_guests set override_cents = 3000"
        " where proposal_id = %(id)s and position = 3",
    ],
)
async def test_a_share_of_what_was_accepted_is_not_changed(
    database: Database, brand: Brand, statement: str
) -> None:
    proposal = await write(database, brand, lambda tx: _billed(tx, SPLIT))

    async def change(tx: Transaction) -> None:
        assert await tx.run(statement, {"id": proposal}) == 1

    await assert_refused(database, brand, change, WrongState)


async def test_a_guest_who_comes_later_adds_no_share(database: Database, brand: Brand) -> None:
    proposal = await write(database, brand, lambda tx: _billed(tx, SPLIT))

    async def join(tx: Transaction, **share: Any) -> None:
        await a_guest(tx, proposal_id=proposal, position=5, **share)

    await assert_refused(database, brand, lambda tx: join(tx, owed_cents=1), RuleBroken)
    await assert_refused(database, brand, join, RuleBroken)
    await write(database, brand, lambda tx: join(tx, sponsored=True, owed_cents=0))


@pytest.mark.parametrize("status", ["accepted", "converted"])
@pytest.mark.parametrize(
    "change",
    [
        "tax_cents = 1, total_cents = 10001",
        "deposit_cents = 4999",
        "gratuity_ppm = 1",
        "currency = 'EUR'",
        "party_size = 4",
        "individual_billing = false",
        "signature_name = 'Eve'",
        "ends_on = ends_on + 1",
    ],
)
async def test_what_was_accepted_is_not_priced_anew(
    database: Database, brand: Brand, status: str, change: str
) -> None:
    proposal = await write(database, brand, lambda tx: _billed(tx, SPLIT, status))

    async def set_to(tx: Transaction, values: str) -> None:
        statement: Any = f"update proposals set {values} where id = %(id)s"  # noqa: S608
        assert await tx.run(statement, {"id": proposal}) == 1

    await assert_refused(database, brand, lambda tx: set_to(tx, change), WrongState)
    await write(database, brand, lambda tx: set_to(tx, "title = 'Four days', total_cents = 10000"))


async def test_of_two_at_once_that_leave_shares_off_the_total_one_is_refused(
    database: Database, brand: Brand
) -> None:
    """Each alone keeps the fixed shares within the total; both together would pass it."""
    shares: list[dict[str, Any]] = [{"override_cents": 4000}, {"override_cents": 4000}]
    proposal = await write(database, brand, lambda tx: _billed(tx, shares, "draft"))

    async def raise_share(tx: Transaction, position: int) -> None:
        statement = (
            "update proposal_guests set override_cents = 6000"
            " where proposal_id = %(id)s and position = %(position)s"
        )
        assert await tx.run(statement, {"id": proposal, "position": position}) == 1

    await assert_second_is_refused(
        database,
        brand,
        partial(raise_share, position=1),
        partial(raise_share, position=2),
        RuleBroken,
    )


async def test_fixed_shares_do_not_pass_the_total_even_of_a_draft(
    database: Database, brand: Brand
) -> None:
    within: list[dict[str, Any]] = [{"override_cents": 4000}, {"override_cents": 6000}]
    await write(database, brand, lambda tx: _billed(tx, within, "draft"))
    beyond: list[dict[str, Any]] = [{"override_cents": 4000}, {"override_cents": 6001}]
    await assert_refused(database, brand, lambda tx: _billed(tx, beyond, "draft"), RuleBroken)


LINES = "select sum(line_cents)::integer from proposal_inclusions where proposal_id = %(id)s"
ACCEPT = "update proposals set status = 'accepted' where id = %(id)s"
FINALIZE = "update proposals set planning_phase = 'finalized' where id = %(id)s"
PHASE = "update proposals set planning_phase = '{0}' where id = %(id)s"


async def _quoted(tx: Transaction, **values: Any) -> UUID:
    """A proposal of 1.00 with its one line, shown to the client."""
    proposal = await a_proposal(tx, **{**OF_ONE_LINE, "status": "viewed", **values})
    await an_inclusion(tx, proposal_id=proposal)
    return proposal


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ({"unit_cents": 100, "line_cents": 100}, True),
        ({"unit_cents": 99, "line_cents": 99}, False),
        ({"unit_cents": 50, "line_cents": 100, "quantity": 2}, True),
        ({"unit_cents": 99, "line_cents": 100}, False),
        ({"unit_cents": 20, "line_cents": 100, "pricing": "per_person"}, True),
        ({"unit_cents": 20, "line_cents": 100, "pricing": "per_person", "quantity": 9}, True),
        ({"unit_cents": 20, "line_cents": 100, "pricing": "per_day"}, False),
        ({"unit_cents": 100, "line_cents": 100, "pricing": "per_day"}, True),
    ],
)
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_lines_add_up_and_sum_to_the_subtotal(
    database: Database, brand: Brand, line: dict[str, Any], kind: Kind, *, passes: bool
) -> None:
    async def work(tx: Transaction) -> UUID:
        proposal = await a_proposal(tx, **OF_ONE_LINE, party_size=5)
        await an_inclusion(tx, proposal_id=proposal, **line)
        return proposal

    if passes:
        proposal = await write(database, brand, work, kind=kind)
        assert await found(database, brand, LINES, id=proposal) == 100
    else:
        await assert_refused(database, brand, work, RuleBroken, kind=kind)


@pytest.mark.parametrize(
    "fault",
    [
        "update proposal_inclusions set line_cents = 101, unit_cents = 101"
        " where proposal_id = %(id)s",
        "update proposals set subtotal_cents = 101, total_cents = 110 where id = %(id)s",
        "update proposal_inclusions set pricing = 'per_person' where proposal_id = %(id)s",
    ],
)
async def test_a_draft_is_priced_anew_as_a_whole(
    database: Database, brand: Brand, fault: str
) -> None:
    proposal = await write(database, brand, lambda tx: _quoted(tx, status="draft"))
    await assert_refused(database, brand, doing(fault, id=proposal), RuleBroken)
    both = (
        "update proposals set subtotal_cents = 101, total_cents = 110 where id = %(id)s",
        "update proposal_inclusions set line_cents = 101, unit_cents = 101"
        " where proposal_id = %(id)s",
    )
    await write(database, brand, doing(*both, id=proposal))


async def test_a_proposal_is_accepted_with_all_of_its_lines(
    database: Database, brand: Brand
) -> None:
    bare = await write(database, brand, lambda tx: a_proposal(tx, **OF_ONE_LINE, status="viewed"))
    await assert_refused(database, brand, doing(ACCEPT, id=bare), RuleBroken)
    whole = await write(database, brand, _quoted)
    await write(database, brand, doing(ACCEPT, id=whole))


@pytest.mark.parametrize("status", ["accepted", "converted"])
@pytest.mark.parametrize(
    "fault",
    [
        "delete from proposal_inclusions where proposal_id = %(id)s",
        "update proposal_inclusions set taxable = false where proposal_id = %(id)s",
        "update proposal_inclusions set label = 'Dinner' where proposal_id = %(id)s",
    ],
)
async def test_a_line_of_what_was_accepted_is_not_changed(
    database: Database, brand: Brand, status: str, fault: str
) -> None:
    proposal = await write(database, brand, lambda tx: a_proposal(tx, status=status))
    await assert_refused(database, brand, doing(fault, id=proposal), WrongState)


async def test_what_is_added_to_what_was_accepted_costs_nothing(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, lambda tx: a_proposal(tx, status="accepted"))

    async def add(tx: Transaction, cents: int) -> None:
        line = {"unit_cents": cents, "line_cents": cents, "position": 2}
        await an_inclusion(tx, proposal_id=proposal, **line)

    await assert_refused(database, brand, partial(add, cents=1), RuleBroken)
    await write(database, brand, partial(add, cents=0))


async def test_of_who_accepts_and_who_changes_a_line_at_once_one_is_refused(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, _quoted)
    change = "update proposal_inclusions set taxable = false where proposal_id = %(id)s"
    await assert_second_is_refused(
        database, brand, doing(ACCEPT, id=proposal), doing(change, id=proposal), WrongState
    )


async def test_of_two_at_once_that_leave_lines_off_the_subtotal_one_is_refused(
    database: Database, brand: Brand
) -> None:
    """Each alone brings all lines of a draft that had none."""
    proposal = await write(database, brand, lambda tx: a_proposal(tx, **OF_ONE_LINE))

    async def add(tx: Transaction, position: int) -> None:
        await an_inclusion(tx, proposal_id=proposal, position=position)

    first, second = (partial(add, position=position) for position in (1, 2))
    await assert_second_is_refused(database, brand, first, second, RuleBroken)


MOVES = (
    "update proposal_days set title = 'Harvest' where proposal_id = %(id)s",
    "update proposal_stops set minutes = 90 where proposal_id = %(id)s",
    "delete from proposal_stops where proposal_id = %(id)s",
    "delete from proposal_days where proposal_id = %(id)s",
)


async def _planned(tx: Transaction) -> UUID:
    """An accepted proposal that is being planned, with a day and a stop."""
    proposal = await a_proposal(tx, status="accepted", planning_phase="active_planning")
    day = await a_proposal_day(tx, proposal_id=proposal)
    await a_proposal_stop(tx, proposal_id=proposal, day_id=day)
    return proposal


async def test_the_itinerary_of_what_was_accepted_moves_until_it_is_final(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, _planned)
    await write(database, brand, doing(*MOVES, id=proposal))


@pytest.mark.parametrize(
    "fault", [*MOVES, "update proposals set starts_on = starts_on - 1 where id = %(id)s"]
)
async def test_a_final_plan_is_not_changed(database: Database, brand: Brand, fault: str) -> None:
    proposal = await write(database, brand, _planned)
    await write(database, brand, doing(FINALIZE, id=proposal))
    await assert_refused(database, brand, doing(fault, id=proposal), WrongState)

    async def add(tx: Transaction) -> None:
        await a_proposal_day(tx, proposal_id=proposal, position=2)

    await assert_refused(database, brand, add, WrongState)


async def test_a_day_that_is_added_while_the_plan_becomes_final_is_refused(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, _planned)

    async def add(tx: Transaction) -> None:
        await a_proposal_day(tx, proposal_id=proposal, position=2)

    await assert_second_is_refused(database, brand, doing(FINALIZE, id=proposal), add, WrongState)


@pytest.mark.parametrize(
    ("origin", "target", "passes"),
    [
        ("proposal", "active_planning", True),
        ("active_planning", "finalized", True),
        ("proposal", "finalized", False),
        ("active_planning", "proposal", False),
        ("finalized", "active_planning", False),
        ("finalized", "proposal", False),
        ("finalized", "finalized", True),
    ],
)
async def test_planning_goes_on_from_phase_to_phase(
    database: Database, brand: Brand, origin: str, target: str, *, passes: bool
) -> None:
    proposal = await write(database, brand, lambda tx: a_proposal(tx, planning_phase=origin))
    step = doing(PHASE.format(target), id=proposal)
    if passes:
        await write(database, brand, step)
    else:
        await assert_refused(database, brand, step, WrongState)


SHRINK = "update proposals set starts_on = starts_on + 1, ends_on = ends_on + 1 where id = %(id)s"


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_day_is_one_of_the_proposals(database: Database, brand: Brand, days: int) -> None:
    outside = DAY.replace(day=DAY.day + days)
    proposal = await write(database, brand, a_proposal)

    async def add(tx: Transaction) -> None:
        await a_proposal_day(tx, proposal_id=proposal, on_date=outside)

    await assert_refused(database, brand, add, RuleBroken)
    await write(database, brand, lambda tx: a_proposal_day(tx, proposal_id=proposal))
    await assert_refused(database, brand, doing(SHRINK, id=proposal), RuleBroken)
    shift = "update proposal_days set on_date = on_date + 1 where proposal_id = %(id)s"
    await write(database, brand, doing(SHRINK, shift, id=proposal))


async def test_a_day_that_is_added_while_the_dates_move_is_refused(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, a_proposal)

    async def add(tx: Transaction) -> None:
        await a_proposal_day(tx, proposal_id=proposal)

    await assert_second_is_refused(database, brand, doing(SHRINK, id=proposal), add, RuleBroken)


async def test_a_converted_proposal_is_a_booking(database: Database, brand: Brand) -> None:
    proposal = await write(database, brand, lambda tx: a_proposal(tx, status="accepted"))
    convert = doing("update proposals set status = 'converted' where id = %(id)s", id=proposal)

    async def sell(tx: Transaction) -> None:
        await convert(tx)
        await a_booking(tx, proposal_id=proposal)

    await assert_refused(database, brand, convert, "proposals_convert_into_bookings")
    await write(database, brand, sell)
