"""Drafting a proposal: numbered, planned, priced and split as one, or not at all."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import proposal_plans, proposal_prices
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.pricing import OverridesExceedTotal
from domain.proposal_plans import Day, Stop
from domain.proposals import HeadChange, NewProposal
from services.proposals import create_proposal, set_proposal_inclusions, update_proposal
from tests.builders import a_brand, a_customer, a_principal, a_winery, new_id, write
from tests.db.refusals import stored
from tests.services.drafts import (
    FIRST,
    HEAD,
    IDS,
    LAST,
    LINES,
    NOW,
    TRANSPORT,
    a_draft,
    a_guest,
    a_priced_draft,
    a_sent_one,
    accepted_by_link,
    behind,
    looked_at,
    shares,
    with_guests,
    with_lines,
    with_plan,
)
from tests.services.trail import trail_of

Work = Callable[[Transaction], Awaitable[Any]]
MINUTE = timedelta(minutes=1)
BILLED = replace(HEAD, individual_billing=True)


def updating(proposal: UUID, version: int, **named: Any) -> Work:
    wish = HeadChange(proposal, version, named)
    return partial(update_proposal, wish=wish, now=NOW, ids=IDS)


async def _refused(
    database: Database, settings: Settings, brand: Brand, work: Work, by: type[DomainError]
) -> DomainError:
    before, told = await stored(database, brand), await trail_of(settings, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == told
    return refused.value


async def test_drafts_are_numbered_in_the_local_year_of_the_brand_and_told_with_all_their_values(
    database: Database, settings: Settings, brand: Brand
) -> None:
    head = replace(HEAD, client_notes="We love Syrah")
    made = [await write(database, brand, lambda tx: a_draft(tx, head)) for _ in range(2)]
    found = [await looked_at(database, brand, each) for each in made]
    assert [each.number for each in found] == ["WWT-TP-2026-00001", "WWT-TP-2026-00002"]
    assert {(each.status, each.version, each.sums.total_cents) for each in found} == {
        ("draft", 1, 0)
    }
    trail = await trail_of(settings, brand)
    event = trail.events[0]
    assert (event[1], event[3], event[4]) == ("ProposalCreated", made[0], 1)
    changes = event[8]
    assert {name: pair[1] for name, pair in changes.items() if name != "customer_id"} == {
        "number": "WWT-TP-2026-00001",
        "status": "draft",
        "currency": "USD",
        "valid_until": "2026-04-01T17:00:00+00:00",
        "version": 1,
        "title": "Three days of Syrah",
        "party_size": 8,
        "starts_on": "2026-06-08",
        "ends_on": "2026-06-10",
        "discount_ppm": 100_000,
        "gratuity_ppm": 150_000,
        "individual_billing": False,
        "days": [],
        "inclusions": [],
        "guests": [],
    }
    assert [row[1:] for row in trail.personal if row[0] == event[0]] == [
        ("client_notes", None, "We love Syrah")
    ]


async def test_a_proposal_begins_on_a_day_that_is_not_over_in_the_brands_zone(
    database: Database, settings: Settings, brand: Brand
) -> None:
    night = datetime(2026, 6, 9, 6, 59, tzinfo=UTC)  # Still the 8th where the brand is.
    client = await write(database, brand, a_customer)

    def drafting(now: datetime) -> Work:
        return partial(create_proposal, wish=NewProposal(client, HEAD), now=now, ids=IDS)

    proposal = await write(database, brand, drafting(night))
    late = await _refused(database, settings, brand, drafting(night + MINUTE), InvalidInput)
    before = NOW.date() - timedelta(days=1)
    back = updating(proposal, 1, starts_on=before, ends_on=before)
    moved = await _refused(database, settings, brand, back, InvalidInput)
    assert (late.path, moved.path) == ("startsOn", "startsOn")
    retitled = HeadChange(proposal, 1, {"title": "Later"})
    work = partial(update_proposal, wish=retitled, now=night + MINUTE, ids=IDS)
    assert await write(database, brand, work) == proposal


async def test_a_draft_for_a_customer_of_a_sister_is_refused_and_takes_no_number(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_draft)
    row = await write(
        database, sister, lambda tx: tx.row("select customer_id from proposals", {"id": theirs})
    )
    work = partial(create_proposal, wish=NewProposal(row[0], HEAD), now=NOW, ids=IDS)
    refused = await _refused(database, settings, brand, work, NotFound)
    assert refused.path == "customerId"


async def test_the_totals_are_those_of_the_table_and_follow_every_change_of_the_head(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    sums = (await looked_at(database, brand, proposal)).sums
    assert (sums.subtotal_cents, sums.discount_cents, sums.tax_cents) == (120_000, 12_000, 8_190)
    assert (sums.gratuity_cents, sums.total_cents, sums.deposit_cents) == (16_200, 132_390, 66_195)
    await write(database, brand, updating(proposal, 2, party_size=10))
    sums = (await looked_at(database, brand, proposal)).sums
    assert (sums.subtotal_cents, sums.total_cents) == (125_000, 137_565)
    lines = await write(database, brand, lambda tx: proposal_prices.lines(tx, proposal))
    assert [line.line_cents for line in lines] == [90_000, 25_000, 10_000]


async def test_an_edit_tells_before_and_after_of_all_that_follows_from_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    await write(database, brand, updating(proposal, 2, discount_ppm=0, title="Syrah"))
    changes = (await trail_of(settings, brand)).events[-1][8]
    assert changes == {
        "title": ["Three days of Syrah", "Syrah"],
        "discount_ppm": [100_000, 0],
        "discount_cents": [12_000, 0],
        "tax_cents": [8_190, 9_100],
        "gratuity_cents": [16_200, 18_000],
        "total_cents": [132_390, 147_100],
        "deposit_cents": [66_195, 73_550],
        "version": [2, 3],
        "edited_version": [2, 3],
    }


@pytest.mark.parametrize("named", [{}, {"title": " Three days of Syrah "}, {"party_size": 8}])
async def test_a_wish_that_changes_nothing_stores_nothing(
    database: Database, settings: Settings, brand: Brand, named: dict[str, Any]
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    before, told = await stored(database, brand), await trail_of(settings, brand)
    assert await write(database, brand, updating(proposal, 2, **named)) == proposal
    await write(database, brand, lambda tx: with_lines(tx, proposal))
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == told


async def test_days_and_stops_are_stored_in_their_order_and_move_with_the_dates(
    database: Database, settings: Settings, brand: Brand
) -> None:
    winery = await a_winery(settings)
    stops = (
        Stop("winery", winery_id=winery, minutes=90, driver_notes="Gate"),
        Stop("custom", name="River"),
    )
    plan = (Day(FIRST, "Arrival", stops), Day(LAST))
    proposal = await write(database, brand, a_draft)
    await write(database, brand, lambda tx: with_plan(tx, proposal, plan))
    assert await write(database, brand, lambda tx: proposal_plans.of(tx, proposal)) == plan
    later = {"starts_on": FIRST.replace(day=9), "ends_on": LAST.replace(day=11)}
    await write(database, brand, updating(proposal, 2, **later))
    moved = await write(database, brand, lambda tx: proposal_plans.of(tx, proposal))
    assert [(day.on_date.day, day.stops) for day in moved] == [(9, stops), (11, ())]


async def test_a_stop_at_a_place_that_is_in_no_directory_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_draft)
    plan = (Day(FIRST, None, (Stop("winery", winery_id=new_id()),)),)
    await _refused(database, settings, brand, lambda tx: with_plan(tx, proposal, plan), NotFound)


async def test_shares_follow_the_total_and_who_stays_keeps_their_identity(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada, bob, eve = (a_guest(name) for name in ("Ada", "Bob", "Eve"))
    line = replace(TRANSPORT, unit_cents=100_000, taxable=False)
    head = replace(BILLED, discount_ppm=0, gratuity_ppm=0)
    proposal = await write(database, brand, lambda tx: a_draft(tx, head))
    await write(database, brand, lambda tx: with_guests(tx, proposal, ada, bob, eve))
    assert await shares(database, brand, proposal) == [None, None, None]
    await write(database, brand, lambda tx: with_lines(tx, proposal, [line]))
    assert await shares(database, brand, proposal) == [33_334, 33_333, 33_333]
    await write(
        database,
        brand,
        lambda tx: with_guests(tx, proposal, replace(eve, new=False, room="7"), ada),
    )
    guests = await write(database, brand, lambda tx: proposal_prices.guests(tx, proposal))
    assert [(each.id, each.room, each.owed_cents) for each in guests] == [
        (eve.id, "7", 50_000),
        (ada.id, None, 50_000),
    ]
    over = replace(ada, new=False, override_cents=100_001)

    async def work(tx: Transaction) -> Any:
        return await with_guests(tx, proposal, over)

    await _refused(database, settings, brand, work, OverridesExceedTotal)


async def test_a_guest_of_another_proposal_is_not_taken_over(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = a_guest("Ada")
    other = await write(database, brand, a_draft)
    await write(database, brand, lambda tx: with_guests(tx, other, ada))
    proposal = await write(database, brand, a_draft)
    stolen = replace(ada, name="Mallory", new=False)

    async def work(tx: Transaction) -> Any:
        return await with_guests(tx, proposal, stolen)

    await _refused(database, settings, brand, work, NotFound)


async def test_what_was_accepted_keeps_its_lines_and_its_plan_still_moves(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    await accepted_by_link(database, brand, proposal)
    dearer = [replace(TRANSPORT, unit_cents=1), *LINES[1:]]

    async def work(tx: Transaction) -> Any:
        return await with_lines(tx, proposal, dearer)

    await _refused(database, settings, brand, work, WrongState)
    await _refused(database, settings, brand, updating(proposal, 4, party_size=9), WrongState)
    await write(database, brand, lambda tx: with_plan(tx, proposal, (Day(FIRST, "Late"),)))
    assert (await looked_at(database, brand, proposal)).sums.total_cents == 132_390


@pytest.mark.parametrize(
    ("version", "named", "by"),
    [
        (1, {"title": "Late"}, StaleVersion),
        (2, {"party_size": 0}, InvalidInput),
        (2, {"ends_on": FIRST.replace(day=1)}, InvalidInput),
    ],
)
async def test_a_wish_against_the_rules_changes_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    version: int,
    named: dict[str, Any],
    by: type[DomainError],
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    await _refused(database, settings, brand, updating(proposal, version, **named), by)


async def test_a_proposal_of_a_sister_or_of_nobody_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_priced_draft)
    for proposal in (theirs, new_id()):
        await _refused(database, settings, brand, updating(proposal, 2, title="Mine"), NotFound)
    assert (await looked_at(database, sister, theirs)).head == HEAD


async def test_of_two_edits_of_one_version_at_once_the_second_is_stale(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    dearer = partial(
        set_proposal_inclusions,
        proposal_id=proposal,
        lines=[TRANSPORT],
        expected_version=2,
        now=NOW,
        ids=IDS,
    )
    staff = database.session(a_principal(brand))
    late = await behind(staff, updating(proposal, 2, title="One"), partial(staff.write, dearer))
    assert isinstance(late, StaleVersion)
    found = await looked_at(database, brand, proposal)
    assert (found.version, found.head.title, found.sums.total_cents) == (3, "One", 132_390)
