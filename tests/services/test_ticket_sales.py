"""Seats sold to guests: through the one sale that they hold, and with no sight of another."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.customers import Contact
from domain.errors import InvalidInput, NotFound
from domain.identity import Brand, Kind, Principal
from domain.ticket_sales import NewSale, buyer_of, minutes_held
from domain.tickets import TourFull
from tests.builders import a_customer, a_principal, an_app, new_id, write
from tests.db.refusals import doing as running
from tests.db.refusals import stored
from tests.db.rows import a_ticket
from tests.services.touring import NOW, TICKET, a_tour, rows, sale, told
from tests.services.trail import trail_of

ADA = Contact("Ada Guest", "ada@example.com", "+15095550142")
HELD = NOW + timedelta(minutes=15)


async def buying(
    database: Database, guest: Principal, tour: UUID, *guests: int, **values: Any
) -> UUID:
    """A sale as a website, an app or a customer makes it: with its own id in hand."""
    id = new_id()
    given = {"seller": guest.kind, "actor_id": guest.actor_id, "contact": ADA, **values}
    session = database.session(guest.opening(id))
    made: UUID = await session.write(lambda tx: sale(tx, tour, *guests, id=id, **given))
    return made


async def test_a_guest_buys_tickets_that_wait_as_long_as_the_brand_holds(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    sold = await buying(database, a_principal(brand, Kind.SITE), tour, 6, 2)
    assert await rows(database, brand, TICKET) == [
        ("pending", 6, False, 62187, HELD, NOW, None, 1),
        ("pending", 2, False, 20729, HELD, NOW, None, 1),
    ]
    assert await rows(database, brand, "select name, email, phone from customers") == [
        ("Ada Guest", "ada@example.com", "+15095550142")
    ]
    statement = "select object_kind, object_id from links"
    assert await rows(database, brand, statement) == [("ticket", sold)]
    trail = await trail_of(settings, brand)
    assert [event[1] for event in trail.events] == ["CustomerCreated", "TicketSold", "TicketSold"]
    assert [(job[0], job[2]) for job in trail.jobs] == [("expire_tickets", "todo")]


async def test_a_known_guest_stays_as_the_brand_knows_them(
    database: Database, settings: Settings, brand: Brand
) -> None:
    known = await write(
        database, brand, lambda tx: a_customer(tx, name="Dr. Ada Guest", email="ada@example.com")
    )
    tour = await write(database, brand, a_tour)
    await buying(database, a_principal(brand, Kind.SITE), tour, 1)
    assert await rows(database, brand, "select id, name from customers") == [
        (known, "Dr. Ada Guest")
    ]
    assert await rows(database, brand, "select customer_id from tickets") == [(known,)]
    assert await told(settings, brand) == ["TicketSold"]


async def test_a_partner_and_a_customer_see_what_was_sold_through_and_to_them(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    app = await write(database, brand, an_app)
    ada = await write(database, brand, a_customer)
    partner = a_principal(brand, Kind.PARTNER, actor=app)
    customer = a_principal(brand, Kind.CUSTOMER, actor=ada)
    theirs = await buying(database, partner, tour, 1)
    hers = await buying(database, customer, tour, 2, contact=None)
    await buying(database, a_principal(brand, Kind.SITE), tour, 3)
    for caller, own in ((partner, theirs), (customer, hers)):
        async with database.session(caller).read() as tx:
            assert await tx.rows("select id from tickets") == [(own,)]


async def test_who_holds_a_sale_sees_its_tickets_and_changes_none(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: a_ticket(tx, shared_tour_id=tour, created_at=NOW))
    site = a_principal(brand, Kind.SITE)
    own = await buying(database, site, tour, 2, 1)
    other = await buying(database, site, tour, 3)
    async with database.session(site.opening(own)).read() as tx:
        assert await tx.rows("select guests from tickets order by number") == [(2,), (1,)]
    before = await stored(database, brand)
    holder = database.session(site.opening(own))
    for ticket in (own, other):
        confirm = running("update tickets set status = 'confirmed' where id = %(id)s", id=ticket)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await holder.write(confirm)
    assert await stored(database, brand) == before


@pytest.mark.parametrize(
    "change",
    [
        {"status": "confirmed"},
        {"hold_expires_at": None},
        {"sold_by_app_id": UUID(int=7)},
    ],
    ids=["paid", "without an end", "for another app"],
)
async def test_a_guest_makes_no_ticket_but_one_that_waits_for_its_payment(
    database: Database, brand: Brand, change: dict[str, Any]
) -> None:
    tour = await write(database, brand, a_tour)
    ada = await write(database, brand, a_customer)
    id = new_id()
    given: dict[str, Any] = {
        "id": id,
        "sale_id": id,
        "shared_tour_id": tour,
        "customer_id": ada,
        "status": "pending",
        "hold_expires_at": HELD,
        "created_at": NOW,
        **change,
    }
    guest = database.session(a_principal(brand, Kind.SITE).opening(id))
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        await guest.write(lambda tx: a_ticket(tx, **given))
    assert refused.value.diag.constraint_name == "tickets_guests_word"
    assert await rows(database, brand, TICKET) == []


async def test_thirty_guests_want_the_last_four_seats_and_none_sees_how_the_others_fared(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: sale(tx, tour, 6, 4))
    site = a_principal(brand, Kind.SITE)
    parties = [1 + turn % 3 for turn in range(30)]
    done = await asyncio.gather(
        *(buying(database, site, tour, n) for n in parties), return_exceptions=True
    )
    lost = [each for each in done if not isinstance(each, UUID)]
    assert {type(each) for each in lost} == {TourFull}
    [(taken, live)] = await rows(database, brand, "select sum(guests), count(*) from tickets")
    assert (taken, live) == (14, 2 + len(done) - len(lost))


async def test_a_refused_guest_leaves_no_customer_and_no_link(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, guests_max=2))
    before = await stored(database, brand)
    with pytest.raises(TourFull):
        await buying(database, a_principal(brand, Kind.SITE), tour, 3)
    assert await stored(database, brand) == before
    assert await rows(database, brand, "select count(*) from links") == [(0,)]
    assert await told(settings, brand) == []


def asked(seller: Kind, **values: Any) -> NewSale:
    return NewSale(UUID(int=1), [], seller, UUID(int=5), **values)


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (asked(Kind.STAFF), "customerId"),
        (asked(Kind.STAFF, customer_id=UUID(int=2), contact=ADA), "contact"),
        (asked(Kind.SITE), "contact"),
        (asked(Kind.PARTNER, contact=Contact("Ada", None, None)), "contact"),
        (asked(Kind.CUSTOMER, contact=ADA), "contact"),
    ],
)
def test_a_sale_needs_to_know_who_buys(wish: NewSale, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        buyer_of(wish)
    assert refused.value.path == path


@pytest.mark.parametrize("seller", [Kind.SITE, Kind.PARTNER, Kind.CUSTOMER])
def test_nobody_but_staff_sells_to_a_customer_who_is_somebody_else(seller: Kind) -> None:
    with pytest.raises(NotFound):
        buyer_of(asked(seller, customer_id=UUID(int=2), contact=ADA))


def test_whom_a_sale_is_for_and_through_whom() -> None:
    assert buyer_of(asked(Kind.SITE, contact=ADA)) == ADA
    assert buyer_of(asked(Kind.STAFF, contact=ADA)) == ADA
    assert buyer_of(asked(Kind.STAFF, customer_id=UUID(int=2))) == UUID(int=2)
    assert buyer_of(asked(Kind.CUSTOMER)) == UUID(int=5)
    assert buyer_of(asked(Kind.CUSTOMER, customer_id=UUID(int=5))) == UUID(int=5)
    assert asked(Kind.PARTNER).app_id == UUID(int=5)
    assert asked(Kind.SITE).app_id is None


def test_how_long_seats_wait_is_the_brands_to_say_and_staffs() -> None:
    assert minutes_held(asked(Kind.SITE), of_brand=15) == 15
    assert minutes_held(asked(Kind.STAFF), of_brand=15) is None
    assert minutes_held(asked(Kind.STAFF, hold_minutes=60), of_brand=15) == 60
    for wish in (asked(Kind.SITE, hold_minutes=5), asked(Kind.STAFF, hold_minutes=0)):
        with pytest.raises(InvalidInput):
            minutes_held(wish, of_brand=15)
