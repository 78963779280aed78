"""What something would cost: the only source of prices."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from db import prices
from db.database import Transaction
from domain.errors import InvalidInput, NotFound, StartInPast
from domain.identity import Principal
from domain.quotes import PriceBook, Quote, Wish, price
from domain.schedule import check_day

ReadBook = Callable[[prices.Asked], Awaitable[PriceBook | None]]


async def quote(tx: Transaction, wish: Wish, *, now: datetime) -> Quote:
    """Price a wish by the rows that this transaction sees, as a sale has to.

    Errors: those of `quote_by`.
    """
    return await quote_by(partial(prices.book, tx), tx.principal, wish, now=now)


async def quote_by(
    read_book: ReadBook, principal: Principal, wish: Wish, *, now: datetime
) -> Quote:
    """Price a wish by what is in force on its day; nothing is stored.

    Errors: InvalidInput, StartInPast, NoRate, PromoCodeRefused; NotFound for a brand that has no
            settings.
    """
    brand = principal.brand
    if brand is None:
        raise NotFound
    if wish.starts_at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="startsAt")
    check_day(wish.starts_at, path="startsAt")
    if wish.starts_at < now:
        raise StartInPast
    zone = ZoneInfo(brand.time_zone)
    asked = prices.Asked(
        day=wish.starts_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
        code=wish.code,
        promo_code=wish.promo_code,
    )
    book = await read_book(asked)
    if book is None:
        raise NotFound
    return price(wish, book, zone=zone)
