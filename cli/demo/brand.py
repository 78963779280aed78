"""One brand's demo data, stored in the order in which rows refer to each other."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from cli.demo.bookings import Trade, booking_rows
from cli.demo.chance import Chance
from cli.demo.desk import DEPOSIT_PERCENT, Desk
from cli.demo.origins import converted_rows, lead_rows, origins
from cli.demo.payments import booking_payments, invoices
from cli.demo.people import customer_rows
from cli.demo.prices import price_rows
from cli.demo.sales import Sale, sales
from cli.demo.shared_tours import (
    driver_rows,
    shared_tours,
    ticket_rows,
    tickets,
    tour_blocks,
    tour_rows,
)
from cli.demo.wishes import wishes
from db.loading import Loading, Rows, rows_of
from domain.cancellation import tiers_document
from domain.schedules import OF_EVERY_BRAND

GRATUITY_HINT_PERCENT = 15
BATCH = 5000
FIRST_RUN_AT = time(3, 15)


def load_brand(load: Loading, desk: Desk, say: Callable[[str], None]) -> None:
    """Store a brand: what others refer to first, then its bookings in batches, its counters last.

    Bookings and their vans are checked against each other batch by batch, while their brand is the
    one in scope: a check at the end of the whole load would see another brand's rows.
    """
    _store(load, desk, _settings(desk))
    _store(load, desk, _sold_by_the_seat(desk))
    booked = wishes(
        desk.plan.bookings,
        people=desk.people,
        agenda=desk.agenda,
        chance=desk.chance,
        clock=desk.clock,
    )
    known = origins(desk, booked)
    _store(load, desk, lead_rows(desk, known))
    load.settle(desk.scope)
    sold = sales(
        booked,
        origins=known.by_place,
        numbers=desk.numbers,
        prices=desk.prices,
        chance=desk.chance,
        clock=desk.clock,
    )
    _bookings(load, desk, sold, say)
    _store(load, desk, converted_rows(known))
    load.settle(desk.scope)
    _store(load, desk, iter([desk.numbers.counters()]))


def _store(load: Loading, desk: Desk, parts: Iterator[Rows]) -> None:
    for rows in parts:
        load.store(rows, desk.scope)


def _bookings(load: Loading, desk: Desk, sold: Iterator[Sale], say: Callable[[str], None]) -> None:
    trade = Trade(
        plan=desk.plan,
        brand_id=desk.scope.brand_id or 0,
        places=desk.places,
        policy=desk.prices.policy,
        seller_id=desk.staff.managers[desk.plan.code],
    )
    done = 0
    batch: list[Sale] = []
    while following := list(islice(sold, BATCH)):
        batch = following
        _store(load, desk, _batch(desk, batch, trade))
        load.settle(desk.scope)
        done += len(batch)
        say(f"  {desk.plan.code}: {done:,} of {desk.plan.bookings:,} bookings")
    asked_for = invoices(
        batch,
        numbers=desk.numbers,
        currency=desk.plan.currency,
        chance=desk.chance,
        clock=desk.clock,
    )
    _store(load, desk, iter([asked_for]))


def _batch(desk: Desk, batch: list[Sale], trade: Trade) -> Iterator[Rows]:
    yield from booking_rows(batch, trade, desk.chance)
    yield from booking_payments(
        batch,
        policy=desk.prices.policy,
        currency=desk.plan.currency,
        chance=desk.chance,
        clock=desk.clock,
    )


def _settings(desk: Desk) -> Iterator[Rows]:
    plan, clock = desk.plan, desk.clock
    website = plan.facts.get("website")
    begun_at = datetime.combine(clock.effective_from, time.min, UTC)
    settings = {
        "id": Chance("settings", plan.code).id(begun_at),
        "tax_ppm": plan.tax_ppm,
        "deposit_percent": DEPOSIT_PERCENT,
        "gratuity_hint_percent": GRATUITY_HINT_PERCENT,
        "number_prefix": plan.number_prefix,
        "cancellation_tiers": json.dumps(tiers_document(desk.prices.policy)),
        "effective_from": clock.effective_from,
    }
    yield rows_of("brand_settings", [settings])
    if website:
        yield rows_of("websites", [{"origin": website}])
    yield from price_rows(desk.chance, clock.effective_from)
    yield desk.staff.memberships(plan.code, clock)
    next_run_at = clock.at(clock.today + timedelta(days=1), FIRST_RUN_AT)
    schedules: list[dict[str, object]] = [
        {
            "id": Chance("schedule", plan.code, task).id(clock.now),
            "task": task,
            "cron": cron,
            "next_run_at": next_run_at,
        }
        for task, cron in OF_EVERY_BRAND.items()
    ]
    yield rows_of("schedules", schedules)
    yield customer_rows(desk.people, desk.chance)


def _sold_by_the_seat(desk: Desk) -> Iterator[Rows]:
    plan, chance, clock, prices = desk.plan, desk.chance, desk.clock, desk.prices
    evenings = plan.facts["is_default"] is True
    tours = shared_tours(desk.agenda, chance, clock, evenings=evenings)
    brand_id = desk.scope.brand_id or 0
    yield tour_rows(tours, plan=plan, prices=prices)
    yield driver_rows(tours)
    yield tour_blocks(tours, brand_id=brand_id, chance=chance)
    sold = tickets(tours, people=desk.people, prices=prices, chance=chance, clock=clock)
    yield from ticket_rows(sold, plan=plan, numbers=desk.numbers, chance=chance)
