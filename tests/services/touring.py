"""A brand that sells shared tours: its packages, a tour with its van, customers and tickets."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.departures import NewTours
from domain.identity import Brand, Kind
from domain.ticket_sales import NewSale, TicketWish
from services.ticket_sales import sell_tickets
from tests.builders import a_customer, new_id, write
from tests.db.rows import a_package, a_tour_with_a_van
from tests.services.trail import trail_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STARTS = datetime(2026, 6, 8, 18, tzinfo=UTC)  # Monday 11:00 in Walla Walla
CLOSES = STARTS - 48 * HOUR
CUTOFF = STARTS - 24 * HOUR
TICKET = (
    "select status, guests, with_lunch, total_cents, hold_expires_at, created_at, updated_at,"
    " version from tickets order by number"
)
TOUR = (
    "select status, starts_at, guests_max, seat_cents, vehicle_id, version from shared_tours"
    " order by starts_at"
)
BLOCK = "select vehicle_id, kind, starts_at, ends_at, released_at from blocks order by starts_at"
TASK = "select kind, title, subject_kind, subject_id, due_at from tasks order by title"


class AnyIds:
    """As many identities as are needed."""

    def new(self) -> UUID:
        return new_id()


IDS = AnyIds()


async def packages(tx: Transaction) -> None:
    """The rows of a shared tour: Sunday to Wednesday at 11:00, 95.00, with lunch 115.00."""
    common: dict[str, Any] = {
        "minutes": 360,
        "guests_min": 2,
        "guests_max": 14,
        "weekdays": [6, 0, 1, 2],
        "start_times": [time(11)],
        "effective_from": date(2020, 1, 1),
    }
    await a_package(tx, code="shared_tour", name="Shared Wine Tour", price_cents=9500, **common)
    name = "Shared Wine Tour with Lunch"
    await a_package(tx, code="shared_tour_lunch", name=name, price_cents=11500, **common)


async def a_tour(tx: Transaction, **values: Any) -> UUID:
    """A scheduled tour of fourteen seats on a Monday at 11:00."""
    starts_at = values.pop("starts_at", STARTS)
    return await a_tour_with_a_van(
        tx,
        starts_at=starts_at,
        ends_at=starts_at + 6 * HOUR,
        sales_close_at=starts_at - 48 * HOUR,
        cancel_until=starts_at - 24 * HOUR,
        **values,
    )


def wanted(first: date, last: date | None = None, **values: Any) -> NewTours:
    return NewTours("shared_tour", first, last or first, **values)


async def sale(
    tx: Transaction,
    tour: UUID,
    *guests: int,
    now: datetime = NOW,
    lunch: bool = False,
    id: UUID | None = None,
    **values: Any,
) -> UUID:
    """Tickets for so many guests each, by staff to a new customer unless another is named."""
    if not {"customer_id", "contact", "seller"} & set(values):
        values["customer_id"] = await a_customer(tx)
    tickets = [TicketWish(each, lunch) for each in guests]
    wish = NewSale(tour, tickets, **{"seller": Kind.STAFF, "actor_id": None, **values})
    return await sell_tickets(tx, wish, id=id or new_id(), now=now, ids=IDS)


async def rows(database: Database, brand: Brand, statement: Any, **params: Any) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, params))


async def told(settings: Settings, brand: Brand) -> list[str]:
    """The kinds of the brand's events, oldest first."""
    return [event[1] for event in (await trail_of(settings, brand)).events]
