"""Which websites may speak to this server from a browser: each brand's own, and no others."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from db import callers
from db.database import Database, Transaction
from domain.errors import Forbidden, ServiceUnavailable
from domain.identity import NOBODY, Brand

LOCAL: Final = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d{1,5})?")
WEBSITE: Final = re.compile(r"https?://[a-z0-9.:-]{1,253}")
REMEMBERED: Final = timedelta(seconds=60)
MOST_REMEMBERED: Final = 1_000


class Origins:
    """The origins of the brands' websites; in development a page of this machine as well."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], *, development: bool
    ) -> None:
        self._database = database
        self._now = now
        self._development = development
        # Apart, so that made-up origins cannot push out the websites that there are.
        self._remembered: Mapping[bool, OrderedDict[str, datetime]] = {
            True: OrderedDict(),
            False: OrderedDict(),
        }

    async def check(self, tx: Transaction, origin: str | None, brand: Brand | None) -> None:
        """Errors: Forbidden if a page of this origin may not speak for the brand."""
        if origin is None or self._is_local(origin):
            return
        if not _is_website(origin) or not await callers.knows_origin(tx, origin, brand=brand):
            raise Forbidden("This website is not one of the brand's allowed origins.")

    async def known(self, origin: str) -> bool:
        """Whether it is a website of any brand, as it was a minute ago at the earliest.

        Shape:  a browser asks before it sends a credential, so no brand can be named. While the
                database is away, what was true last stays true.
        """
        if self._is_local(origin):
            return True
        if not _is_website(origin):
            return False
        known = origin in self._remembered[True]
        since, now = self._remembered[known].get(origin), self._now()
        if since is not None and now - since <= REMEMBERED:
            return known
        try:
            found = await self._look_up(origin)
        except ServiceUnavailable:
            return known
        self._remember(origin, now, known=found)
        return found

    async def _look_up(self, origin: str) -> bool:
        async with self._database.session(NOBODY).read() as tx:
            return await callers.knows_origin(tx, origin)

    def _remember(self, origin: str, now: datetime, *, known: bool) -> None:
        self._remembered[not known].pop(origin, None)
        remembered = self._remembered[known]
        remembered[origin] = now
        remembered.move_to_end(origin)
        if len(remembered) > MOST_REMEMBERED:
            remembered.popitem(last=False)

    def _is_local(self, origin: str) -> bool:
        return self._development and LOCAL.fullmatch(origin) is not None


def _is_website(origin: str) -> bool:
    return WEBSITE.fullmatch(origin) is not None
