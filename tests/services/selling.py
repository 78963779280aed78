"""What the tests of sales share: a brand that has prices and vans, and wishes that it can fill."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from db.database import Database, Transaction
from domain.customers import Contact
from domain.identity import Brand, Kind, Principal
from domain.quotes import Wish
from domain.sales import Buyer, NewBooking
from services.quotes import quote
from services.sales import create_booking, hold_booking
from tests.builders import START, a_principal, a_vehicle, insert, new_id, write

NOW = START - timedelta(days=7)
ADA = Contact("Ada Guest", "ada@example.com", "+15095550142")
RATES: Sequence[tuple[int, int, int]] = ((1, 2, 8500), (3, 4, 9500), (5, 8, 12500), (9, 14, 14000))


class Ids:
    """Fresh identities, as the running service has them."""

    def new(self) -> UUID:
        return new_id()


async def some_rates(tx: Transaction) -> None:
    """By the hour, four at least, on every day, as the book has them from Sunday to Wednesday."""
    for least, most, cents in RATES:
        await insert(
            tx,
            "rate_cards",
            kind="hourly",
            code=f"hourly_{least}",
            guests_min=least,
            guests_max=most,
            rate_cents=cents,
            minutes_min=240,
            effective_from=date(2020, 1, 1),
        )


async def open_shop(database: Database, brand: Brand, *seats: int) -> list[UUID]:
    """Prices, and a van for each number of seats."""
    await write(database, brand, some_rates)
    return [
        await write(database, brand, lambda tx, n=each: a_vehicle(tx, seats=n)) for each in seats
    ]


async def wanted(database: Database, brand: Brand, **values: Any) -> NewBooking:
    """Six hours for four guests on a Monday, at today's price, for Ada."""
    given = {name: values.pop(name) for name in list(values) if name in Wish.__slots__}
    wish = Wish(
        **{"tour_type": "wine_tour", "starts_at": START, "party_size": 4, "minutes": 360, **given}
    )
    async with database.session(a_principal(brand)).read() as tx:
        priced = await quote(tx, wish, now=NOW)
    new = NewBooking(wish, priced.totals.total_cents, "console", buyer=Buyer(contact=ADA))
    return replace(new, **values)


async def create(
    database: Database,
    brand: Brand,
    new: NewBooking,
    *,
    by: Principal | None = None,
    now: datetime = NOW,
) -> UUID:
    id, session = new_id(), database.session(by or a_principal(brand))
    return await session.write(lambda tx: create_booking(tx, new, id=id, now=now, ids=Ids()))


async def hold(
    database: Database,
    brand: Brand,
    new: NewBooking,
    *,
    by: Principal | None = None,
    now: datetime = NOW,
) -> UUID:
    """As a website's visitor, unless somebody else is named."""
    id, site = new_id(), by or a_principal(brand, Kind.SITE)
    held = replace(new, begins="held", source="website", buyer=Buyer())
    session = database.session(site.opening(id))
    return await session.write(lambda tx: hold_booking(tx, held, id=id, now=now, ids=Ids()))


async def seen(database: Database, brand: Brand, statement: str, **values: Any) -> Any:
    """Rows as the brand's owner sees them."""
    async with database.session(a_principal(brand)).read() as tx:
        return await tx.rows(statement, values)


FAR = datetime(2031, 6, 9, 17, tzinfo=UTC)  # Monday 10:00 in Walla Walla, always ahead
