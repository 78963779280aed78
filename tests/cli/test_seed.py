"""The demo data: what it holds, what it never holds, and that it is loaded once and entirely."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bootstrap.settings import Settings
from cli.demo.plan import tenants
from cli.seed import SeedRefused, seed
from cli.token import print_tokens
from services.credentials import CredentialRefused
from tests.conftest import FreshDatabase

TODAY = date(2026, 6, 15)
OURS = ("hcwt", "nwtc", "wwt")
BRANDS = [("kiwi-tours", "aotea"), *(("nw-touring", code) for code in OURS)]
KINDS = {
    "bookings": "assigned cancelled completed confirmed draft expired held in_progress pending",
    "inquiries": "contacted lost new quoted won",
    "reservations": "cancelled confirmed contacted converted expired pending",
    "proposals": "accepted converted declined draft expired sent viewed",
    "shared_tours": "cancelled completed scheduled",
    "tickets": "cancelled checked_in confirmed no_show pending",
}
OVERLAPS = """
select count(*)
from blocks a
join blocks b on a.tenant_id = b.tenant_id and a.id < b.id
  and coalesce(a.vehicle_id, a.driver_id) = coalesce(b.vehicle_id, b.driver_id)
  and a.starts_at < b.ends_at and b.starts_at < a.ends_at
where a.released_at is null and b.released_at is null
"""
EVENINGS = """
select (s.starts_at at time zone s.time_zone)::date, (s.starts_at at time zone s.time_zone)::time,
  s.status, v.seats,
  (select count(*) from shared_tour_drivers d where d.shared_tour_id = s.id),
  (select count(*) from tickets t where t.shared_tour_id = s.id and t.status = 'confirmed')
from shared_tours s join vehicles v on v.id = s.vehicle_id
where (s.starts_at at time zone s.time_zone)::date between '2026-06-15' and '2026-06-16'
order by 1
"""
PLACES = """
select (select count(*) from wineries), (select count(*) from restaurants),
  (select count(*) from hotels), (select count(*) from wineries where verified),
  (select count(*) from wineries where tasting_fee_cents is null)
"""
SIZES = "select (select count(*) from customers), (select count(*) from bookings)"
TABLES = """
select relname::text from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace
  and has_table_privilege(oid, 'select') and relname <> 'transitions'
"""
DIGEST = "select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from {} t"
KEYS = """
select b.tenant_id, b.id from brands b join tenants t using (tenant_id)
where t.slug = {} and b.code = {}
"""
Answer = list[tuple[Any, ...]]


class Reader:
    """Asks in one of the working roles, for a brand or for none."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], prefix: str) -> None:
        self.connection = connection
        self.prefix = prefix

    def ask(
        self,
        query: str | sql.Composed,
        *,
        role: str = "worker",
        of: tuple[object, object] = ("", ""),
    ) -> Answer:
        self.connection.execute(
            "select set_config('role', %s, true), set_config('app.tenant_id', %s, true),"
            " set_config('app.brand_id', %s, true)",
            [self.prefix + role, *map(str, of)],
        )
        text = query.encode() if isinstance(query, str) else query
        return self.connection.execute(text).fetchall()

    def keys(self, slug: str, code: str) -> tuple[object, object]:
        (row,) = self.ask(sql.SQL(KEYS).format(slug, code), role="lookup")
        return row[0], row[1]


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    assert settings.database_admin_url is not None
    with psycopg.connect(settings.database_admin_url.get_secret_value()) as connection:
        yield Reader(connection, settings.database_role_prefix)


def facts() -> dict[str, str]:
    """The sentences of the file beside this one, each with its query."""
    text = Path(__file__).with_name("demo_facts.sql").read_text("utf-8")
    blocks = [block.strip() for block in text.split("\n-- ")[1:]]
    return {sentence: query for sentence, _, query in (block.partition("\n") for block in blocks)}


def silently(_: str) -> None:
    """Say nothing."""


def fingerprints(settings: Settings) -> dict[tuple[str, object], str]:
    """A digest of every table, as each brand sees it."""
    digests = {}
    with reading(settings) as reader:
        names = [name for (name,) in reader.ask(TABLES)]
        for tenant, brand in reader.ask("select tenant_id, id from brands", role="lookup"):
            for name in names:
                query = sql.SQL(DIGEST).format(sql.Identifier(name))
                digests[name, brand] = reader.ask(query, of=(tenant, brand))[0][0]
    return digests


def begin_again(settings: Settings) -> None:
    """Empty every table and start the keys at 1, as in a database that was just migrated."""
    with reading(settings) as reader:
        reader.ask("select", role="owner")
        reader.connection.execute(
            "truncate tenants, wineries, restaurants, hotels, installation restart identity cascade"
        )


def test_the_facts_of_the_demo_data(fresh_database: FreshDatabase) -> None:
    seed(fresh_database.settings, today=TODAY, say=silently)
    with reading(fresh_database.settings) as reader:
        names = "select slug, code from brands join tenants using (tenant_id) order by 1, 2"
        assert reader.ask(names, role="lookup") == BRANDS
        for slug, code in BRANDS:
            broken = {
                sentence: reader.ask(query, of=reader.keys(slug, code))
                for sentence, query in facts().items()
            }
            assert broken == {sentence: [(0,)] for sentence in facts()}, code
        for slug, code in (("nw-touring", "wwt"), ("kiwi-tours", "aotea")):
            assert reader.ask(EVENINGS, of=reader.keys(slug, code)) == [
                (TODAY, time(16), "scheduled", 14, 1, 3),
                (date(2026, 6, 16), time(16), "scheduled", 14, 1, 3),
            ]
        assert reader.ask(OVERLAPS, role="fleet") == [(0,)]
        assert reader.ask(PLACES) == [(39, 12, 8, 0, 31)]
        assert reader.ask("select kind from installation") == [("development",)]


def test_every_status_and_role_is_there_in_each_brand(fresh_database: FreshDatabase) -> None:
    seed(fresh_database.settings, today=TODAY, say=silently)
    with reading(fresh_database.settings) as reader:
        for slug, code in BRANDS:
            keys = reader.keys(slug, code)
            for table, statuses in KINDS.items():
                query = sql.SQL("select distinct status from {} order by 1")
                found = reader.ask(query.format(sql.Identifier(table)), of=keys)
                assert [status for (status,) in found] == statuses.split(), (table, code)
            roles = reader.ask("select role from memberships order by 1", of=keys)
            assert roles == [("dispatcher",), ("manager",), ("owner",)]
            done = reader.ask("select distinct done_at is null from tasks order by 1", of=keys)
            assert done == [(False,), (True,)]
            back = "select distinct status from payments where status like '%refunded' order by 1"
            assert reader.ask(back, of=keys) == [("partially_refunded",), ("refunded",)]


def test_two_tenants_share_addresses_and_nothing_else(
    fresh_database: FreshDatabase,
) -> None:
    seed(fresh_database.settings, today=TODAY, say=silently)
    with reading(fresh_database.settings) as reader:
        ours, abroad = reader.keys("nw-touring", "wwt"), reader.keys("kiwi-tours", "aotea")
        for query, common in (
            ("select email from customers where email is not null", 58),
            ("select number from bookings", 0),
            ("select id from customers", 0),
            ("select id from vehicles union all select id from drivers", 0),
            ("select name from vehicles", 0),
            ("select id from staff_users union all select id from apps", 0),
        ):
            both = set(reader.ask(query, of=ours)) & set(reader.ask(query, of=abroad))
            assert len(both) == common, query
        prefix = "select distinct split_part(number, '-', 1) from bookings"
        assert reader.ask(prefix, of=abroad) == [("AOTEA",)]
        zone = "select distinct time_zone, currency from bookings"
        assert reader.ask(zone, of=ours) == [("America/Los_Angeles", "USD")]
        assert reader.ask(zone, of=abroad) == [("Pacific/Auckland", "NZD")]
        assert reader.ask(SIZES, of=abroad) == [(60, 100)]
        for code in OURS:
            assert reader.ask(SIZES, of=reader.keys("nw-touring", code)) == [(120, 330)]


def test_a_second_run_changes_nothing(fresh_database: FreshDatabase) -> None:
    seed(fresh_database.settings, today=TODAY, say=silently)
    before = fingerprints(fresh_database.settings)
    said: list[str] = []
    seed(fresh_database.settings, today=date(2026, 6, 16), say=said.append)
    assert said == ["The demo data was loaded before; nothing was changed."]
    assert fingerprints(fresh_database.settings) == before


def test_an_interrupted_run_leaves_nothing_and_two_runs_of_a_day_are_the_same(
    fresh_database: FreshDatabase,
) -> None:
    settings = fresh_database.settings

    def interrupted(line: str) -> None:
        if line == "Gathering statistics.":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(settings, today=TODAY, say=interrupted)
    with reading(settings) as reader:
        assert reader.ask("select count(*) from tenants", role="lookup") == [(0,)]
        assert reader.ask("select count(*) from wineries") == [(0,)]
    digests = []
    for _ in range(2):
        begin_again(settings)
        seed(settings, today=TODAY, say=silently)
        digests.append(fingerprints(settings))
    assert digests[0] == digests[1]


def test_a_database_with_others_tenants_is_left_alone(fresh_database: FreshDatabase) -> None:
    settings = fresh_database.settings
    with reading(settings) as reader:
        stranger = "insert into tenants (tenant_id, slug, name, created_at)"
        stranger += " values (1, 'somebody', 'Somebody', now()) returning slug"
        assert reader.ask(stranger, role="owner", of=(1, "")) == [("somebody",)]
    with pytest.raises(SeedRefused, match="Tenants are here that `seed` did not make"):
        seed(settings, today=TODAY, say=silently)
    with reading(settings) as reader:
        assert reader.ask("select slug from tenants", role="lookup") == [("somebody",)]
        assert reader.ask("select count(*) from wineries") == [(0,)]


def test_a_larger_scale_has_more_of_everything(fresh_database: FreshDatabase) -> None:
    said: list[str] = []
    seed(fresh_database.settings, scale=2, today=TODAY, say=said.append)
    assert said[-1] == "The demo data is loaded."
    assert "  wwt: 660 of 660 bookings" in said
    with reading(fresh_database.settings) as reader:
        keys = reader.keys("nw-touring", "wwt")
        assert reader.ask(SIZES, of=keys) == [(240, 660)]
        fleet = "select (select count(*) from vehicles), (select count(*) from drivers)"
        assert reader.ask(fleet, of=keys) == [(6, 10)]
        assert reader.ask(OVERLAPS, role="fleet") == [(0,)]


def test_every_ten_of_the_scale_add_a_small_tenant() -> None:
    slugs = [plan.slug for plan in tenants(20)]
    assert slugs == ["nw-touring", "kiwi-tours", "demo-0001", "demo-0002"]


def test_what_it_cannot_do_it_says(fresh_database: FreshDatabase) -> None:
    settings = fresh_database.settings
    with pytest.raises(SeedRefused, match="1 or more"):
        seed(settings, scale=0, today=TODAY)
    with pytest.raises(SeedRefused, match="TOURBASE_ENV is production"):
        seed(settings.model_copy(update={"tourbase_env": "production"}), today=TODAY)
    with pytest.raises(SeedRefused, match="DATABASE_ADMIN_URL is not set"):
        seed(settings.model_copy(update={"database_admin_url": None}), today=TODAY)


async def test_a_token_is_made_in_a_database_that_seed_marked_and_in_no_other(
    fresh_database: FreshDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = fresh_database.settings
    with pytest.raises(CredentialRefused, match="no development database"):
        await print_tokens(settings, brand="wwt", kinds=["staff"])
    seed(settings, today=TODAY, say=lambda _line: None)
    kinds = ("site", "staff", "owner", "partner", "customer", "driver")
    await print_tokens(settings, brand="hcwt", kinds=kinds)
    with pytest.raises(CredentialRefused, match="There is no brand xyz"):
        await print_tokens(settings, brand="xyz", kinds=["staff"])
    await print_tokens(settings, brand="aotea", kinds=["owner"], tenant="kiwi-tours")

    assert len(set(capsys.readouterr().out.split())) == 7
