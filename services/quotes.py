"""What something would cost: the only source of prices."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from db import prices
from db.database import Transaction
from domain.errors import NotFound
from domain.identity import Principal
from domain.quotes import PriceBook, Quote, Wish, check, check_open, price

ReadBook = Callable[[prices.Asked], Awaitable[PriceBook | None]]


async def quote(tx: Transaction, wish: Wish, *, now: datetime) -> Quote:
    """Price a wish by the rows that this transaction sees, as a sale has to.

    Errors: those of `quote_by` but OutsideOperatingDay: a sale looks at the hours itself.
    """
    _, priced, _ = await _priced(partial(prices.book, tx), tx.principal, wish, now=now)
    return priced


async def quote_by(
    read_book: ReadBook, principal: Principal, wish: Wish, *, now: datetime
) -> Quote:
    """Price a wish that could be sold, by what is in force on its day; nothing is stored.

    Errors: InvalidInput, StartInPast, NoRate, PromoCodeRefused, OutsideOperatingDay; NotFound for
            a brand that has no settings.
    """
    book, priced, zone = await _priced(read_book, principal, wish, now=now)
    check_open(priced, book, zone=zone)
    return priced


async def _priced(
    read_book: ReadBook, principal: Principal, wish: Wish, *, now: datetime
) -> tuple[PriceBook, Quote, ZoneInfo]:
    brand = principal.brand
    if brand is None:
        raise NotFound
    check(wish, now=now)
    zone = ZoneInfo(brand.time_zone)
    asked = prices.Asked.of(wish, zone, now=now)
    book = await read_book(asked)
    if book is None:
        raise NotFound
    return book, price(wish, book, zone=zone), zone
