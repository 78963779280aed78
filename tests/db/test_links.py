"""A link opens one object while it is worth opening: with its hold, and a month behind the tour."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.keys import KeyRing
from auth.links import LinkTokens
from bootstrap.wiring import Parts
from db import callers, links
from db.database import Database, Transaction
from domain.errors import Unauthenticated
from domain.identity import NOBODY, Brand, Kind
from tests.builders import START, a_booking, a_principal, new_id, write
from tests.conftest import SIGNING_KEY
from tests.db.rows import an_inquiry

NOW = START - timedelta(days=2)


async def _linked(database: Database, brand: Brand, **booking: Any) -> tuple[UUID, UUID]:
    """A link, and the booking that it opens."""
    link = new_id()

    async def work(tx: Transaction) -> UUID:
        made = await a_booking(tx, **booking)
        await links.issue(tx, "booking", made, id=link, now=NOW)
        return made

    return link, await write(database, brand, work)


async def _opens(database: Database, link: UUID, *, now: datetime) -> UUID | None:
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_link(tx, link, now=now)
    return found[1] if found else None


async def test_a_link_opens_what_was_sold_until_a_month_behind_the_tour(
    database: Database, brand: Brand
) -> None:
    link, booking = await _linked(database, brand)
    ends_at = START + timedelta(hours=6)

    assert await _opens(database, link, now=NOW) == booking
    last = ends_at + timedelta(days=30)
    assert await _opens(database, link, now=last - timedelta(seconds=1)) == booking
    assert await _opens(database, link, now=last) is None


async def test_a_link_ends_with_its_hold_whether_or_not_anybody_has_swept_it(
    database: Database, brand: Brand
) -> None:
    expires_at = NOW + timedelta(minutes=15)
    link, booking = await _linked(database, brand, status="held", hold_expires_at=expires_at)

    assert await _opens(database, link, now=expires_at - timedelta(seconds=1)) == booking
    assert await _opens(database, link, now=expires_at) is None


async def test_a_link_that_is_revoked_opens_nothing(database: Database, brand: Brand) -> None:
    link, booking = await _linked(database, brand)
    other, _ = await _linked(database, brand)

    assert await write(database, brand, lambda tx: links.revoke(tx, booking, now=NOW)) == 1
    assert await _opens(database, link, now=NOW) is None
    assert await _opens(database, other, now=NOW) is not None


async def test_whoever_holds_a_link_sees_its_object_and_no_customer(
    database: Database, brand: Brand
) -> None:
    _, booking = await _linked(database, brand)
    await write(database, brand, a_booking)
    await write(database, brand, an_inquiry)
    holder = a_principal(brand, Kind.LINK, object_id=booking)

    async with database.session(holder).read() as tx:
        assert await tx.rows("select id from bookings") == [(booking,)]
        assert await tx.rows("select name from inquiries") == []
    for question in ("select name from customers", "select lost_reason from inquiries"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.session(holder).read() as tx:
                await tx.rows(question)


def test_a_token_of_a_link_is_always_the_same_and_is_read_by_its_own_service_alone(
    made: Parts,
) -> None:
    link = new_id()
    token = made.links.token_of(link)

    assert made.links.token_of(link) == token
    assert made.links.read(token) == link
    with pytest.raises(Unauthenticated):
        LinkTokens(KeyRing(SIGNING_KEY), "another-service").read(token)
    with pytest.raises(Unauthenticated):
        made.links.read(token[:-2])
    with pytest.raises(Unauthenticated):
        made.tokens.verify(token.removeprefix("lk_"))


async def test_a_guest_never_says_that_a_booking_is_confirmed(
    database: Database, brand: Brand
) -> None:
    _, booking = await _linked(database, brand)
    holder = a_principal(brand, Kind.LINK, object_id=booking)

    async def confirm(tx: Transaction) -> None:
        await tx.run("update bookings set status = 'confirmed'")

    with pytest.raises(Exception, match="a guest does not say that a booking is confirmed"):
        await database.session(holder).write(confirm)
    async with database.session(holder).read() as tx:
        assert await tx.row("select status from bookings") == ("pending",)
