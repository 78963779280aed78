"""What a website's visitor asks for: taken in, told a number, shown nothing that is another's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db import callers
from db.database import Database
from domain.identity import NOBODY, Brand, Kind
from schema.global_ids import decode_as
from tests.builders import a_customer, a_principal, an_app, new_id, write
from tests.db.refusals import stored
from tests.resolvers.conftest import Ask
from tests.services.reserving import deposits
from tests.services.trail import trail_of

ASK = """
mutation ($input: CreateInquiryInput!) {
  createInquiry(input: $input) { inquiry { id } number errors { code path } }
}
"""
RESERVE = """
mutation ($input: CreateReservationInput!, $key: String!) {
  createReservation(input: $input) @idempotent(key: $key) {
    reservation { number } id number deposit { amountCents } checkoutToken errors { code path }
  }
}
"""
ADA = {"name": "A. Guest", "email": "Ada@Example.com", "phone": "+1 509 555 0199"}
CUSTOMERS = "select name, email, phone, version from customers order by name"


def _wish(**given: Any) -> dict[str, Any]:
    day = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
    return {"preferredOn": day, "partySize": 8, "contact": ADA, **given}


async def _asked(ask: Ask, document: str, principal: Any, **given: Any) -> Any:
    result = await ask(document, principal, **given)
    assert result.errors is None, result.errors
    return next(iter(result.data.values()))  # type: ignore[union-attr]


async def _rows(database: Database, brand: Brand, statement: Any) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement))


async def test_a_visitors_inquiry_comes_in_alike_whether_or_not_they_are_known(
    database: Database, settings: Settings, brand: Brand, ask: Ask
) -> None:
    site, answers = a_principal(brand, Kind.SITE), []
    answers.append(await _asked(ask, ASK, site, input={**ADA, "source": "CONSOLE"}))
    known = {"name": "Ada", "email": "ada@example.com", "phone": None}
    await write(database, brand, lambda tx: a_customer(tx, **known))
    answers.append(await _asked(ask, ASK, site, input=ADA))
    year = datetime.now(UTC).year
    assert answers == [
        {"inquiry": None, "number": f"WWT-EXP-{year}-0000{each}", "errors": []} for each in (1, 2)
    ]
    taken = "select source, status, customer_id, name from inquiries order by number"
    assert await _rows(database, brand, taken) == [("website", "new", None, "A. Guest")] * 2
    assert await _rows(database, brand, CUSTOMERS) == [("Ada", "ada@example.com", None, 1)]
    assert (
        await _rows(database, brand, "select kind, subject_kind from tasks")
        == [("call_back", "inquiry")] * 2
    )
    kinds = [(event[1], event[5]) for event in (await trail_of(settings, brand)).events]
    assert kinds == [("InquiryCreated", "link"), ("TaskCreated", "link")] * 2


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.PARTNER, Kind.CUSTOMER])
async def test_whoever_asks_wrongly_is_told_and_nothing_is_stored(
    database: Database, brand: Brand, ask: Ask, kind: Kind
) -> None:
    await write(database, brand, deposits)
    before = await stored(database, brand)
    answer = await _asked(ask, ASK, kind, input={"name": "Ada"})
    assert answer["errors"] == [{"code": "BAD_USER_INPUT", "path": "email"}]
    for name, code in (
        ("customerId", "NOT_FOUND"),
        ("inquiryId", "NOT_FOUND"),
        ("internalNotes", "BAD_USER_INPUT"),
    ):
        wish = _wish(**{name: "x"})
        answer = await _asked(ask, RESERVE, kind, input=wish, key=new_id().hex)
        assert answer["errors"] == [{"code": code, "path": name}]
        assert (answer["id"], answer["checkoutToken"]) == (None, None)
    if kind is not Kind.CUSTOMER:  # Who signed in is known.
        silent = _wish(contact={"name": "Ada"})
        answer = await _asked(ask, RESERVE, kind, input=silent, key=new_id().hex)
        assert answer["errors"] == [{"code": "BAD_USER_INPUT", "path": "contact.email"}]
    assert await stored(database, brand) == before


async def test_a_visitor_reserves_once_and_holds_the_token_of_that_one_reservation(
    database: Database, brand: Brand, ask: Ask, made: Parts
) -> None:
    await write(database, brand, deposits)
    site, key = a_principal(brand, Kind.SITE), new_id().hex
    first, again = [await _asked(ask, RESERVE, site, input=_wish(), key=key) for _ in range(2)]
    other = await _asked(ask, RESERVE, site, input=_wish(), key=new_id().hex)
    assert first == again
    assert (first["reservation"], first["deposit"]) == (None, {"amountCents": 35000})
    assert (first["number"][-5:], other["number"][-5:]) == ("00001", "00002")
    reservation = decode_as("Reservation", first["id"])
    link = made.links.read(first["checkoutToken"])
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_link(tx, link, now=datetime.now(UTC))
    assert found is not None
    assert found[1] == reservation
    seen = "{ reservations { edges { node { number status deposit { amountCents } } } } }"
    holder = a_principal(brand, Kind.LINK, object_id=reservation)
    shown = await _asked(ask, seen, holder)
    assert [edge["node"] for edge in shown["edges"]] == [
        {"number": first["number"], "status": "PENDING", "deposit": {"amountCents": 35000}}
    ]


async def test_a_visitor_who_reserves_under_a_known_address_rewrites_nobody(
    database: Database, settings: Settings, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, deposits)
    known = {"name": "Ada", "email": "ada@example.com", "phone": None}
    customer = await write(database, brand, lambda tx: a_customer(tx, **known))
    site = a_principal(brand, Kind.SITE)
    answer = await _asked(ask, RESERVE, site, input=_wish(), key=new_id().hex)
    assert answer["errors"] == []
    assert await _rows(database, brand, CUSTOMERS) == [("Ada", "ada@example.com", None, 1)]
    assert await _rows(database, brand, "select customer_id from reservations") == [(customer,)]
    kinds = [event[1] for event in (await trail_of(settings, brand)).events]
    assert kinds == ["ReservationCreated", "TaskCreated"]


async def test_a_signed_in_customer_reserves_for_themselves_and_a_partner_for_a_guest(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, deposits)
    bob = await write(database, brand, lambda tx: a_customer(tx, name="Bob", email="b@ex.co"))
    customer = a_principal(brand, Kind.CUSTOMER, actor=bob)
    app: UUID = await write(database, brand, an_app)
    partner = a_principal(brand, Kind.PARTNER, actor=app)
    own = await _asked(ask, RESERVE, customer, input=_wish(), key=new_id().hex)
    sold = await _asked(ask, RESERVE, partner, input=_wish(), key=new_id().hex)
    assert (own["reservation"], sold["reservation"]) == ({"number": own["number"]}, None)
    whose = (
        "select c.name from reservations r join customers c on c.id = r.customer_id"
        " order by r.number"
    )
    assert await _rows(database, brand, whose) == [("Bob",), ("A. Guest",)]
