"""Quotes and calendars over the cache: by kept prices and hours, and never by those of before."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now, required
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from domain.quotes import Wish
from jobs.event_relay import relay_drop_batch
from resolvers.root import Schema
from services.quotes import quote
from tests.builders import START, a_block, a_brand, a_vehicle, insert, new_id, write
from tests.conftest import FreshDatabase
from tests.jobs.conftest import QUICK
from tests.resolvers.conftest import told
from tests.resolvers.processes import Process, Start, processes

QUOTE: Final = """
query ($hourly: QuoteInput!, $package: QuoteInput!) {
  hourly: quote(input: $hourly) {
    endsAt lines { label rule amount { formatted } } total { formatted } deposit { amountCents }
    gratuityHint { amountCents } cancellationTiers { daysBefore percent }
  }
  package: quote(input: $package) { endsAt total { formatted } }
}"""
TOTAL: Final = "query ($input: QuoteInput!) { quote(input: $input) { total { formatted } } }"
CALENDAR: Final = """query ($day: Date!) {
  availabilityCalendar(from: $day, to: $day, partySize: 4, minutes: 360) { startTimes }
  availability(date: $day, partySize: 4, minutes: 360) { startsAtLocal }
}"""
AHEAD: Final = START + timedelta(days=365 * 5)
HOURLY: Final[dict[str, Any]] = {
    "tourType": "WINE_TOUR",
    "startsAt": "2031-06-11T10:00:00-07:00",
    "partySize": 4,
    "minutes": 360,
}
WISHES: Final = {"hourly": HOURLY, "package": {**HOURLY, "minutes": None, "code": "day"}}
SINCE: Final = {"effective_from": date(2020, 1, 1)}
BUYERS: Final = (Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.STAFF)


@pytest.fixture
async def start(
    made: Parts, settings: Settings, schema: Schema, brand: Brand
) -> AsyncIterator[Start]:
    url = required(settings.redis_url, "REDIS_URL")
    async with processes(made, url, schema, brand) as started:
        yield started


async def prices(tx: Transaction) -> None:
    """Tours by the hour and by the guest, a fee for four and more, and a promo code."""
    party = {"guests_min": 1, "guests_max": 14}
    await insert(
        tx, "rate_cards", kind="hourly", code="hourly", rate_cents=9_500, minutes_min=240,
        **party, **SINCE,
    )  # fmt: skip
    await insert(
        tx, "tour_packages", code="day", name="A day", pricing="per_person", price_cents=20_000,
        minutes=420, **party, **SINCE,
    )  # fmt: skip
    await insert(
        tx, "price_rules", kind="party_size", name="Four", amount_cents=1_000,
        conditions='{"guests_min": 4}', **SINCE,
    )  # fmt: skip
    await insert(
        tx, "price_rules", kind="promo_code", name="Spring", promo_code="SPRING",
        percent_ppm=-100_000, redemptions_max=1, **SINCE,
    )  # fmt: skip


def opened(database: Database) -> int:
    """How often a connection was taken to read on."""
    return int(database.pool_stats()["read"].get("requests_num", 0))


@pytest.mark.parametrize("kind", BUYERS)
async def test_a_quote_by_kept_prices_takes_no_statement_and_no_connection(
    database: Database, start: Start, statements: list[str], kind: Kind
) -> None:
    one, two = start(), start()
    await write(database, one.brand, prices)
    statements.clear()

    first = await one.ask(QUOTE, kind, **WISHES)
    read, connections = list(statements), opened(database)
    answers = [await process.ask(QUOTE, kind, **WISHES) for process in (one, two)]

    assert len(read) == 2
    assert all("from brand_settings" in statement for statement in read)
    assert (statements, opened(database)) == (read, connections)
    assert first.data == {
        "hourly": {
            "endsAt": "2031-06-11T16:00:00-07:00",
            "lines": [
                {"label": "Tour, 4 guests", "rule": "hourly", "amount": {"formatted": "$570.00"}},
                {"label": "Four", "rule": "Four", "amount": {"formatted": "$10.00"}},
                {
                    "label": "Sales tax",
                    "rule": "tax 91000 ppm",
                    "amount": {"formatted": "$52.78"},
                },
            ],
            "total": {"formatted": "$632.78"},
            "deposit": {"amountCents": 31_639},
            "gratuityHint": {"amountCents": 8_700},
            "cancellationTiers": [
                {"daysBefore": 45, "percent": 100},
                {"daysBefore": 21, "percent": 50},
                {"daysBefore": 0, "percent": 0},
            ],
        },
        "package": {
            "endsAt": "2031-06-11T17:00:00-07:00",
            "total": {"formatted": "$883.71"},
        },
    }
    assert [answer.data for answer in answers] == [first.data] * 2


async def test_a_calendar_is_by_kept_hours_and_by_what_the_vans_do_now(
    database: Database, start: Start, statements: list[str]
) -> None:
    process, day = start(), str(AHEAD.date())
    van = await write(database, process.brand, a_vehicle)
    before = await process.ask(CALENDAR, day=day)
    await write(
        database,
        process.brand,
        lambda tx: a_block(
            tx, vehicle_id=van, starts_at=AHEAD, ends_at=AHEAD + timedelta(hours=12)
        ),
    )
    statements.clear()

    after = await process.ask(CALENDAR, day=day)

    assert len(before.data["availability"]) == 17
    assert before.data["availabilityCalendar"] == [{"startTimes": 17}]
    assert after.data["availabilityCalendar"] == [{"startTimes": 0}]
    assert ["fleet_busy_times" in statement for statement in statements] == [True, True]


async def test_a_promo_code_is_looked_for_each_time_and_refused_as_soon_as_it_is_used_up(
    database: Database, start: Start, statements: list[str]
) -> None:
    process = start()
    await write(database, process.brand, prices)
    wish = {**HOURLY, "promoCode": "SPRING"}
    await process.ask(TOTAL, input=HOURLY)
    statements.clear()

    held = [await process.ask(TOTAL, input=wish) for _ in range(2)]
    looked = len(statements)
    await write(
        database,
        process.brand,
        lambda tx: tx.run("update price_rules set redemptions = 1 where promo_code = 'SPRING'"),
    )
    used_up = await process.ask(TOTAL, input=wish)

    assert [answer.data for answer in held] == [{"quote": {"total": {"formatted": "$570.59"}}}] * 2
    assert looked == 2
    assert told(used_up) == [("quote", "PROMO_CODE_REFUSED")]


async def test_a_sale_is_priced_by_what_its_own_transaction_sees(
    database: Database, start: Start
) -> None:
    process = start()
    await write(database, process.brand, prices)
    await process.ask(TOTAL, input=HOURLY)
    wish = Wish("wine_tour", datetime.fromisoformat(HOURLY["startsAt"]), 4, 360)

    async def sale(tx: Transaction) -> int:
        await tx.run("update rate_cards set rate_cents = 19000")
        return (await quote(tx, wish, now=now())).totals.subtotal_cents

    assert await write(database, process.brand, sale) == 6 * 19_000 + 1_000


@dataclass
class Deployment:
    """Two processes over a database of the test's own, and its relay."""

    fresh: FreshDatabase
    all: tuple[Process, Process]

    async def change(self, statement: LiteralString) -> None:
        """Somebody changes rows by hand; the relay tells of it."""
        url = required(self.fresh.settings.database_admin_url, "DATABASE_ADMIN_URL")
        async with await psycopg.AsyncConnection.connect(url) as connection:
            assert (await connection.execute(statement)).rowcount == 1
        await self.relay()

    async def relay(self) -> None:
        cache = self.all[0].world.cache
        assert cache is not None
        await relay_drop_batch(self.fresh.database, cache, stop=asyncio.Event(), pace=QUICK)

    async def until(self, document: str, expected: Any, **variables: Any) -> None:
        """Both processes answer so as soon as they have heard."""
        async with asyncio.timeout(2):
            for process in self.all:
                while (await process.ask(document, **variables)).data != expected:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)


@pytest.fixture
async def deployment(fresh_database: FreshDatabase, start: Start) -> Deployment:
    brand = await a_brand(fresh_database.settings)
    one, two = (start(database=fresh_database.database, brand=brand) for _ in range(2))
    await write(fresh_database.database, brand, prices)
    await write(fresh_database.database, brand, lambda tx: a_vehicle(tx, id=new_id()))
    deployment = Deployment(fresh_database, (one, two))
    await deployment.relay()
    return deployment


CHANGES: Final[tuple[tuple[LiteralString, str, str], ...]] = (
    ("update rate_cards set rate_cents = 10000", "$665.51", "$883.71"),
    ("update tour_packages set price_cents = 30000", "$665.51", "$1,320.11"),
    ("update price_rules set amount_cents = 2000 where name = 'Four'", "$676.42", "$1,331.02"),
    ("update brand_settings set tax_ppm = 0", "$620.00", "$1,220.00"),
    ("update brands set currency = 'CAD'", "CA$620.00", "CA$1,220.00"),
)


async def test_a_change_of_any_table_that_prices_are_made_of_is_quoted_at_once(
    deployment: Deployment,
) -> None:
    document = (
        "query ($hourly: QuoteInput!, $package: QuoteInput!) {"
        " hourly: quote(input: $hourly) { total { formatted } }"
        " package: quote(input: $package) { total { formatted } } }"
    )

    def sums(hourly: str, package: str) -> Any:
        return {
            "hourly": {"total": {"formatted": hourly}},
            "package": {"total": {"formatted": package}},
        }

    for _ in range(2):
        await deployment.until(document, sums("$632.78", "$883.71"), **WISHES)
    for statement, hourly, package in CHANGES:
        await deployment.change(statement)
        await deployment.until(document, sums(hourly, package), **WISHES)


async def test_what_staff_change_is_quoted_at_once_by_every_process(deployment: Deployment) -> None:
    """Prices and settings from a day on, by the mutations that staff send."""
    one, _ = deployment.all
    total = {"quote": {"total": {"formatted": "$632.78"}}}
    await deployment.until(TOTAL, total, input=HOURLY)
    rates = await one.ask("{ rateCards { edges { node { id } } } }", Kind.STAFF)
    rate = rates.data["rateCards"]["edges"][0]["node"]
    settings = await one.ask("{ brandSettings { edges { node { id } } } }", Kind.STAFF)
    setting = settings.data["brandSettings"]["edges"][0]["node"]
    changed = [
        await one.ask(
            f"""mutation {{ {field}(input: {{ id: "{row["id"]}", expectedVersion: 1,
            effectiveFrom: "{day}", {terms} }}) {{ errors {{ code }} }} }}""",
            Kind.STAFF,
        )
        for field, row, day, terms in (
            ("changeRate", rate, "2031-06-11", "rateCents: 10000"),
            ("changeBrandSettings", setting, now().date() + timedelta(days=1), "taxPpm: 0"),
        )
    ]
    await deployment.relay()

    assert [answer.data for answer in changed] == [
        {"changeRate": {"errors": []}},
        {"changeBrandSettings": {"errors": []}},
    ]
    changed_total = {"quote": {"total": {"formatted": "$665.51"}}}
    await deployment.until(TOTAL, changed_total, input=HOURLY)


async def test_a_change_of_the_hours_is_seen_at_once_in_the_calendar(
    deployment: Deployment,
) -> None:
    document = (
        "query ($day: Date!) {"
        " availabilityCalendar(from: $day, to: $day, partySize: 4, minutes: 360) { startTimes } }"
    )
    day = str(AHEAD.date())
    for _ in range(2):
        await deployment.until(document, {"availabilityCalendar": [{"startTimes": 17}]}, day=day)

    await deployment.change("update brand_settings set opens_at = '12:00'")

    await deployment.until(document, {"availabilityCalendar": [{"startTimes": 9}]}, day=day)
