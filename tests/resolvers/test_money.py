"""Every amount is money: cents, a currency, and the amount as people write it."""

from typing import Any

from bootstrap.settings import Settings
from db.database import Database, Transaction
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_payment,
    a_principal,
    a_winery,
    as_owner,
    insert,
    write,
)
from tests.resolvers.conftest import Ask

MONEY = "{ amountCents currency formatted }"


def nz(cents: int, formatted: str) -> dict[str, Any]:
    return {"amountCents": cents, "currency": "NZD", "formatted": formatted}


async def a_sale(tx: Transaction) -> None:
    """A booking with a line, a payment and a refund, a proposal with a line and two guests."""
    customer = await a_customer(tx)
    booking = await a_booking(tx, customer_id=customer, tax_cents=0, total_cents=57000)
    await insert(
        tx,
        "booking_price_lines",
        booking_id=booking,
        position=1,
        kind="rate",
        label="Hours",
        rule="hourly",
        unit_cents=9500,
        amount_cents=57000,
        taxable=True,
    )
    payment = await a_payment(
        tx, booking_id=booking, customer_id=customer, status="partially_refunded"
    )
    await insert(
        tx,
        "refunds",
        payment_id=payment,
        status="succeeded",
        amount_cents=100,
        reason="goodwill",
        created_at=START,
    )
    proposal = await insert(
        tx,
        "proposals",
        number="WWT-TP-2026-00001",
        title="Two days",
        customer_id=customer,
        party_size=4,
        starts_on=START.date(),
        ends_on=START.date(),
        valid_until=START,
        currency="NZD",
        subtotal_cents=90000,
        total_cents=90000,
        created_at=START,
    )
    await insert(
        tx,
        "proposal_inclusions",
        proposal_id=proposal,
        position=1,
        kind="transportation",
        label="Van",
        pricing="flat",
        unit_cents=90000,
        line_cents=90000,
        taxable=True,
    )
    await insert(tx, "proposal_guests", proposal_id=proposal, position=1, name="Gus Guest")
    await insert(
        tx,
        "tour_packages",
        code="wine_tour",
        name="Wine tour",
        pricing="flat_plus_mile",
        price_cents=123450,
        per_mile_cents=350,
        guests_min=1,
        guests_max=8,
        effective_from=START.date(),
    )


async def test_a_row_without_a_currency_is_priced_in_its_brands(
    settings: Settings, database: Database, ask: Ask
) -> None:
    brand = await a_brand(settings, code="nz", currency="NZD")
    await write(database, brand, a_sale)

    result = await ask(
        f"""{{
          bookings {{ edges {{ node {{
            priceLines {{ unit {MONEY} amount {MONEY} }}
            payments {{ refunds {{ amount {MONEY} }} }}
          }} }} }}
          proposals {{ edges {{ node {{
            inclusions {{ unit {MONEY} line {MONEY} }} guests {{ owed {MONEY} paid {MONEY} }}
          }} }} }}
          tourPackages {{ edges {{ node {{ price {MONEY} perMile {MONEY} }} }} }}
        }}""",
        a_principal(brand),
    )

    assert result.errors is None
    nodes = {name: list_["edges"][0]["node"] for name, list_ in (result.data or {}).items()}
    assert nodes == {
        "bookings": {
            "priceLines": [{"unit": nz(9500, "NZ$95.00"), "amount": nz(57000, "NZ$570.00")}],
            "payments": [{"refunds": [{"amount": nz(100, "NZ$1.00")}]}],
        },
        "proposals": {
            "inclusions": [{"unit": nz(90000, "NZ$900.00"), "line": nz(90000, "NZ$900.00")}],
            "guests": [{"owed": None, "paid": nz(0, "NZ$0.00")}],
        },
        "tourPackages": {"price": nz(123450, "NZ$1,234.50"), "perMile": nz(350, "NZ$3.50")},
    }


async def test_the_directory_is_priced_in_its_own_currency_whatever_the_brands(
    settings: Settings, ask: Ask
) -> None:
    brand = await a_brand(settings, code="nz", currency="NZD")
    slug = "a-winery-of-priced-tastings"
    winery = await a_winery(settings, slug=slug)
    query = f'{{ winery(slug: "{slug}") {{ tastingFee {MONEY} }} }}'
    unpriced = await ask(query, a_principal(brand))
    await as_owner(
        settings,
        "update wineries set tasting_fee_cents = 2500 where id = %(id)s",
        {"id": winery},
    )
    priced = await ask(query, a_principal(brand))

    assert unpriced.data == {"winery": {"tastingFee": None}}
    assert priced.data == {
        "winery": {"tastingFee": {"amountCents": 2500, "currency": "USD", "formatted": "$25.00"}}
    }


async def test_a_row_with_a_currency_is_priced_in_it(
    settings: Settings, database: Database, ask: Ask
) -> None:
    brand = await a_brand(settings, code="eu", currency="EUR")

    async def work(tx: Transaction) -> None:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer)
        await a_payment(tx, booking_id=booking, customer_id=customer)

    await write(database, brand, work)

    query = f"{{ payments {{ edges {{ node {{ amount {MONEY} }} }} }} }}"
    result = await ask(query, a_principal(brand))

    assert result.data == {
        "payments": {
            "edges": [
                {
                    "node": {
                        "amount": {
                            "amountCents": 31094,
                            "currency": "EUR",
                            "formatted": "€310.94",
                        }
                    }
                }
            ]
        }
    }
