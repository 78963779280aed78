"""Tours that are sold by the seat, on the days they run, and the tickets for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cli.demo.agenda import Agenda, Van
from cli.demo.bookings import BUFFER
from cli.demo.chance import Chance
from cli.demo.numbers import Numbers
from cli.demo.payments import Payment, payment_rows
from cli.demo.people import Person
from cli.demo.plan import BrandPlan, Clock
from cli.demo.prices import PriceList
from db.loading import Row, Rows, rows_of
from domain.pricing import Totals, shared_tickets, totals

TOURS = (
    ("completed", -40),
    ("completed", -12),
    ("cancelled", 9),
    ("scheduled", 10),
    ("scheduled", 24),
    ("scheduled", 45),
)
DRIVEN_WITHIN = 30
# Tonight and tomorrow night, when the vans are back, so that guests can be checked in at any time.
EVENINGS, EVENING = (0, 1), time(16)
RUNS_ON = frozenset({6, 0, 1, 2})
STARTS, LASTS = time(11), timedelta(hours=6)
SALES_CLOSE, CANCEL_UNTIL = timedelta(hours=48), timedelta(hours=24)
PARTIES = (2, 1, 4, 3, 2)
STATUSES = {
    "completed": ("checked_in", "checked_in", "no_show", "cancelled", "checked_in"),
    "scheduled": ("confirmed", "pending", "confirmed", "cancelled", "confirmed"),
    "cancelled": ("cancelled",),
}
PAID = frozenset({"confirmed", "checked_in", "no_show"})


@dataclass(frozen=True, slots=True)
class SharedTour:
    id: str
    status: str
    starts_at: datetime
    created_at: datetime
    van: Van | None
    driver: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    tour: SharedTour
    customer: Person
    status: str
    guests: int
    with_lunch: bool
    sums: Totals
    created_at: datetime


def shared_tours(
    agenda: Agenda, chance: Chance, clock: Clock, *, evenings: bool
) -> list[SharedTour]:
    """A few tours of a brand, each with the largest van of a day that it may run on.

    Shape:  a driver who is free goes on it; one that is far ahead has none yet. Of a tenant only
            one brand has `evenings`: its vans are enough for one.
    """
    made = []
    for status, days in TOURS:
        day, van = _day_and_van(agenda, clock.today + timedelta(days=days), taken=status)
        at = min(clock.back(60), clock.back(60 - days))
        driver = agenda.take_driver(day) if van and days <= DRIVEN_WITHIN else None
        made.append(SharedTour(chance.id(at), status, clock.at(day, STARTS), at, van, driver))
    if evenings:
        made += [_evening(agenda, chance, clock, days) for days in EVENINGS]
    return made


def _evening(agenda: Agenda, chance: Chance, clock: Clock, days: int) -> SharedTour:
    """With the largest van, which by day may have driven another tour, and a driver of its own."""
    day, at = clock.today + timedelta(days=days), clock.back(60 - days)
    starts_at, driver = clock.at(day, EVENING), agenda.take_driver(day)
    return SharedTour(chance.id(at), "scheduled", starts_at, at, agenda.largest, driver)


def _day_and_van(agenda: Agenda, day: date, *, taken: str) -> tuple[date, Van | None]:
    while True:
        if day.weekday() in RUNS_ON:
            van = None if taken == "cancelled" else agenda.take_largest(day)
            if van or taken == "cancelled":
                return day, van
        day += timedelta(days=1)


def tour_rows(tours: Sequence[SharedTour], *, plan: BrandPlan, prices: PriceList) -> Rows:
    seat, with_lunch = prices.packages["shared_tour"], prices.packages["shared_tour_lunch"]
    return rows_of(
        "shared_tours",
        [
            {
                "id": tour.id,
                "title": seat.name,
                "status": tour.status,
                "starts_at": tour.starts_at,
                "ends_at": tour.starts_at + LASTS,
                "time_zone": plan.zone.key,
                "currency": plan.currency,
                "seat_cents": seat.price_cents,
                "seat_with_lunch_cents": with_lunch.price_cents,
                "sales_close_at": tour.starts_at - SALES_CLOSE,
                "cancel_until": tour.starts_at - CANCEL_UNTIL,
                "vehicle_id": tour.van.id if tour.van else None,
            }
            for tour in tours
        ],
    )


def driver_rows(tours: Sequence[SharedTour]) -> Rows:
    columns = ("shared_tour_id", "driver_id", "assigned_at")
    driven: list[Row] = [(tour.id, tour.driver, tour.created_at) for tour in tours if tour.driver]
    return Rows("shared_tour_drivers", columns, driven)


def tour_blocks(tours: Sequence[SharedTour], *, brand_id: int, chance: Chance) -> Rows:
    """What keeps the tours' vans and drivers from others, until the pause behind it is over.

    Shape:  a tour that has been keeps nobody any more.
    """
    columns = (
        *("id", "brand_id", "vehicle_id", "driver_id", "shared_tour_id", "kind"),
        *("starts_at", "ends_at"),
    )
    blocks: list[Row] = []
    for tour in tours:
        times = (tour.id, "shared_tour", tour.starts_at, tour.starts_at + LASTS + BUFFER)
        if tour.van:
            blocks.append((chance.id(tour.created_at), brand_id, tour.van.id, None, *times))
        if tour.driver and tour.status == "scheduled":
            blocks.append((chance.id(tour.created_at), brand_id, None, tour.driver, *times))
    return Rows("blocks", columns, blocks)


def tickets(
    tours: Sequence[SharedTour],
    *,
    people: Sequence[Person],
    prices: PriceList,
    chance: Chance,
    clock: Clock,
) -> list[Ticket]:
    made = []
    for tour in tours:
        latest = min(tour.starts_at - SALES_CLOSE, clock.now)
        for guests, status in zip(PARTIES, STATUSES[tour.status], strict=False):
            at = chance.moment(latest - timedelta(days=10), latest)
            lunch = chance.hit(40)
            row = prices.packages["shared_tour_lunch" if lunch else "shared_tour"]
            lines = shared_tickets(row, guests=guests)
            sums = totals(lines, tax_ppm=prices.tax_ppm, deposit_percent=100)
            made.append(
                Ticket(chance.id(at), tour, chance.one(people), status, guests, lunch, sums, at)
            )
    return sorted(made, key=lambda ticket: ticket.created_at)


def ticket_rows(
    made: Sequence[Ticket], *, plan: BrandPlan, numbers: Numbers, chance: Chance
) -> tuple[Rows, Rows]:
    """The tickets, and the payment of each that was not given back."""
    facts = [
        {
            "id": ticket.id,
            "number": numbers.next("ticket", ticket.created_at),
            "shared_tour_id": ticket.tour.id,
            "customer_id": ticket.customer.id,
            "status": ticket.status,
            "guests": ticket.guests,
            "with_lunch": ticket.with_lunch,
            "currency": plan.currency,
            "subtotal_cents": ticket.sums.subtotal_cents,
            "tax_cents": ticket.sums.tax_cents,
            "total_cents": ticket.sums.total_cents,
            "created_at": ticket.created_at,
        }
        for ticket in made
    ]
    paid = [_payment(ticket, chance) for ticket in made if ticket.status in PAID]
    return rows_of("tickets", facts), payment_rows("ticket_id", paid, plan.currency)


def _payment(ticket: Ticket, chance: Chance) -> Payment:
    return Payment(
        id=chance.id(ticket.created_at),
        subject="ticket_id",
        subject_id=ticket.id,
        customer_id=ticket.customer.id,
        kind="full",
        method="card",
        status="succeeded",
        amount_cents=ticket.sums.total_cents,
        at=ticket.created_at,
    )
