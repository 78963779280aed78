"""What a single row may say: every rule of the domain that PostgreSQL checks on the row alone."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import EmailTaken, RuleBroken, WrongState
from domain.identity import Brand, Kind
from domain.numbers import INFIX
from tests.builders import (
    NUMBERED,
    START,
    a_booking,
    a_brand,
    a_customer,
    a_number,
    a_payment,
    insert,
    write,
)
from tests.db.refusals import By, assert_refused, stored
from tests.db.rows import DAY, MAKERS, a_proposal

FREE = {"subtotal_cents": 0, "tax_cents": 0, "total_cents": 0, "deposit_cents": 0}
BEFORE = START - timedelta(hours=1)
ID = UUID(int=1)
WORDS = [
    (table, column)
    for column, tables in {
        "status": "inquiries invoices payments proposals refunds reservations shared_tours tickets"
        " vehicles",
        "kind": "blocks booking_price_lines booking_stops documents duty_entries invoices payments"
        " price_rules proposal_inclusions proposal_stops rate_cards",
        "method": "payments reservations",
        "pricing": "proposal_inclusions tour_packages",
        "source": "inquiries",
        "tour_type": "inquiries reservations",
        "rsvp": "proposal_guests",
        "planning_phase": "proposals",
        "subject_kind": "tasks",
        "third_party_status": "booking_stops",
    }.items()
    for table in tables.split()
]
OF_MONEY = ("invoices", "payments", "proposals", "reservations", "shared_tours", "tickets")
# Of several broken rules PostgreSQL tells the first by name.
BOOKINGS: list[tuple[dict[str, Any], By]] = [
    ({"ends_at": START}, "bookings_end_after_start"),
    ({"ends_at": BEFORE}, "bookings_end_after_start"),
    ({"party_size": 0}, "bookings_party_size_check"),
    ({**FREE, "subtotal_cents": -1, "tax_cents": 1}, "bookings_subtotal_cents_check"),
    ({**FREE, "subtotal_cents": 1, "tax_cents": -1}, "bookings_tax_cents_check"),
    ({**FREE, "discount_cents": -1, "total_cents": 1}, "bookings_discount_cents_check"),
    ({**FREE, "deposit_cents": -1}, "bookings_deposit_cents_check"),
    ({**FREE, "discount_cents": 1, "total_cents": -1}, "bookings_deposit_within_total"),
    ({"deposit_cents": 62188}, "bookings_deposit_within_total"),
    ({"total_cents": 62186}, "bookings_total_adds_up"),
    ({"discount_cents": 100}, "bookings_total_adds_up"),
    ({"status": "confirmed"}, WrongState),
    ({"status": "completed"}, WrongState),
    ({"status": "confirmed", "deposit_waiver_reason": " "}, "bookings_deposit_waiver_reason_check"),
    ({"status": "held"}, "bookings_hold_has_an_end"),
    ({"status": "sold"}, "bookings_status_check"),
    ({"customer_id": None}, "bookings_sold_to_somebody"),
    ({"no_show": True}, "bookings_no_show_is_completed"),
    ({"source": "fax"}, "bookings_source_check"),
    ({"tour_type": "cruise"}, "bookings_tour_type_check"),
    ({"customer_phone": "509 555 0142"}, "bookings_customer_phone_check"),
    ({"customer_email": "Ada@example.com"}, "bookings_customer_email_check"),
    ({"currency": "EUR"}, "bookings_currency_fkey"),
]
OTHERS: list[tuple[str, dict[str, Any], By]] = [
    ("blocks", {"ends_at": START}, "blocks_end_after_start"),
    ("blocks", {"kind": "booking"}, "blocks_kind_fits"),
    ("blocks", {"kind": "hold"}, "blocks_hold_expires"),
    ("blocks", {"vehicle_id": None}, "blocks_one_resource"),
    ("blocks", {"expires_at": START}, "blocks_hold_expires"),
    ("blocks", {"offset_pair_id": ID}, "blocks_pair_has_side"),
    ("blocks", {"offset_pair_id": ID, "offset_pair_side": 3}, "blocks_offset_pair_side_check"),
    ("booking_price_lines", {"position": 0}, "booking_price_lines_position_check"),
    ("booking_stops", {"minutes": 29}, "booking_stops_minutes_check"),
    ("booking_stops", {"minutes": 241}, "booking_stops_minutes_check"),
    ("booking_stops", {"kind": "winery"}, "booking_stops_place_fits"),
    ("proposals", {"accepted_at": START + timedelta(seconds=1)}, "proposals_accepted_while_valid"),
    ("customers", {"name": " "}, "customers_name_check"),
    ("customers", {"email": "Ada@example.com"}, "customers_email_check"),
    ("customers", {"email": " ada@example.com"}, "customers_email_check"),
    ("customers", {"phone": "509 555 0142"}, "customers_phone_check"),
    ("documents", {"kind": "licence"}, "documents_kind_fits"),
    ("documents", {"vehicle_id": None}, "documents_kind_fits"),
    ("duty_entries", {"ends_at": START}, "duty_entries_end_after_start"),
    ("inquiries", {"party_size": 0}, "inquiries_party_size_check"),
    ("invoices", {"total_cents": 110}, "invoices_check"),
    ("invoices", {"due_on": date(2026, 6, 7)}, "invoices_due_after_issue"),
    ("payments", {"amount_cents": 0}, "payments_amount_cents_check"),
    ("payments", {"booking_id": None}, "payments_one_subject"),
    ("payments", {"received_at": None}, "payments_paid_has_time"),
    ("payments", {"method": "card", "stripe_intent_id": None}, "payments_paid_card_has_intent"),
    ("payments", {"kind": "guest_share"}, "payments_guest_share_has_guest"),
    ("payments", {"status": "disputed"}, "payments_card_has_no_hand"),
    ("price_rules", {"amount_cents": 100}, "price_rules_one_effect"),
    ("price_rules", {"kind": "promo_code"}, "price_rules_promo_has_code"),
    ("price_rules", {"redemptions_max": 1, "redemptions": 2}, RuleBroken),
    ("proposal_guests", {"owed_cents": 0}, "proposal_guests_share_fits"),
    ("proposal_guests", {"owed_cents": 1, "sponsored": True}, "proposal_guests_share_fits"),
    ("proposal_guests", {"owed_cents": 1, "override_cents": 2}, "proposal_guests_share_fits"),
    ("proposal_guests", {"override_cents": -1}, "proposal_guests_override_cents_check"),
    ("proposal_inclusions", {"unit_cents": -1}, "proposal_inclusions_unit_cents_check"),
    ("proposals", {"total_cents": 132391}, "proposals_total_adds_up"),
    ("proposals", {"deposit_cents": 132391}, "proposals_deposit_within_total"),
    ("proposals", {"discount_ppm": 200000}, "proposals_discount_is_its_percentage"),
    ("proposals", {"gratuity_ppm": 200000}, "proposals_gratuity_is_its_percentage"),
    ("proposals", {"ends_on": date(2026, 6, 7)}, "proposals_dates_ordered"),
    ("proposals", {"status": "accepted", "signature_name": None}, "proposals_accepted_is_signed"),
    ("proposals", {"status": "accepted", "accepted_at": None}, "proposals_accepted_is_signed"),
    ("proposals", {"party_size": 0}, "proposals_party_size_check"),
    ("rate_cards", {"guests_max": 0}, "rate_cards_guests_ordered"),
    ("rate_cards", {"rate_cents": -1}, "rate_cards_rate_cents_check"),
    ("rate_cards", {"effective_to": date(2019, 12, 31)}, "rate_cards_dates_ordered"),
    ("refunds", {"amount_cents": 0}, "refunds_amount_cents_check"),
    ("reservations", {"consult_by": START}, "reservations_consultation_within_a_day"),
    ("reservations", {"party_size": 0}, "reservations_party_size_check"),
    ("reservations", {"deposit_cents": -1}, "reservations_deposit_cents_check"),
    ("shared_tours", {"ends_at": START}, "shared_tours_end_after_start"),
    ("shared_tours", {"sales_close_at": START + timedelta(1)}, "shared_tours_closes_before_start"),
    ("shared_tours", {"cancel_until": START + timedelta(1)}, "shared_tours_cancels_before_start"),
    (
        "shared_tours",
        {"cancel_until": START - timedelta(hours=48, seconds=1)},
        "shared_tours_sells_while_it_cancels",
    ),
    ("shared_tours", {"guests_min": 1}, "shared_tours_guests_min_check"),
    ("shared_tours", {"guests_max": 15}, "shared_tours_guests_max_check"),
    ("shared_tours", {"guests_min": 3, "guests_max": 2}, "shared_tours_guests_ordered"),
    ("tasks", {"done_at": START}, "tasks_done_by_somebody"),
    ("tickets", {"guests": 7}, "tickets_guests_check"),
    ("tickets", {"guests": 0}, "tickets_guests_check"),
    ("tickets", {"total_cents": 20730}, "tickets_check"),
    *((table, {column: "x"}, f"{table}_{column}_check") for table, column in WORDS),
    ("proposal_stops", {"minutes": 29}, "proposal_stops_minutes_check"),
    ("proposal_stops", {"minutes": 241}, "proposal_stops_minutes_check"),
    ("inquiries", {"phone": "5095550142"}, "inquiries_phone_check"),
    *((table, {"currency": "EUR"}, f"{table}_currency_fkey") for table in OF_MONEY),
    ("tour_packages", {"price_cents": -1}, "tour_packages_price_cents_check"),
    ("vehicles", {"seats": 0}, "vehicles_seats_check"),
]


@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
@pytest.mark.parametrize(("values", "by"), BOOKINGS)
async def test_a_booking_that_breaks_a_rule_is_refused_and_not_stored(
    database: Database, brand: Brand, values: dict[str, Any], by: By, kind: Kind
) -> None:
    async def work(tx: Transaction) -> None:
        await a_booking(tx, **values)

    await assert_refused(database, brand, work, by, kind=kind)


@pytest.mark.parametrize(("table", "values", "by"), OTHERS)
async def test_a_row_that_breaks_a_rule_is_refused_and_not_stored(
    database: Database, brand: Brand, table: str, values: dict[str, Any], by: By
) -> None:
    async def work(tx: Transaction) -> None:
        await MAKERS[table](tx, **values)

    kind = Kind.WORKER if values.get("method") == "card" else Kind.STAFF
    await assert_refused(database, brand, work, by, kind=kind)


@pytest.mark.parametrize("table", MAKERS)
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER])
async def test_the_same_row_without_the_fault_is_stored(
    database: Database, brand: Brand, table: str, kind: Kind
) -> None:
    before = await stored(database, brand)
    assert isinstance(await write(database, brand, MAKERS[table], kind=kind), UUID)
    counted = {row[0]: row[1] for row in await stored(database, brand)}
    assert counted[table] == {row[0]: row[1] for row in before}[table] + 1


@pytest.mark.parametrize(
    "values",
    [
        {"status": "confirmed", "deposit_received_at": START},
        {"status": "confirmed", "deposit_waiver_reason": "A school"},
        {"status": "held", "hold_expires_at": START, "customer_id": None},
        {"status": "draft", "customer_id": None},
        {**FREE},
        {"deposit_cents": 62187},
    ],
)
async def test_a_booking_at_the_edge_of_a_rule_is_stored(
    database: Database, brand: Brand, values: dict[str, Any]
) -> None:
    async def work(tx: Transaction) -> UUID:
        return await a_booking(tx, **values)

    assert isinstance(await write(database, brand, work), UUID)


@pytest.mark.parametrize("table", NUMBERED)
@pytest.mark.parametrize(
    ("form", "passes"),
    [
        ("WWT-{}2026-00042", True),
        ("A1-{}2026-99999", True),
        ("WWT-{}2026-100000", True),
        ("WWT-{}2026-0042", False),
        ("WWT-{}2026-012345", False),
        ("wwt-{}2026-00042", False),
        ("-{}2026-00042", False),
        ("ABCDEFGHIJKLM-{}2026-00042", False),
        ("WWT-{}26-00042", False),
        ("WWT-X-{}2026-00042", False),
        ("WWT-{}2026-00042 ", False),
        ("WWT-{}2026-00042\n", False),
        ("", False),
    ],
)
async def test_a_number_has_the_form_of_its_kind(
    database: Database, brand: Brand, table: str, form: str, *, passes: bool
) -> None:
    numbered = partial(MAKERS[table], number=form.format(INFIX[NUMBERED[table]]))
    if passes:
        assert isinstance(await write(database, brand, numbered), UUID)
    else:
        await assert_refused(database, brand, numbered, f"{table}_number_form")


@pytest.mark.parametrize("table", NUMBERED)
async def test_a_number_of_another_kind_is_refused(
    database: Database, brand: Brand, table: str
) -> None:
    for other in set(NUMBERED) - {table}:
        numbered = partial(MAKERS[table], number=a_number(NUMBERED[other]))
        await assert_refused(database, brand, numbered, f"{table}_number_form")


@pytest.mark.parametrize("table", NUMBERED)
async def test_a_number_is_given_once_in_a_brand_and_again_in_another(
    database: Database, settings: Settings, brand: Brand, table: str
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    number = a_number(NUMBERED[table])

    async def work(tx: Transaction) -> None:
        await MAKERS[table](tx, number=number)

    await write(database, brand, work)
    await write(database, sister, work)
    await assert_refused(database, brand, work, f"{table}_number_key")


async def test_an_email_address_belongs_to_one_customer_of_a_brand(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")

    async def work(tx: Transaction) -> None:
        await a_customer(tx, email="ada@example.com")

    await write(database, brand, work)
    await write(database, sister, work)
    await assert_refused(database, brand, work, EmailTaken)


async def test_any_number_of_customers_have_no_email_address(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> int:
        for _ in range(3):
            await a_customer(tx, email=None)
        return len(await tx.rows("select 1 from customers where email is null"))

    assert await write(database, brand, work) == 3


async def test_a_stripe_intent_pays_once(database: Database, brand: Brand) -> None:
    async def work(tx: Transaction) -> None:
        await MAKERS["payments"](tx, method="card", stripe_intent_id="pi_1")

    await write(database, brand, work, kind=Kind.WORKER)
    refused = "payments_stripe_intent_id_key"
    await assert_refused(database, brand, work, refused, kind=Kind.WORKER)


async def test_a_payment_is_for_a_booking_of_its_own_customer(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> None:
        somebody_else = await a_customer(tx)
        await a_payment(tx, booking_id=await a_booking(tx), customer_id=somebody_else)

    await assert_refused(database, brand, work, "payments_booking_id_fkey")


async def test_a_stop_is_of_the_proposal_that_its_day_is_of(
    database: Database, brand: Brand
) -> None:
    async def work(tx: Transaction) -> None:
        mine, other = await a_proposal(tx), await a_proposal(tx)
        day = await insert(tx, "proposal_days", proposal_id=mine, position=1, on_date=DAY)
        for position, proposal in enumerate((mine, other), start=1):
            await insert(
                tx,
                "proposal_stops",
                proposal_id=proposal,
                day_id=day,
                position=position,
                kind="custom",
            )

    await assert_refused(database, brand, work, "proposal_stops_day_id_fkey")
