"""The cache keeps brands apart: who may be served from it, and what each is served."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db.database import Database, Transaction
from domain.caching import KEPT, MADE, CacheKey, Level, key_for
from domain.identity import Brand, Kind, Principal, Scope
from integrations.redis_cache import Patience, RedisCache
from resolvers import cached
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, build_schema
from tests.builders import (
    START,
    a_brand,
    a_principal,
    a_vehicle,
    a_winery,
    as_owner,
    insert,
    new_id,
    write,
)
from tests.isolation.catalogue import PREFIX, Connection

# What a policy may say of a table that is kept for a role: nothing, or the brand alone.
OF_TENANT_AND_BRAND = frozenset(
    {
        "true",
        "(id = ( SELECT (NULLIF(current_setting('app.brand_id'::text, true), ''::text))::integer"
        ' AS "nullif"))',
    }
)
# What else it may say of a table that a price book is made of: something of the row itself.
OF_THE_ROW = "(kind <> 'promo_code'::text)"
POLICIES = """
select c.relname, r.rolname, regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g')
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_roles r on r.oid = any(p.polroles)
where p.polpermissive and c.relname = any(%s)
"""
LEVELS = """
select c.relname,
  exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'),
  c.relname = 'brands'
    or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'brand_id')
from pg_class c where c.relname = any(%s) and c.relnamespace = 'public'::regnamespace
"""
CATALOGUE = """
query ($fleet: Boolean!) {
  brand { tagline }
  tourPackages { edges { node { name } } }
  vehicles @include(if: $fleet) { edges { node { name } } }
}
"""
PRICES = """
query ($input: QuoteInput!, $day: Date!) {
  quote(input: $input) { subtotal { amountCents } }
  availability(date: $day, partySize: 1, minutes: 60) { startsAtLocal }
}
"""
REMARKS = """
query ($ava: String!) {
  wineries(filter: {ava: $ava}) { edges { node { name featured remark } } }
}
"""
TOUR = {"tourType": "WINE_TOUR", "startsAt": "2031-06-11T12:00:00-07:00", "partySize": 1}
BUYERS = (Kind.SITE, Kind.STAFF, Kind.CUSTOMER, Kind.PARTNER)
KINDS = (Kind.SITE, Kind.STAFF, Kind.CUSTOMER, Kind.PARTNER, Kind.LINK, Kind.DRIVER)


def outside_the_rule(
    superuser: Connection, kept: dict[str, frozenset[Kind]], allowed: frozenset[str]
) -> list[str]:
    """Which callers would share with others what only they may see."""
    rows = superuser.execute(POLICIES, [list(kept)]).fetchall()
    said = {(table, role.removeprefix(PREFIX)): text for table, role, text in rows}
    return sorted(
        f"{table} for {kind.value}: {said.get((table, kind.value), 'no policy')}"
        for table, kinds in kept.items()
        for kind in kinds
        if said.get((table, kind.value)) not in allowed
    )


def test_a_table_is_kept_for_those_alone_whose_policy_looks_at_tenant_and_brand(
    superuser: Connection,
) -> None:
    kept = {table: each.kinds for table, each in KEPT.items()}

    assert outside_the_rule(superuser, kept, OF_TENANT_AND_BRAND) == []
    planted = kept | {
        "vehicles": frozenset({Kind.STAFF, Kind.PARTNER}),
        "price_rules": frozenset({Kind.SITE}),
        "drivers": frozenset({Kind.DRIVER}),
    }
    found = outside_the_rule(superuser, planted, OF_TENANT_AND_BRAND)
    assert [each.partition(":")[0] for each in found] == [
        "drivers for driver",
        "price_rules for site",
        "vehicles for partner",
    ]


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_of_tables_is_kept_for_those_who_all_see_the_same_rows_of_each(
    superuser: Connection, name: str
) -> None:
    made, allowed = MADE[name], OF_TENANT_AND_BRAND | {OF_THE_ROW}
    kept = dict.fromkeys(made.tables, made.kinds)

    assert outside_the_rule(superuser, kept, allowed) == []
    planted = kept | {"bookings": made.kinds, "price_rules": made.kinds | {Kind.DRIVER}}
    found = outside_the_rule(superuser, planted, allowed)
    narrow = made.kinds & {Kind.CUSTOMER, Kind.PARTNER, Kind.SITE}
    assert [each.partition(":")[0] for each in found] == [
        *(f"bookings for {kind.value}" for kind in sorted(narrow)),
        "price_rules for driver",
    ]
    assert {KEPT[table].level for table in made.tables} == {Level.BRAND}


def test_a_table_is_dropped_for_exactly_those_whose_rows_it_has(superuser: Connection) -> None:
    levels = {
        (False, False): Level.SHARED,
        (True, False): Level.TENANT,
        (True, True): Level.BRAND,
    }
    rows = superuser.execute(LEVELS, [list(KEPT)]).fetchall()

    assert {name: levels[tenant, brand] for name, tenant, brand in rows} == {
        name: each.level for name, each in KEPT.items()
    }


Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def ask(made: Parts, settings: Settings) -> AsyncIterator[Ask]:
    """Ask by way of one cache, which all callers share; for the catalogue unless told otherwise."""
    assert settings.redis_url is not None
    cache = RedisCache(
        settings.redis_url.get_secret_value(),
        namespace=f"test {new_id()}",
        registry=CollectorRegistry(),
        patience=Patience(local=60, redis=5),
    )
    world = World(
        made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links, cache=cache
    )
    schema = build_schema()

    async def asked(principal: Principal, document: str = CATALOGUE, **given: Any) -> Any:
        context = OperationContext(world, principal, request_id="a-test")
        given = given or {"fleet": principal.kind is not Kind.SITE}
        result = await schema.execute(document, variable_values=given, context_value=context)
        assert result.errors is None
        return result.data

    yield asked
    await cache.close()


@pytest.fixture
async def brands(settings: Settings, database: Database) -> list[Brand]:
    """Two tenants with two brands each; the brands' codes, and their packages', are the same."""
    made = []
    for _ in range(2):
        first = await a_brand(settings, code="wwt")
        made += [first, await a_brand(settings, tenant=first, code="nwtc")]
    for number, brand in enumerate(made):
        await write(database, brand, lambda tx, n=number: a_catalogue(tx, n))
        await as_owner(
            settings,
            "update brands set tagline = %(tagline)s where id = %(id)s",
            {"tagline": f"of {number}", "id": brand.id},
            tenant=brand.tenant_id,
        )
    return made


async def a_catalogue(tx: Transaction, number: int) -> None:
    await insert(
        tx,
        "tour_packages",
        code="day",
        name=f"Package of {number}",
        pricing="flat",
        price_cents=number,
        guests_min=1,
        guests_max=14,
        effective_from=START.date(),
    )
    await insert(
        tx,
        "rate_cards",
        kind="hourly",
        code="hourly",
        guests_min=1,
        guests_max=14,
        rate_cents=10_000 + number,
        effective_from=START.date(),
    )
    await a_vehicle(tx, name=f"Van of {number}")


def names(answer: Any) -> list[Any]:
    """Whose brand, packages and vehicles an answer holds."""
    connections = [answer[field] for field in ("tourPackages", "vehicles") if field in answer]
    lists = [[edge["node"]["name"] for edge in each["edges"]] for each in connections]
    return [answer["brand"]["tagline"], *lists]


def expected(number: int, kind: Kind) -> list[Any]:
    """The tenant's vans for staff; for whoever sees them by way of a booking, none."""
    fleet = [f"Van of {each}" for each in sorted((number, number ^ 1))]
    vehicles = {Kind.SITE: [], Kind.STAFF: [fleet]}.get(kind, [[]])
    return [f"of {number}", [f"Package of {number}"], *vehicles]


async def leaks(ask: Ask, brands: list[Brand]) -> list[str]:
    """Who was served what is not theirs: all kinds of all brands, with every scope, each twice."""
    found = []
    for _ in range(2):
        for kind in KINDS:
            for number, brand in enumerate(brands):
                principal = replace(a_principal(brand, kind), scopes=frozenset(Scope))
                if names(await ask(principal)) != expected(number, kind):
                    found.append(f"{kind.value} of {number}")
    return found


def of_one_tenant(brand: Brand, principal: Principal) -> bool:
    return principal.brand is not None and brand.tenant_id == principal.brand.tenant_id


async def test_two_tenants_of_two_brands_with_the_same_codes_share_no_answer(
    ask: Ask, brands: list[Brand]
) -> None:
    assert await leaks(ask, brands) == []


async def remarks_of_others(ask: Ask, brands: list[Brand], ava: str) -> list[str]:
    """Who was shown another brand's list of the same two wineries, each asked twice."""
    found = []
    for _ in range(2):
        for kind in (Kind.SITE, Kind.LINK, Kind.STAFF):
            for number, brand in enumerate(brands):
                answer = await ask(a_principal(brand, kind), REMARKS, ava=ava)
                nodes = [tuple(edge["node"].values()) for edge in answer["wineries"]["edges"]]
                first, last = ("A", "B") if number % 2 else ("B", "A")
                if nodes != [(first, True, f"of {number}"), (last, False, None)]:
                    found.append(f"{kind.value} of {number}")
    return found


async def test_what_one_brand_says_of_the_common_directory_is_shown_to_no_other(
    ask: Ask,
    settings: Settings,
    brands: list[Brand],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    area = f"Area {new_id().hex}"
    places = [await a_winery(settings, name=name, ava=area) for name in "BA"]
    for number, brand in enumerate(brands):
        said = {"place_id": places[number % 2], "featured": True, "remark": f"of {number}"}
        given = {"place_kind": "winery", **said}
        await write(database, brand, lambda tx, given=given: insert(tx, "directory_notes", **given))
    assert await remarks_of_others(ask, brands, area) == []

    def without_the_brand(principal: Principal, relation: str, question: bytes) -> CacheKey:
        first = next(each for each in brands if of_one_tenant(each, principal))
        return key_for(replace(principal, brand=first), relation, question)

    monkeypatch.setattr(cached, "key_for", without_the_brand)
    assert {each[-1] for each in await remarks_of_others(ask, brands, area)} == {"1", "3"}


async def prices_of_others(ask: Ask, brands: list[Brand]) -> list[str]:
    """Who was quoted another's prices, or shown another's hours: all who may buy, each twice."""
    found = []
    for _ in range(2):
        for kind in BUYERS:
            for number, brand in enumerate(brands):
                principal = replace(a_principal(brand, kind), scopes=frozenset(Scope))
                given = {"input": {**TOUR, "minutes": 60}, "day": "2031-06-11"}
                answer = await ask(principal, PRICES, **given)
                cents = answer["quote"]["subtotal"]["amountCents"]
                opens = answer["availability"][0]["startsAtLocal"]
                if (cents, opens) != (10_000 + number, f"2031-06-11T{8 + number:02}:00:00"):
                    found.append(f"{kind.value} of {number}")
    return found


@pytest.fixture
async def with_hours(settings: Settings, brands: list[Brand]) -> list[Brand]:
    """Each brand opens an hour later than the one before."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for number, brand in enumerate(brands):
            await connection.execute(
                "update brand_settings set opens_at = make_time(%s, 0, 0)"
                " where tenant_id = %s and brand_id = %s",
                (8 + number, brand.tenant_id, brand.id),
            )
    return brands


async def test_nobody_is_quoted_the_prices_or_shown_the_hours_of_another_brand(
    ask: Ask, with_hours: list[Brand], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await prices_of_others(ask, with_hours) == []

    def without_the_brand(principal: Principal, relation: str, question: bytes) -> CacheKey:
        first = next(each for each in with_hours if of_one_tenant(each, principal))
        return key_for(replace(principal, brand=first), relation, question)

    monkeypatch.setattr(cached, "key_for", without_the_brand)
    assert {each[-1] for each in await prices_of_others(ask, with_hours)} == {"1", "3"}


async def test_a_key_without_the_brand_or_without_the_kind_would_be_found(
    ask: Ask, brands: list[Brand], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_the_brand(principal: Principal, relation: str, question: bytes) -> CacheKey:
        first = next(each for each in brands if of_one_tenant(each, principal))
        return key_for(replace(principal, brand=first), relation, question)

    def without_the_kind(principal: Principal, relation: str, question: bytes) -> CacheKey:
        return key_for(replace(principal, kind=Kind.STAFF), relation, question)

    monkeypatch.setattr(cached, "key_for", without_the_brand)
    found = {each[-1] for each in await leaks(ask, brands)}
    monkeypatch.setattr(cached, "key_for", without_the_kind)
    monkeypatch.setattr(cached, "is_kept", lambda _relation, _principal: True)
    others = {each.split()[0] for each in await leaks(ask, brands)}

    assert found == {"1", "3"}
    assert others == {"customer", "partner", "link", "driver"}
