"""What something would cost: the only source of prices."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db import prices
from db.database import Transaction
from domain.errors import InvalidInput, NotFound, StartInPast
from domain.quotes import Quote, Wish, price
from domain.schedule import check_day


async def quote(tx: Transaction, wish: Wish, *, now: datetime) -> Quote:
    """Price a wish by what is in force on its day; nothing is stored.

    Errors: InvalidInput, StartInPast, NoRate, PromoCodeRefused; NotFound for a brand that has no
            settings.
    """
    brand = tx.principal.brand
    if brand is None:
        raise NotFound
    if wish.starts_at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="startsAt")
    check_day(wish.starts_at, path="startsAt")
    if wish.starts_at < now:
        raise StartInPast
    zone = ZoneInfo(brand.time_zone)
    book = await prices.book(
        tx,
        day=wish.starts_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
        code=wish.code,
        promo_code=wish.promo_code,
    )
    if book is None:
        raise NotFound
    return price(wish, book, zone=zone)
