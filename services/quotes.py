"""What something would cost: the only source of prices."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from db import prices
from db.database import Transaction
from domain.errors import NotFound
from domain.identity import Principal
from domain.quotes import PriceBook, Quote, Wish, check, price

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
    check(wish, now=now)
    zone = ZoneInfo(brand.time_zone)
    asked = prices.Asked.of(wish, zone, now=now)
    book = await read_book(asked)
    if book is None:
        raise NotFound
    return price(wish, book, zone=zone)
