"""Forgetting a customer: nothing of them is found anywhere afterwards, and every sum is the same."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from db.erasures import WORDS
from domain.customers import ContactChange, NewCustomer
from domain.errors import InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind
from domain.privacy import Erasure, StillNeeded
from services.customers import create_customer, restore_customer, update_customer
from services.erasures import carry_out_erasure, erase_customer
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_payment,
    a_vehicle,
    assign_vehicle,
    write,
)
from tests.db.rows import a_proposal, a_refund, a_reservation, a_task, a_ticket
from tests.services.persons import a_person, mark_every_word, superuser, tables_that_tell
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)
IDS = FreshIds()
FIGURES = """
select jsonb_agg(to_jsonb(b) order by b.id) from (
  select id, number, status, starts_at, total_cents, tax_cents, deposit_cents, party_size,
    source, tour_type, policy from bookings where tenant_id = %(tenant)s) b
union all select jsonb_agg(to_jsonb(p) order by p.id) from (
  select id, status, kind, method, amount_cents, received_at, customer_id
  from payments where tenant_id = %(tenant)s) p
union all select jsonb_agg(to_jsonb(r) order by r.id) from (
  select id, status, amount_cents from refunds where tenant_id = %(tenant)s) r
union all select jsonb_agg(to_jsonb(p) order by p.id) from (
  select id, number, status, total_cents, deposit_cents, starts_on
  from proposals where tenant_id = %(tenant)s) p
union all select jsonb_agg(to_jsonb(g) order by g.id) from (
  select id, owed_cents, paid_cents, sponsored from proposal_guests where tenant_id = %(tenant)s) g
union all select jsonb_agg(to_jsonb(t) order by t.id) from (
  select id, number, status, guests, total_cents from tickets where tenant_id = %(tenant)s) t
"""


async def _ask(database: Database, brand: Brand, customer: UUID, **other: Any) -> UUID:
    row = await _row(database, brand, customer)
    given = {"expected_version": row["version"], "confirmed_name": row["name"], **other}
    wish = Erasure(customer, ground="asked", **given)
    made: UUID = await write(database, brand, lambda tx: erase_customer(tx, wish, now=NOW, ids=IDS))
    return made


async def _do(database: Database, brand: Brand, request: UUID) -> None:
    await write(
        database,
        brand,
        lambda tx: carry_out_erasure(tx, request, now=NOW, ids=IDS),
        kind=Kind.WORKER,
    )


async def _row(database: Database, brand: Brand, id: UUID) -> Mapping[str, Any]:
    found = await write(
        database,
        brand,
        lambda tx: tx.row("select to_jsonb(c) from customers c where id = %(id)s", {"id": id}),
    )
    row: Mapping[str, Any] = found[0]
    return row


async def _requests(database: Database, brand: Brand) -> Sequence[Any]:
    rows: Sequence[Any] = await write(
        database,
        brand,
        lambda tx: tx.rows("select status, refusal, counts from privacy_requests order by id"),
    )
    return rows


async def _figures(settings: Settings, brand: Brand) -> Any:
    async with await superuser(settings) as connection:
        cursor = await connection.execute(FIGURES, {"tenant": brand.tenant_id})
        return await cursor.fetchall()


async def test_after_an_erasure_no_table_knows_a_word_of_the_person_and_every_sum_is_the_same(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await write(database, brand, a_person)
    await mark_every_word(settings, brand)
    told = {*WORDS, "events", "event_personal_values"} - {
        *("links", "customer_codes", "customer_exports"),
    }
    assert set(await tables_that_tell(settings, brand)) == told
    sums = await _figures(settings, brand)
    request = await _ask(database, brand, ada)
    await _do(database, brand, request)
    assert await tables_that_tell(settings, brand) == []
    assert await _figures(settings, brand) == sums
    ((status, refusal, counts),) = await _requests(database, brand)
    assert (status, refusal, counts["customers"], counts["bookings"]) == ("done", None, 2, 2)


async def test_what_events_tell_of_figures_times_and_states_stays(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await write(database, brand, a_person)
    await mark_every_word(settings, brand)
    await _do(database, brand, await _ask(database, brand, ada))
    trail = await trail_of(settings, brand)
    kept = {"total_cents": [100, 200], "status": ["draft", "sent"]}
    kept |= {"starts_at": [None, "2026-06-08T10:00:00"]}
    told = [row[8] for row in trail.events if row[1] == "Told"]
    assert told == [kept] * 8
    assert trail.personal == []
    kinds = {row[1] for row in trail.events} - {"Told"}
    assert kinds == {
        "CustomerErasureRequested",
        "CustomerErasureDone",
        *(f"{each}Erased" for each in ("Customer", "Booking", "Reservation", "Inquiry")),
        *(f"{each}Erased" for each in ("Proposal", "Payment", "Task")),
    }


async def test_a_person_is_forgotten_as_the_use_cases_have_written_them(
    database: Database, settings: Settings, brand: Brand
) -> None:
    new = NewCustomer("Zq7 Guest", "zq7@example.com", "+15098675309", internal_notes="zq7 is shy")

    async def meet(tx: Transaction) -> UUID:
        made = await create_customer(tx, new, now=NOW, ids=IDS)
        named = frozenset({"email", "phone"})
        wish = ContactChange(made.id, 1, named, email="other-zq7@example.com", phone=None)
        return (await update_customer(tx, wish, now=NOW, ids=IDS)).id

    ada = await write(database, brand, meet)
    assert await tables_that_tell(settings, brand) == ["customers", "event_personal_values"]
    await _do(database, brand, await _ask(database, brand, ada))
    assert await tables_that_tell(settings, brand) == []
    row = await _row(database, brand, ada)
    assert (row["name"], row["email"], row["phone"], row["version"]) == ("Erased", None, None, 3)
    assert row["archived_at"] == row["erased_at"] == NOW.isoformat()


async def test_what_was_handed_over_stays_with_who_has_it_and_forgets_who_had_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    old, new = [await write(database, brand, a_customer) for _ in range(2)]
    tour = await write(database, brand, lambda tx: a_booking(tx, customer_id=new))
    async with await superuser(settings) as connection:
        keys = (brand.tenant_id, brand.id)
        for version, kind, changes, name in (
            (2, "BookingTransferred", f'{{"customer_id": ["{old}", "{new}"]}}', "zq7"),
            (3, "BookingUpdated", '{"pickup": [null, "The station"]}', "Bob"),
        ):
            (event,) = await (
                await connection.execute(
                    "insert into events (tenant_id, brand_id, id, kind, entity, entity_id,"
                    " entity_version, actor_kind, occurred_at, changes, personal_fields)"
                    " values (%s, %s, %s, %s, 'booking', %s, %s, 'staff', now(), %s, '{name}')"
                    " returning id",
                    (*keys, IDS.new(), kind, tour, version, changes),
                )
            ).fetchone()
            await connection.execute(
                "insert into event_personal_values values (%s, %s, %s, 'name', null, %s)",
                (*keys, event, name),
            )
    await _do(database, brand, await _ask(database, brand, old))
    trail = await trail_of(settings, brand)
    assert [row[3] for row in trail.personal] == ["Bob"]
    (later,) = [row[8] for row in trail.events if row[1] == "BookingUpdated"]
    assert later == {"pickup": [None, "The station"]}
    found = await write(database, brand, lambda tx: tx.rows("select customer_name from bookings"))
    assert found == [("Ada Guest",)]


async def _unpaid(tx: Transaction, ada: UUID) -> None:
    done = {"status": "completed", "deposit_received_at": START, "number": "WWT-2026-00042"}
    tour = await a_booking(tx, customer_id=ada, **done)
    await assign_vehicle(tx, tour, await a_vehicle(tx))


AHEAD = {
    "booking": lambda tx, ada: a_booking(tx, customer_id=ada, number="WWT-2026-00042"),
    "reservation": lambda tx, ada: a_reservation(tx, customer_id=ada, number="WWT-RES-2026-00042"),
    "proposal": lambda tx, ada: a_proposal(
        tx, customer_id=ada, status="accepted", number="WWT-TP-2026-00042"
    ),
    "balance of": _unpaid,
}


@pytest.mark.parametrize("kind", AHEAD)
async def test_who_is_needed_still_is_not_erased_and_the_refusal_names_what_is_open(
    database: Database, settings: Settings, brand: Brand, kind: str
) -> None:
    ada = await write(database, brand, a_customer)
    await write(database, brand, lambda tx: AHEAD[kind](tx, ada))
    with pytest.raises(StillNeeded) as refused:
        await _ask(database, brand, ada)
    assert refused.value.message.startswith(f"First cancel or settle what is open: {kind} WWT-")
    assert (await _row(database, brand, ada))["name"] == "Ada Guest"
    assert await _requests(database, brand) == []
    assert await trail_of(settings, brand) == NOTHING


async def test_open_money_keeps_a_customer_too(database: Database, brand: Brand) -> None:
    ada = await write(database, brand, a_customer)

    async def owe(tx: Transaction) -> None:
        off = {"status": "cancelled", "cancelled_at": START, "number": "WWT-2026-00007"}
        tour = await a_booking(tx, customer_id=ada, **off)
        paid = await a_payment(tx, booking_id=tour, customer_id=ada)
        await a_refund(tx, payment_id=paid, status="pending")
        pending = {"status": "pending", "received_at": None}
        await a_payment(tx, booking_id=tour, customer_id=ada, **pending)
        await a_task(tx, kind="refund", subject_id=tour)
        await a_ticket(tx, customer_id=ada, status="pending")

    await write(database, brand, owe)
    with pytest.raises(StillNeeded) as refused:
        await _ask(database, brand, ada)
    # The tour of the ticket is over by now.
    open_now = "payment, refund, refund of WWT-2026-00007"
    assert refused.value.message == f"First cancel or settle what is open: {open_now}."


async def test_what_is_begun_between_the_wish_and_the_job_is_kept_and_the_request_says_why(
    database: Database, brand: Brand
) -> None:
    ada = await write(database, brand, a_customer)
    request = await _ask(database, brand, ada)
    number = "WWT-2026-00042"
    await write(database, brand, lambda tx: a_booking(tx, customer_id=ada, number=number))
    await _do(database, brand, request)
    told = f"First cancel or settle what is open: booking {number}."
    assert await _requests(database, brand) == [("refused", told, {})]
    assert (await _row(database, brand, ada))["name"] == "Ada Guest"


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"expected_version": 7}, StaleVersion),
        ({"confirmed_name": "Ada"}, InvalidInput),
    ],
)
async def test_a_wish_that_is_not_certain_stores_nothing(
    database: Database, settings: Settings, brand: Brand, other: dict[str, Any], refusal: type
) -> None:
    ada = await write(database, brand, a_customer)
    with pytest.raises(refusal):
        await _ask(database, brand, ada, **other)
    assert await _requests(database, brand) == []
    assert await trail_of(settings, brand) == NOTHING


async def test_another_brands_customer_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    other = await a_brand(settings, tenant=brand, code="nwtc")
    ada = await write(database, other, a_customer)
    wish = Erasure(ada, 1, "asked", "Ada Guest")
    with pytest.raises(NotFound):
        await write(database, brand, lambda tx: erase_customer(tx, wish, now=NOW, ids=IDS))
    assert (await _row(database, other, ada))["name"] == "Ada Guest"


async def test_an_erasure_is_done_once_whoever_asks_and_however_often(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await write(database, brand, a_customer)
    asked = await asyncio.gather(*(_ask(database, brand, ada) for _ in range(3)))
    assert len(set(asked)) == 1
    await asyncio.gather(*(_do(database, brand, asked[0]) for _ in range(3)))
    done = await trail_of(settings, brand)
    assert await _ask(database, brand, ada, confirmed_name="Ada Guest") == asked[0]
    assert await trail_of(settings, brand) == done
    assert [row[1] for row in done.events].count("CustomerErased") == 1


async def test_nobody_is_brought_back_who_was_erased(database: Database, brand: Brand) -> None:
    ada = await write(database, brand, a_customer)
    await _do(database, brand, await _ask(database, brand, ada))
    with pytest.raises(WrongState):
        await write(
            database,
            brand,
            lambda tx: restore_customer(tx, ada, expected_version=2, now=NOW, ids=IDS),
        )
    row = await _row(database, brand, ada)
    assert (row["archived_at"], row["version"]) == (NOW.isoformat(), 2)
