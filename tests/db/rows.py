"""One valid row of any table that has rules, with the parents it needs."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID

from db.database import Transaction
from domain.numbers import Numbered
from tests.builders import (
    START,
    a_block,
    a_booking,
    a_customer,
    a_driver,
    a_number,
    a_payment,
    a_stop,
    a_vehicle,
    insert,
    new_id,
)

DAY = date(2026, 6, 8)
Make = Callable[..., Awaitable[UUID]]


def _currency(tx: Transaction) -> str:
    assert tx.principal.brand is not None
    return tx.principal.brand.currency


async def an_inquiry(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "number": a_number(Numbered.INQUIRY),
        "name": "Ada",
        "source": "website",
        "created_at": START,
    }
    return await insert(tx, "inquiries", **{**given, **values})


async def a_task(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "kind": "call",
        "title": "Call",
        "subject_kind": "booking",
        "subject_id": UUID(int=1),
    }
    return await insert(tx, "tasks", **{**given, "due_at": START, "created_at": START, **values})


async def a_reservation(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "number": a_number(Numbered.RESERVATION),
        "customer_id": values.pop("customer_id", None) or await a_customer(tx),
        "preferred_on": DAY,
        "party_size": 4,
        "tour_type": "wine_tour",
        "method": "card",
        "currency": _currency(tx),
        "deposit_cents": 25000,
        "consult_by": START + timedelta(hours=24),
        "created_at": START,
    }
    facts = {**given, **values}
    reservation = await insert(tx, "reservations", **facts)
    if facts.get("status") == "converted":
        await a_booking(tx, reservation_id=reservation, customer_id=facts["customer_id"])
    return reservation


async def a_proposal(tx: Transaction, **values: Any) -> UUID:
    """1323.90 in total, as in the table of prices; signed, so that any status fits.

    Shape:  what was accepted has a line of its subtotal, what was converted a booking.
    """
    given: dict[str, Any] = {
        "number": a_number(Numbered.PROPOSAL),
        "title": "Three days",
        "customer_id": values.pop("customer_id", None) or await a_customer(tx),
        "party_size": 3,
        "starts_on": DAY,
        "ends_on": DAY,
        "valid_until": START,
        "currency": _currency(tx),
        "discount_ppm": 100000,
        "gratuity_ppm": 150000,
        "subtotal_cents": 120000,
        "discount_cents": 12000,
        "tax_cents": 8190,
        "gratuity_cents": 16200,
        "total_cents": 132390,
        "deposit_cents": 66195,
        "accepted_at": START,
        "signature_name": "Ada Guest",
        "terms_accepted_at": START,
        "created_at": START,
    }
    facts = {**given, **values}
    proposal = await insert(tx, "proposals", **facts)
    if facts.get("status") in {"accepted", "converted"}:
        cents = facts["subtotal_cents"]
        await an_inclusion(tx, proposal_id=proposal, unit_cents=cents, line_cents=cents)
    if facts.get("status") == "converted":
        await a_booking(tx, proposal_id=proposal, customer_id=facts["customer_id"])
    return proposal


async def a_guest(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"name": "Ada", "position": 1}
    if "proposal_id" not in values:
        values["proposal_id"] = await a_proposal(tx)
    return await insert(tx, "proposal_guests", **{**given, **values})


OF_ONE_LINE: Mapping[str, int] = {
    **dict.fromkeys(("discount_ppm", "gratuity_ppm", "discount_cents", "gratuity_cents"), 0),
    "tax_cents": 9,
    "subtotal_cents": 100,
    "total_cents": 109,
    "deposit_cents": 55,
}


async def an_inclusion(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"position": 1, "kind": "dining", "label": "Lunch", "pricing": "flat"}
    given |= {"unit_cents": 100, "line_cents": 100, "taxable": True}
    if "proposal_id" not in values:
        values["proposal_id"] = await a_proposal(tx, **OF_ONE_LINE)
    return await insert(tx, "proposal_inclusions", **{**given, **values})


async def a_shared_tour(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "title": "Sunday",
        "starts_at": START,
        "ends_at": START + timedelta(hours=6),
        "time_zone": "America/Los_Angeles",
        "currency": _currency(tx),
        "seat_cents": 9500,
        "seat_with_lunch_cents": 11500,
        "sales_close_at": START - timedelta(hours=48),
        "cancel_until": START - timedelta(hours=24),
    }
    return await insert(tx, "shared_tours", **{**given, **values})


async def a_tour_with_a_van(tx: Transaction, **values: Any) -> UUID:
    """A scheduled tour, and the time of its van until the pause behind it is over."""
    van = values.pop("vehicle_id", None) or await a_vehicle(tx)
    tour = await a_shared_tour(tx, vehicle_id=van, **values)
    starts_at = values.get("starts_at", START)
    brand = tx.principal.brand
    assert brand is not None
    await insert(
        tx,
        "blocks",
        brand_id=brand.id,
        vehicle_id=van,
        shared_tour_id=tour,
        kind="shared_tour",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=6, minutes=30),
    )
    return tour


async def put_at_the_wheel(tx: Transaction, tour_id: UUID, driver_id: UUID) -> None:
    """A driver of a shared tour, and the time that it takes of them."""
    await tx.run(
        "insert into shared_tour_drivers (shared_tour_id, driver_id, assigned_at)"
        " values (%(tour)s, %(driver)s, %(at)s)",
        {"tour": tour_id, "driver": driver_id, "at": START},
    )
    await tx.run(
        "insert into blocks (id, brand_id, driver_id, shared_tour_id, kind, starts_at, ends_at)"
        " select %(block)s, brand_id, %(driver)s, id, 'shared_tour', starts_at,"
        " ends_at + interval '30 minutes' from shared_tours"
        " where id = %(tour)s and status = 'scheduled'",
        {"block": new_id(), "tour": tour_id, "driver": driver_id},
    )


async def a_ticket(tx: Transaction, **values: Any) -> UUID:
    """Two guests without lunch: 207.29, bought a week before."""
    if "shared_tour_id" not in values:
        values["shared_tour_id"] = await a_shared_tour(tx)
    if "customer_id" not in values:
        values["customer_id"] = await a_customer(tx)
    given: dict[str, Any] = {
        "number": a_number(Numbered.TICKET),
        "guests": 2,
        "with_lunch": False,
        "currency": _currency(tx),
        "created_at": START - timedelta(days=7),
    }
    money: dict[str, Any] = {"subtotal_cents": 19000, "tax_cents": 1729, "total_cents": 20729}
    return await insert(tx, "tickets", **{**given, **money, **values})


async def a_paid_ticket(tx: Transaction, **values: Any) -> UUID:
    """A ticket of 207.29 and the payment of it, by cash."""
    customer = values.pop("customer_id", None) or await a_customer(tx)
    ticket = await a_ticket(tx, customer_id=customer, **values)
    at = values.get("created_at", START)
    paid = {"kind": "full", "method": "cash", "amount_cents": values.get("total_cents", 20729)}
    paid |= {"received_at": at, "created_at": at}
    await a_payment(tx, ticket_id=ticket, customer_id=customer, **paid)
    return ticket


async def a_paid_booking(tx: Transaction, **values: Any) -> UUID:
    """A payment of 310.94, the deposit of a booking of its own."""
    customer = await a_customer(tx)
    booking = await a_booking(tx, customer_id=customer)
    return await a_payment(tx, **{"booking_id": booking, "customer_id": customer, **values})


TOLD = """
update payments set status = case when amount_cents = back.cents then 'refunded'
  else 'partially_refunded' end
from (select sum(amount_cents) as cents from refunds
  where payment_id = %(id)s and status = 'succeeded') as back
where id = %(id)s and back.cents > 0 and status in ('succeeded', 'partially_refunded')
"""


async def a_refund(tx: Transaction, **values: Any) -> UUID:
    """A refund, and the status of its payment with it."""
    if "payment_id" not in values:
        values["payment_id"] = await a_paid_booking(tx)
    given: dict[str, Any] = {
        "status": "succeeded",
        "amount_cents": 100,
        "reason": "Rain",
        "created_at": START,
    }
    refund = await insert(tx, "refunds", **{**given, **values})
    await tx.run(TOLD, {"id": values["payment_id"]})
    return refund


async def an_invoice(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "number": a_number(Numbered.INVOICE),
        "kind": "final",
        "status": "sent",
        "currency": _currency(tx),
    }
    given |= {"lines": "[]", "subtotal_cents": 100, "tax_cents": 9, "total_cents": 109}
    given |= {"issued_on": DAY, "due_on": DAY}
    return await insert(tx, "invoices", **{**given, "booking_id": await a_booking(tx), **values})


async def a_rate(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "kind": "hourly",
        "code": token_hex(6),
        "guests_min": 1,
        "guests_max": 2,
    }
    given |= {"rate_cents": 8500, "effective_from": DAY}
    return await insert(tx, "rate_cards", **{**given, **values})


async def a_package(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"code": token_hex(6), "name": "Classic", "pricing": "per_person"}
    given |= {"price_cents": 12500, "guests_min": 1, "guests_max": 14, "effective_from": DAY}
    return await insert(tx, "tour_packages", **{**given, **values})


async def a_price_rule(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "kind": "tax",
        "name": "Tax",
        "percent_ppm": 91000,
        "effective_from": DAY,
    }
    return await insert(tx, "price_rules", **{**given, **values})


async def a_document(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"kind": "insurance", "vehicle_id": await a_vehicle(tx)}
    return await insert(tx, "documents", **{**given, **values})


async def a_duty(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"driver_id": await a_driver(tx), "kind": "driving", "starts_at": START}
    return await insert(tx, "duty_entries", **{**given, **values})


async def a_proposal_day(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {"position": 1, "on_date": DAY}
    if "proposal_id" not in values:
        values["proposal_id"] = await a_proposal(tx)
    return await insert(tx, "proposal_days", **{**given, **values})


async def a_proposal_stop(tx: Transaction, **values: Any) -> UUID:
    """A stop of a day of its own, unless a proposal and its day are named."""
    if "proposal_id" not in values:
        values["proposal_id"] = await a_proposal(tx)
        values["day_id"] = await a_proposal_day(tx, proposal_id=values["proposal_id"])
    given: dict[str, Any] = {"position": 1, "kind": "custom", "name": "A view"}
    return await insert(tx, "proposal_stops", **{**given, **values})


async def a_block_of_a_van(tx: Transaction, **values: Any) -> UUID:
    return await a_block(tx, **{"vehicle_id": await a_vehicle(tx), **values})


async def a_first_stop(tx: Transaction, **values: Any) -> UUID:
    return await a_stop(tx, await a_booking(tx), 1, **values)


async def a_price_line(tx: Transaction, **values: Any) -> UUID:
    given: dict[str, Any] = {
        "position": 1,
        "kind": "rate",
        "label": "Tour",
        "rule": "hourly",
        "unit_cents": 9500,
    }
    given |= {"amount_cents": 57000, "taxable": True}
    if "booking_id" not in values:
        values["booking_id"] = await a_booking(tx, tax_cents=0, total_cents=57000)
    return await insert(tx, "booking_price_lines", **{**given, **values})


MAKERS: Mapping[str, Make] = {
    "blocks": a_block_of_a_van,
    "booking_price_lines": a_price_line,
    "booking_stops": a_first_stop,
    "bookings": a_booking,
    "customers": a_customer,
    "documents": a_document,
    "duty_entries": a_duty,
    "inquiries": an_inquiry,
    "invoices": an_invoice,
    "payments": a_paid_booking,
    "price_rules": a_price_rule,
    "proposal_days": a_proposal_day,
    "proposal_guests": a_guest,
    "proposal_inclusions": an_inclusion,
    "proposal_stops": a_proposal_stop,
    "proposals": a_proposal,
    "rate_cards": a_rate,
    "refunds": a_refund,
    "reservations": a_reservation,
    "shared_tours": a_shared_tour,
    "tasks": a_task,
    "tickets": a_ticket,
    "tour_packages": a_package,
    "vehicles": a_vehicle,
}
