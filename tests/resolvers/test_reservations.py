"""Reservations over GraphQL: made once under a key, talked over, quoted, cancelled; told in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from db.database import Database
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_customer, a_member, a_payment, a_principal, new_id, write
from tests.db.rows import a_reservation
from tests.resolvers.conftest import Ask, told
from tests.services.reserving import deposits
from tests.services.selling import FAR, open_shop

SEEN = "id number status partySize deposit { amountCents } refundDue { amountCents } version"
CREATE = f"""
mutation ($input: CreateReservationInput!, $key: String!) {{
  createReservation(input: $input) @idempotent(key: $key) {{
    reservation {{ {SEEN} customer {{ name }} }} checkoutToken errors {{ code path }}
  }}
}}
"""
QUOTE = """
query ($id: ID!) {
  reservationCancellation(id: $id) {
    daysBefore percent refund { amountCents } reservation { version }
  }
}
"""
CONVERT = """
mutation ($input: ConvertReservationInput!) {
  convertReservation(input: $input) @idempotent(key: "convert") {
    reservation { status version }
    booking {
      status source pickup deposit { amountCents } balance { amountCents } reservation { id }
      payments { status amount { amountCents } }
    }
    errors { code path }
  }
}
"""
PAY = """
mutation ($input: RecordPaymentInput!, $key: String!) {
  recordPayment(input: $input) @idempotent(key: $key) {
    payment { kind method status amount { amountCents } reservation { id } booking { id } }
    errors { code path }
  }
}
"""
RESERVE = """
mutation ($input: CreateReservationInput!) {
  createReservation(input: $input) @idempotent(key: "reserve") { id errors { code } }
}
"""
STATUS = "{ reservations { edges { node { status } } } }"


def _change(name: str, key: str = "") -> str:
    kind = name[0].upper() + name[1:]
    directive = f'@idempotent(key: "{key}")' if key else ""
    return (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {directive}"
        f" {{ reservation {{ {SEEN} }} errors {{ code path }} }} }}"
    )


async def _done(ask: Ask, principal: Any, name: str, key: str = "", **given: Any) -> Any:
    result = await ask(_change(name, key), principal, input=given)
    assert result.errors is None, result.errors
    return result.data[name]  # type: ignore[index]


async def test_a_reservation_is_made_once_talked_over_and_cancelled_as_quoted(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, deposits)
    sam = a_principal(brand, actor=await a_member(database, brand, "sales"), role="sales")
    day = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
    wish = {"preferredOn": day, "partySize": 20, "contact": {"name": "Ada", "email": "a@b.cd"}}
    key = new_id().hex
    answers = [await ask(CREATE, sam, input=wish, key=key) for _ in range(2)]
    assert [each.errors for each in answers] == [None, None]
    first, again = (each.data["createReservation"] for each in answers)  # type: ignore[index]
    assert first == again
    made = first["reservation"]
    assert (made["status"], made["deposit"], made["customer"]["name"]) == (
        "PENDING",
        {"amountCents": 60000},
        "Ada",
    )
    assert first["checkoutToken"].startswith("lk_")
    id = made["id"]
    updated = await _done(
        ask, sam, "updateReservation", id=id, expectedVersion=1, partySize=4, specialRequests="Hi"
    )
    assert updated["reservation"]["deposit"] == {"amountCents": 25000}
    for version, name in ((2, "contactReservation"), (3, "confirmReservation")):
        await _done(ask, sam, name, id=id, expectedVersion=version)
    quoted = await ask(QUOTE, sam, id=id)
    assert quoted.errors is None
    due = quoted.data["reservationCancellation"]  # type: ignore[index]
    assert due == {
        "daysBefore": due["daysBefore"],
        "percent": 100,
        "refund": {"amountCents": 0},
        "reservation": {"version": 4},
    }
    assert due["daysBefore"] in {100, 101}
    wrong = {"id": id, "expectedVersion": 4, "reason": "Ill", "quotedRefundCents": 5}
    refused = await _done(ask, sam, "cancelReservation", "wrong", **wrong)
    assert refused["errors"] == [{"code": "REFUND_CHANGED", "path": "quotedRefundCents"}]
    right = wrong | {"quotedRefundCents": 0}
    cancelled = await _done(ask, sam, "cancelReservation", "right", **right)
    assert (cancelled["reservation"]["status"], cancelled["reservation"]["version"]) == (
        "CANCELLED",
        5,
    )


async def test_a_visitors_reservation_is_paid_by_check_and_becomes_a_booking_once_under_a_key(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await open_shop(database, brand, 14)
    await write(database, brand, deposits)
    sam = a_principal(brand, actor=await a_member(database, brand, "sales"), role="sales")
    wish = {
        "preferredOn": FAR.date().isoformat(),
        "partySize": 4,
        "method": "CHECK",
        "contact": {"name": "Ada", "email": "a@b.cd"},
    }
    made = await ask(RESERVE, Kind.SITE, input=wish)
    id = made.data["createReservation"]["id"]  # type: ignore[index]
    for version, name in ((1, "contactReservation"), (2, "confirmReservation")):
        await _done(ask, sam, name, id=id, expectedVersion=version)
    check = {"reservationId": id, "kind": "DEPOSIT", "method": "CHECK", "amountCents": 25000}
    paid = [await ask(PAY, sam, input=check, key="check") for _ in range(2)]
    assert (
        paid[0].data
        == paid[1].data
        == {
            "recordPayment": {
                "payment": {
                    "kind": "DEPOSIT",
                    "method": "CHECK",
                    "status": "SUCCEEDED",
                    "amount": {"amountCents": 25000},
                    "reservation": {"id": id},
                    "booking": None,
                },
                "errors": [],
            }
        }
    )
    asked = {"tourType": "WINE_TOUR", "startsAt": FAR.isoformat(), "partySize": 4, "minutes": 360}
    quoted = await ask("query ($q: QuoteInput!) { quote(input: $q) { token } }", sam, q=asked)
    token = quoted.data["quote"]["token"]  # type: ignore[index]
    given = {"id": id, "expectedVersion": 3, "quoteToken": token, "pickup": "The hotel"}
    answers = [await ask(CONVERT, sam, input=given) for _ in range(2)]
    assert [each.errors for each in answers] == [None, None]
    first, again = (each.data["convertReservation"] for each in answers)  # type: ignore[index]
    assert first == again
    assert first == {
        "reservation": {"status": "CONVERTED", "version": 4},
        "booking": {
            "status": "CONFIRMED",
            "source": "RESERVATION",
            "pickup": "The hotel",
            "deposit": {"amountCents": 25000},
            "balance": {"amountCents": 37187},
            "reservation": {"id": id},
            "payments": [{"status": "SUCCEEDED", "amount": {"amountCents": 25000}}],
        },
        "errors": [],
    }


async def test_what_cannot_be_cleared_is_refused(
    database: Database, brand: Brand, ask: Ask
) -> None:
    reservation = encode("Reservation", await write(database, brand, a_reservation))
    for field in ("preferredOn", "partySize", "tourType", "method"):
        given: dict[str, Any] = {"id": reservation, "expectedVersion": 1, field: None}
        refused = await _done(ask, None, "updateReservation", **given)
        assert refused["errors"] == [{"code": "BAD_USER_INPUT", "path": field}]


async def test_a_status_is_that_of_the_moment_whether_or_not_it_was_swept(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    now = datetime.now(UTC)

    async def one_of_each(tx: Any) -> None:
        given = {"created_at": now - timedelta(hours=25), "consult_by": now - timedelta(hours=1)}
        later = {"preferred_on": (now + timedelta(days=30)).date()}
        over = {"preferred_on": (now - timedelta(days=3)).date()}
        customer = await a_customer(tx)
        paid = await a_reservation(tx, customer_id=customer, **given, **later)
        await a_payment(tx, reservation_id=paid, customer_id=customer, created_at=now)
        await a_reservation(tx, **given, **later)
        await a_reservation(tx, **given, **later, status="contacted")
        await a_reservation(tx, **given, **over, status="confirmed")
        await a_reservation(tx, **given, **over, status="cancelled")

    await write(database, brand, one_of_each)
    statements.clear()
    result = await ask(STATUS)
    assert result.errors is None
    edges = result.data["reservations"]["edges"]  # type: ignore[index]
    found = sorted(edge["node"]["status"] for edge in edges)
    assert found == ["CANCELLED", "CONTACTED", "EXPIRED", "EXPIRED", "PENDING"]
    assert len(statements) == 2


async def test_nobody_but_staff_who_may_changes_reservations(ask: Ask) -> None:
    given = {"id": "x", "expectedVersion": 1}
    for caller in (Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER):
        for name in ("updateReservation", "contactReservation", "confirmReservation"):
            assert told(await ask(_change(name), caller, input=given)) == [(name, "FORBIDDEN")]
    for caller in (Kind.SITE, Kind.PARTNER, Kind.DRIVER):
        cancel = {**given, "reason": "Ill", "quotedRefundCents": 0}
        result = await ask(_change("cancelReservation", "k"), caller, input=cancel)
        assert told(result) == [("cancelReservation", "FORBIDDEN")]
        assert told(await ask(QUOTE, caller, id="x")) == [("reservationCancellation", "FORBIDDEN")]
