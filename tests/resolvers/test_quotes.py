"""A quote over GraphQL: by the brand's own rows, for those who may buy, and stored nowhere."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.keys import KeyRing
from auth.quote_tokens import LIFETIME, Offered, QuoteRefused, QuoteTokens
from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from domain.quotes import Wish
from tests.builders import a_brand, insert, new_id, write
from tests.conftest import SIGNING_KEY
from tests.resolvers.conftest import Ask, told

QUOTE = """query ($input: QuoteInput!) { quote(input: $input) {
  startsAt endsAt token expiresAt
  lines { kind label rule quantity unit { amountCents } amount { amountCents } taxable }
  subtotal { amountCents } discount { amountCents } tax { amountCents } total { formatted }
  deposit { amountCents } balance { amountCents } gratuityHint { amountCents }
  cancellationTiers { daysBefore percent } } }"""
# A Wednesday that is always ahead.
START = "2031-06-11T10:00:00-07:00"
WISH: dict[str, Any] = {
    "tourType": "WINE_TOUR",
    "startsAt": START,
    "partySize": 4,
    "minutes": 360,
}


async def a_rate(tx: Transaction, cents: int = 9_500, since: str = "2020-01-01") -> None:
    await insert(
        tx,
        "rate_cards",
        id=new_id(),
        kind="hourly",
        code="hourly",
        guests_min=1,
        guests_max=14,
        rate_cents=cents,
        minutes_min=240,
        effective_from=date.fromisoformat(since),
    )


async def a_promo(tx: Transaction, **values: Any) -> UUID:
    id = new_id()
    await insert(
        tx,
        "price_rules",
        **{
            "id": id,
            "kind": "promo_code",
            "name": "Spring",
            "promo_code": "SPRING",
            "percent_ppm": -100_000,
            "redemptions_max": 1,
            "effective_from": date(2020, 1, 1),
            **values,
        },
    )
    return id


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.STAFF])
async def test_whoever_may_buy_is_told_every_line_and_every_sum(
    database: Database, brand: Brand, ask: Ask, kind: Kind
) -> None:
    await write(database, brand, a_rate)
    answer = await ask(QUOTE, kind, input=WISH)

    assert answer.errors is None
    assert answer.data is not None
    quote = dict(answer.data["quote"])
    token, expires_at = quote.pop("token"), datetime.fromisoformat(quote.pop("expiresAt"))
    assert token.count(".") == 2
    assert timedelta(minutes=29) < expires_at - datetime.now(UTC) <= LIFETIME
    assert quote == {
        "startsAt": START,
        "endsAt": "2031-06-11T16:00:00-07:00",
        "lines": [
            {
                "kind": "RATE",
                "label": "Tour, 4 guests",
                "rule": "hourly",
                "quantity": 6.0,
                "unit": {"amountCents": 9_500},
                "amount": {"amountCents": 57_000},
                "taxable": True,
            },
            {
                "kind": "TAX",
                "label": "Sales tax",
                "rule": "tax 91000 ppm",
                "quantity": 1.0,
                "unit": {"amountCents": 5_187},
                "amount": {"amountCents": 5_187},
                "taxable": False,
            },
        ],
        "subtotal": {"amountCents": 57_000},
        "discount": {"amountCents": 0},
        "tax": {"amountCents": 5_187},
        "total": {"formatted": "$621.87"},
        "deposit": {"amountCents": 31_094},
        "balance": {"amountCents": 31_093},
        "gratuityHint": {"amountCents": 8_550},
        "cancellationTiers": [
            {"daysBefore": 45, "percent": 100},
            {"daysBefore": 21, "percent": 50},
            {"daysBefore": 0, "percent": 0},
        ],
    }


@pytest.mark.parametrize("kind", [Kind.DRIVER, Kind.LINK])
async def test_others_are_told_no_prices(ask: Ask, kind: Kind) -> None:
    assert told(await ask(QUOTE, kind, input=WISH)) == [("quote", "FORBIDDEN")]


async def test_a_quote_is_one_statement(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    await write(database, brand, a_rate)
    statements.clear()
    await ask(QUOTE, Kind.SITE, input=WISH)
    assert len(statements) == 1


async def test_the_price_of_the_tours_day_is_told_and_not_that_of_today(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, a_rate)
    await write(database, brand, lambda tx: a_rate(tx, 20_000, "2031-06-11"))
    dearer = await ask(
        "query ($input: QuoteInput!) { quote(input: $input) { subtotal { amountCents } } }",
        input=WISH,
    )
    before = await ask(
        "query ($input: QuoteInput!) { quote(input: $input) { subtotal { amountCents } } }",
        input={**WISH, "startsAt": "2031-06-10T10:00:00-07:00"},
    )
    assert (dearer.data, before.data) == (
        {"quote": {"subtotal": {"amountCents": 120_000}}},
        {"quote": {"subtotal": {"amountCents": 57_000}}},
    )


async def test_a_promo_code_holds_until_it_is_used_up_and_nobody_can_list_it(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, a_rate)
    promo = await write(database, brand, a_promo)
    asked = "query ($input: QuoteInput!) { quote(input: $input) { discount { amountCents } } }"
    wish = {**WISH, "promoCode": " spring "}
    held = await ask(asked, Kind.SITE, input=wish)
    listed = await write(
        database, brand, lambda tx: tx.rows("select 1 from price_rules"), kind=Kind.SITE
    )
    await write(
        database,
        brand,
        lambda tx: tx.run(
            "update price_rules set redemptions = 1 where id = %(id)s", {"id": promo}
        ),
    )
    used_up = await ask(asked, Kind.SITE, input=wish)

    assert held.data == {"quote": {"discount": {"amountCents": 5_700}}}
    assert listed == []
    assert told(used_up) == [("quote", "PROMO_CODE_REFUSED")]


async def test_another_brands_promo_code_does_not_hold(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, a_rate)
    await write(database, await a_brand(settings, tenant=brand, code="nwtc"), a_promo)
    refused = await ask(QUOTE, Kind.SITE, input={**WISH, "promoCode": "SPRING"})
    assert told(refused) == [("quote", "PROMO_CODE_REFUSED")]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"startsAt": "2020-06-10T10:00:00-07:00"}, "START_IN_PAST"),
        ({"startsAt": "2031-06-10T10:00:00"}, "BAD_USER_INPUT"),
        ({"partySize": 0}, "BAD_USER_INPUT"),
        ({"code": "a\0b"}, "BAD_USER_INPUT"),
        ({"minutes": None}, "BAD_USER_INPUT"),
        ({"partySize": 4, "code": "nothing"}, "NO_RATE"),
        ({"startsAt": "2031-06-11T07:30:00-07:00"}, "OUTSIDE_OPERATING_DAY"),
        ({"startsAt": "2031-06-11T16:01:00-07:00"}, "OUTSIDE_OPERATING_DAY"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused(
    database: Database, brand: Brand, ask: Ask, wrong: dict[str, Any], code: str
) -> None:
    await write(database, brand, a_rate)
    assert told(await ask(QUOTE, Kind.SITE, input={**WISH, **wrong})) == [("quote", code)]


async def test_the_token_says_what_was_offered_to_its_own_brand_for_half_an_hour(
    database: Database, brand: Brand, ask: Ask, made: Parts, settings: Settings
) -> None:
    await write(database, brand, a_rate)
    answer = await ask(QUOTE, Kind.SITE, input=WISH)
    assert answer.data is not None
    token = answer.data["quote"]["token"]
    sibling = await a_brand(settings, tenant=brand, code="nwtc")

    assert made.quotes.read(token, brand) == Offered(
        Wish("wine_tour", datetime.fromisoformat(START), 4, 360), 62_187
    )
    for other, presented in ((sibling, token), (brand, token[:-8] + "AAAAAAAA"), (brand, "")):
        with pytest.raises(QuoteRefused):
            made.quotes.read(presented, other)
    with pytest.raises(QuoteRefused):
        QuoteTokens(KeyRing(SIGNING_KEY), "another-service").read(token, brand)


async def test_a_quote_is_no_credential(
    database: Database, brand: Brand, ask: Ask, made: Parts
) -> None:
    await write(database, brand, a_rate)
    answer = await ask(QUOTE, Kind.SITE, input=WISH)
    assert answer.data is not None
    with pytest.raises(Exception, match="The token is not valid"):
        made.tokens.verify(answer.data["quote"]["token"])
