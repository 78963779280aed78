"""With the token of what they made, guests see it, change it and end it; and nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bootstrap.wiring import Parts
from db import callers
from db.database import Database
from domain.identity import NOBODY, Brand, Kind, Principal
from schema.global_ids import decode_as
from tests.builders import a_customer, a_principal, new_id, write
from tests.resolvers.conftest import Ask, told
from tests.resolvers.test_guests_ask import ADA, ASK, RESERVE
from tests.services.reserving import deposits

SEE = "query ($id: ID!) { reservation(id: $id) { status version preferredOn contactName } }"
QUOTE = """
query ($id: ID!) { reservationCancellation(id: $id) { daysBefore percent refund { amountCents } } }
"""
AMEND = """
mutation ($input: AmendReservationInput!) {
  amendReservation(input: $input) {
    reservation { version preferredOn contactName } errors { code path }
  }
}
"""
CANCEL = """
mutation ($input: CancelReservationInput!, $key: String!) {
  cancelReservation(input: $input) @idempotent(key: $key) {
    reservation { status version refundDue { amountCents } } errors { code path }
  }
}
"""
ASKED = "query ($id: ID!) { inquiry(id: $id) { status version name message lostReason } }"
ASKED_ALL = "{ inquiries { edges { node { number } } } }"
WITHDRAW = """
mutation ($input: WithdrawInquiryInput!) {
  withdrawInquiry(input: $input) { inquiry { status version } errors { code path } }
}
"""
TASKS = "select kind, settled from tasks order by created_at, id"


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def _asked(ask: Ask, document: str, who: Any, **given: Any) -> Any:
    result = await ask(document, who, **given)
    assert result.errors is None, result.errors
    return next(iter(result.data.values()))  # type: ignore[union-attr]


async def _holder(database: Database, made: Parts, brand: Brand, token: str) -> Principal:
    """Whoever presents the token, as the service takes them in."""
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_link(tx, made.links.read(token), now=datetime.now(UTC))
    assert found is not None
    return a_principal(brand, Kind.LINK, object_id=found[1])


async def _changed_and_cancelled(ask: Ask, who: Principal, id: str) -> None:
    """See it, take another day, be quoted, and cancel; twice under the same key is once."""
    seen = await _asked(ask, SEE, who, id=id)
    assert (seen["status"], seen["version"]) == ("PENDING", 1)
    wish = {"id": id, "expectedVersion": 1, "preferredOn": _day(120), "contact": ADA}
    amended = await _asked(ask, AMEND, who, input={**wish, "alternateOn": None})
    assert amended == {
        "reservation": {"version": 2, "preferredOn": _day(120), "contactName": ADA["name"]},
        "errors": [],
    }
    quoted = await _asked(ask, QUOTE, who, id=id)
    assert quoted["refund"] == {"amountCents": 0}
    ending = {"id": id, "expectedVersion": 2, "reason": "Ill", "quotedRefundCents": 0}
    key = new_id().hex
    answers = [await _asked(ask, CANCEL, who, input=ending, key=key) for _ in range(2)]
    off = {"status": "CANCELLED", "version": 3, "refundDue": None}
    assert answers == [{"reservation": off, "errors": []}] * 2


async def test_the_token_of_a_reservation_changes_and_cancels_it(
    database: Database, brand: Brand, ask: Ask, made: Parts
) -> None:
    await write(database, brand, deposits)
    wish = {"preferredOn": _day(100), "partySize": 4, "contact": ADA}
    site = a_principal(brand, Kind.SITE)
    mine, other = [await _asked(ask, RESERVE, site, input=wish, key=new_id().hex) for _ in range(2)]
    who = await _holder(database, made, brand, mine["checkoutToken"])
    given = {"id": other["id"], "expectedVersion": 1}
    for document, values in (
        (AMEND, {"input": {**given, "partySize": 5}}),
        (CANCEL, {"input": {**given, "reason": "x", "quotedRefundCents": 0}, "key": "k" * 16}),
    ):
        refused = await _asked(ask, document, who, **values)
        assert refused["errors"] == [{"code": "NOT_FOUND", "path": "id"}]
    assert told(await ask(QUOTE, who, id=other["id"])) == [("reservationCancellation", "NOT_FOUND")]

    await _changed_and_cancelled(ask, who, mine["id"])

    left = "select status from reservations order by number"
    assert await write(database, brand, lambda tx: tx.rows(left)) == [("cancelled",), ("pending",)]


async def test_a_customer_changes_and_cancels_their_own_reservation(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, deposits)
    bob: UUID = await write(database, brand, lambda tx: a_customer(tx, email="b@example.com"))
    customer = a_principal(brand, Kind.CUSTOMER, actor=bob)
    wish = {"preferredOn": _day(100), "partySize": 4}
    mine = await _asked(ask, RESERVE, customer, input=wish, key=new_id().hex)
    site = {"input": {**wish, "contact": ADA}, "key": new_id().hex}
    theirs = await _asked(ask, RESERVE, a_principal(brand, Kind.SITE), **site)
    assert told(await ask(QUOTE, customer, id=theirs["id"])) == [
        ("reservationCancellation", "NOT_FOUND")
    ]

    await _changed_and_cancelled(ask, customer, mine["id"])


async def test_the_token_of_an_inquiry_shows_it_and_withdraws_it(
    database: Database, brand: Brand, ask: Ask, made: Parts
) -> None:
    document = ASK.replace("number errors", "id number checkoutToken errors")
    site = a_principal(brand, Kind.SITE)
    mine, other = [
        await _asked(ask, document, site, input={**ADA, "message": text})
        for text in ("Me", "Other")
    ]
    who = await _holder(database, made, brand, mine["checkoutToken"])
    assert decode_as("Inquiry", mine["id"]) == who.object_id
    seen = {"status": "NEW", "version": 1, "name": ADA["name"], "message": "Me", "lostReason": None}
    assert await _asked(ask, ASKED, who, id=mine["id"]) == seen
    assert told(await ask(ASKED, who, id=other["id"])) == [("inquiry", "NOT_FOUND")]
    assert await _asked(ask, ASKED_ALL, who) == {"edges": [{"node": {"number": mine["number"]}}]}

    answer = await _asked(ask, WITHDRAW, who, input={"id": mine["id"], "expectedVersion": 1})
    assert answer == {"inquiry": {"status": "LOST", "version": 2}, "errors": []}
    after = await _asked(ask, ASKED, who, id=mine["id"])
    assert (after["status"], after["lostReason"]) == ("LOST", None)
    assert await write(database, brand, lambda tx: tx.rows(TASKS)) == [
        ("call_back", True),
        ("call_back", False),
    ]
