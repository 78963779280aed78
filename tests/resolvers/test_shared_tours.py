"""Shared tours and tickets over GraphQL: the public list, a website's sale, staff's day."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from db.database import Database
from domain.identity import Brand, Kind
from schema.global_ids import decode, encode
from tests.builders import a_customer, a_principal, a_vehicle, new_id, write
from tests.resolvers.conftest import Ask, told
from tests.services.touring import a_tour, packages, rows

AHEAD = datetime(2031, 6, 9, 18, tzinfo=UTC)  # Monday 11:00 in Walla Walla, always ahead
LIST = """
{ sharedTours(filter: { status: [SCHEDULED], startsOnFrom: "2031-06-01", startsOnTo: "2031-06-30" }) {
    edges { node { title startsAtLocal seatsLeft guestsMax
      seat { formatted } seatWithLunch { formatted } } } } }
"""
SCHEDULE = """
mutation ($from: Date!, $to: Date, $weekdays: [Weekday!], $skip: Boolean! = false) {
  scheduleSharedTour(
    input: { from: $from, to: $to, weekdays: $weekdays, skipImpossible: $skip }
  ) {
    leftOut { on code message }
    sharedTours { id startsAtLocal seatsLeft vehicle { seats } version }
    errors { code message path } } }
"""
SELL = """
mutation ($tour: ID!, $tickets: [TicketInput!]!, $contact: TicketBuyerInput, $customer: ID) {
  sellTickets(input: { sharedTourId: $tour, tickets: $tickets, contact: $contact, customerId: $customer })
    @idempotent(key: "KEY") {
    tickets { id number status guests withLunch total { amountCents } holdExpiresAt version }
    total { formatted } checkoutToken errors { code message path } } }
"""
CHANGE = """
mutation ($id: ID!, $version: Int!) {
  %s(input: { id: $id, expectedVersion: $version %s }) %s {
    ticket { status version payments { status amount { amountCents } } } errors { code path } } }
"""
ADA = {"name": "Ada Guest", "email": "ada@example.com"}


async def test_everybody_sees_the_tours_and_their_seats_and_nobodys_name(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD + timedelta(days=1)))
    await sold(ask, tour, 3)
    for kind in (Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER, Kind.STAFF):
        statements.clear()
        result = await ask(LIST, kind)
        assert result.errors is None
        assert len(statements) == 2, "one for the page, one for all seats"
        nodes = [edge["node"] for edge in result.data["sharedTours"]["edges"]]  # type: ignore[index]
        assert [(node["startsAtLocal"], node["seatsLeft"]) for node in nodes] == [
            ("2031-06-09T11:00:00", 11),
            ("2031-06-10T11:00:00", 14),
        ]
        assert nodes[0]["seat"] == {"formatted": "$95.00"}
        assert nodes[0]["seatWithLunch"] == {"formatted": "$115.00"}


async def sold(ask: Ask, tour: UUID, guests: int, key: str = "", **more: Any) -> Any:
    """A website's sale of one ticket, or another's whose kind is named."""
    given = {
        "tour": encode("SharedTour", tour),
        "tickets": [{"guests": guests}],
        "contact": ADA,
        **more,
    }
    kind = given.pop("kind", Kind.SITE)
    result = await ask(SELL.replace("KEY", key or str(new_id())), kind, **given)
    assert result.errors is None
    return result.data["sellTickets"]  # type: ignore[index]


async def test_a_website_sells_seats_and_gives_its_visitor_the_token_of_the_sale(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    tickets = [{"guests": 6, "withLunch": True}, {"guests": 2, "withLunch": True}]
    answer = await sold(ask, tour, 0, tickets=tickets)
    assert answer["errors"] == []
    assert [each["total"]["amountCents"] for each in answer["tickets"]] == [75279, 25093]
    assert answer["total"] == {"formatted": "$1,003.72"}
    assert answer["checkoutToken"].startswith("lk_")
    assert answer["tickets"][0]["holdExpiresAt"] is not None
    _, sale = decode(answer["tickets"][0]["id"])
    guest = a_principal(brand, Kind.LINK, object_id=sale)
    document = (
        "query ($id: ID!) { ticket(id: $id) { number soldTogether { guests }"
        " sharedTour { title seatsLeft } } }"
    )
    opened = await ask(document, guest, id=answer["tickets"][0]["id"])
    assert opened.errors is None
    assert opened.data == {
        "ticket": {
            "number": answer["tickets"][0]["number"],
            "soldTogether": [{"guests": 6}, {"guests": 2}],
            "sharedTour": {"title": "Sunday", "seatsLeft": 6},
        }
    }


async def test_a_repeated_sale_gives_the_same_tickets_and_token_and_sells_nothing_more(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    actor = new_id()
    website = a_principal(brand, Kind.SITE, actor=actor)
    first = await sold(ask, tour, 2, "once", kind=website)
    assert await sold(ask, tour, 2, "once", kind=website) == first
    assert await rows(database, brand, "select count(*) from tickets") == [(1,)]


async def test_a_full_tour_refuses_the_party_as_data_and_stores_nothing(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD, guests_max=3))
    answer = await sold(ask, tour, 4)
    assert answer == {
        "tickets": None,
        "total": None,
        "checkoutToken": None,
        "errors": [
            {
                "code": "TOUR_FULL",
                "message": "3 seats are left on this tour. Ask for fewer, or another day.",
                "path": "tickets",
            }
        ],
    }
    assert await rows(database, brand, "select count(*) from tickets") == [(0,)]
    assert await rows(database, brand, "select count(*) from customers") == [(0,)]


async def test_a_website_reads_no_ticket_and_names_no_customer(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    customer = await write(database, brand, a_customer)
    named = await sold(ask, tour, 1, customer=encode("Customer", customer))
    assert [error["path"] for error in named["errors"]] == ["customerId"]
    ticket = (await sold(ask, tour, 1))["tickets"][0]["id"]
    read = await ask("query ($id: ID!) { ticket(id: $id) { number } }", Kind.SITE, id=ticket)
    assert told(read) == [("ticket", "FORBIDDEN")]


async def test_staff_lay_tours_sell_take_cash_and_give_a_ticket_back(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def shop(tx: Any) -> None:
        await packages(tx)
        await a_vehicle(tx, seats=10)

    await write(database, brand, shop)
    laid = await ask(SCHEDULE, **{"from": "2031-06-08", "to": "2031-06-14", "weekdays": ["MONDAY"]})
    assert laid.errors is None
    [tour] = laid.data["scheduleSharedTour"]["sharedTours"]  # type: ignore[index]
    assert (tour["startsAtLocal"], tour["seatsLeft"]) == ("2031-06-09T11:00:00", 10)
    assert tour["vehicle"] == {"seats": 10}
    again = await ask(SCHEDULE, **{"from": "2031-06-09", "to": "2031-06-10", "skip": True})
    assert again.data is not None
    assert again.data["scheduleSharedTour"]["errors"] == []
    assert again.data["scheduleSharedTour"]["leftOut"] == [
        {"on": "2031-06-09", "code": "ALREADY_SCHEDULED", "message": "There is a tour at 11:00."}
    ]
    days = [each["startsAtLocal"] for each in again.data["scheduleSharedTour"]["sharedTours"]]
    assert days == ["2031-06-10T11:00:00"]
    _, tour_id = decode(tour["id"])
    sale = await sold(ask, tour_id, 2, kind=Kind.STAFF)
    ticket = {"id": sale["tickets"][0]["id"], "version": 1}
    assert sale["tickets"][0]["holdExpiresAt"] is None
    unpaid = CHANGE % ("confirmTicket", "", '@idempotent(key: "a")')
    refused = await ask(unpaid, **ticket)
    assert refused.data["confirmTicket"]["errors"] == [  # type: ignore[index]
        {"code": "TICKET_NOT_PAID", "path": "payment"}
    ]
    paid = CHANGE % ("confirmTicket", "payment: { method: CASH }", '@idempotent(key: "b")')
    clerk = a_principal(brand)
    for _ in range(2):
        confirmed = await ask(paid, clerk, **ticket)
        assert confirmed.data == {
            "confirmTicket": {
                "ticket": {
                    "status": "CONFIRMED",
                    "version": 2,
                    "payments": [{"status": "SUCCEEDED", "amount": {"amountCents": 20729}}],
                },
                "errors": [],
            }
        }
    late = await ask(paid, **ticket)
    assert late.data["confirmTicket"]["ticket"]["status"] == "CONFIRMED"  # type: ignore[index]
    assert late.data["confirmTicket"]["errors"] == [  # type: ignore[index]
        {"code": "STALE_VERSION", "path": "expectedVersion"}
    ]
    early = await ask(CHANGE % ("checkInTicket", "", ""), id=ticket["id"], version=2)
    assert early.data["checkInTicket"]["errors"] == [{"code": "WRONG_STATE", "path": "id"}]  # type: ignore[index]
    given = CHANGE % ("cancelTicket", 'reason: "Ill"', "")
    back = await ask(given, id=ticket["id"], version=2)
    assert back.data["cancelTicket"]["ticket"]["status"] == "CANCELLED"  # type: ignore[index]


async def test_who_may_not_take_money_does_not_confirm_by_it(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    ticket = (await sold(ask, tour, 1))["tickets"][0]["id"]
    clerk = a_principal(brand, Kind.STAFF, role="sales")
    clerk = type(clerk)(
        clerk.kind,
        clerk.brand,
        clerk.actor_id,
        role="sales",
        scopes=frozenset(scope for scope in clerk.scopes if scope != "payments:write"),
    )
    paid = CHANGE % ("confirmTicket", "payment: { method: CASH }", '@idempotent(key: "b")')
    refused = await ask(paid, clerk, id=ticket, version=1)
    assert told(refused) == [("confirmTicket", "FORBIDDEN")]
    assert await rows(database, brand, "select count(*) from payments") == [(0,)]


async def test_a_tour_is_changed_and_called_off_with_what_goes_back(
    database: Database, brand: Brand, ask: Ask
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, starts_at=AHEAD))
    ticket = (await sold(ask, tour, 2))["tickets"][0]["id"]
    paid = CHANGE % ("confirmTicket", "payment: { method: CASH }", '@idempotent(key: "b")')
    await ask(paid, id=ticket, version=1)
    id = encode("SharedTour", tour)
    change = """
    mutation ($id: ID!, $version: Int!, $at: DateTime) {
      updateSharedTour(input: { id: $id, expectedVersion: $version, startsAt: $at, seatCents: 9900 }) {
        sharedTour { startsAtLocal seat { amountCents } salesCloseAt version } errors { code path } } }
    """
    later = await ask(change, id=id, version=1, at="2031-06-09T12:00:00-07:00")
    assert later.data == {
        "updateSharedTour": {
            "sharedTour": {
                "startsAtLocal": "2031-06-09T12:00:00",
                "seat": {"amountCents": 9900},
                "salesCloseAt": "2031-06-07T12:00:00-07:00",
                "version": 2,
            },
            "errors": [],
        }
    }
    no_offset = await ask(change, id=id, version=2, at="2031-06-09T12:00:00")
    assert [e["path"] for e in no_offset.data["updateSharedTour"]["errors"]] == ["startsAt"]  # type: ignore[index]
    off = """
    mutation ($id: ID!) {
      cancelSharedTour(input: { id: $id, expectedVersion: 2, reason: "Smoke" }) {
        sharedTour { status seatsLeft tickets { status } } refundDue { formatted } errors { code } } }
    """
    result = await ask(off, id=id)
    assert result.data == {
        "cancelSharedTour": {
            "sharedTour": {
                "status": "CANCELLED",
                "seatsLeft": 14,
                "tickets": [{"status": "CANCELLED"}],
            },
            "refundDue": {"formatted": "$207.29"},
            "errors": [],
        }
    }
