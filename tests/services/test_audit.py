"""The audit log: who, as whom, from where, before and after; nobody changes or takes away a line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest

from bootstrap.settings import Settings
from db import retention
from db.audit import Span
from db.database import Database, Transaction
from db.sign_in import NewSession, begin
from domain.customers import NewCustomer
from domain.errors import InvalidInput, StaleVersion
from domain.identity import Brand, Kind
from domain.retention import BOUNDS, Choice, Rule
from services.audit_exports import audit_lines, begin_audit_export
from services.customers import create_customer
from services.retention import apply_retention, set_retention
from tests.builders import a_brand, a_member, a_principal, new_id, write
from tests.services.persons import superuser
from tests.services.trail import FreshIds, trail_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
IDS = FreshIds()
SAID = "select actor_kind, actor_role, address, credential, request_id from events order by id"


async def _a_customer(database: Database, brand: Brand, **caller: Any) -> UUID:
    """Made by an owner who came from an address, with a session, in a request."""
    who = replace(a_principal(brand), **caller)
    wish = NewCustomer("Ada Guest", "ada@example.com")
    made = await database.session(who).write(lambda tx: create_customer(tx, wish, now=NOW, ids=IDS))
    return made.id


async def test_an_act_says_as_whom_by_what_from_where_and_in_which_request(
    database: Database, brand: Brand
) -> None:
    session = new_id()
    where = {"address": "192.0.2.7", "credential": session, "request_id": "r-1"}
    await _a_customer(database, brand, **where)
    found = await write(database, brand, lambda tx: tx.rows(SAID))
    assert found == [("staff", "owner", "192.0.2.7", session, "r-1")]


async def test_a_session_that_begins_is_told_with_its_address_whatever_proved_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    member = await a_member(database, brand)
    until = NOW + timedelta(days=30)
    new = NewSession(new_id(), member, brand.code, None, "192.0.2.9", until, ("pwd", "otp"))
    for _ in range(2):
        await write(database, brand, lambda tx: begin(tx, new, now=NOW), actor=member)
    assert await write(database, brand, lambda tx: tx.rows(SAID)) == [
        ("staff", "owner", "192.0.2.9", new.id, None)
    ]
    (event,) = (await trail_of(settings, brand)).events
    assert (event[1], event[8]["methods"]) == ("SignedIn", [None, ["pwd", "otp"]])


@pytest.mark.parametrize("verb", ["update events set kind = 'x'", "delete from events"])
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.WORKER, Kind.LINK, Kind.CUSTOMER, Kind.DRIVER])
async def test_nobody_changes_or_takes_away_a_line_of_the_log(
    database: Database, settings: Settings, brand: Brand, kind: Kind, verb: Any
) -> None:
    await _a_customer(database, brand)
    before = await trail_of(settings, brand)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await write(database, brand, lambda tx: tx.run(verb), kind=kind)
    assert await trail_of(settings, brand) == before


async def _exported(database: Database, brand: Brand, span: Span) -> list[dict[str, Any]]:
    session = database.session(a_principal(brand))
    await begin_audit_export(session, span, now=NOW, ids=IDS)
    body = b"".join([part async for part in audit_lines(session, span)])
    return [orjson.loads(line) for line in body.splitlines()]


async def test_the_log_of_a_span_is_handed_out_line_by_line_and_that_is_told_too(
    database: Database, settings: Settings, brand: Brand
) -> None:
    other = await a_brand(settings, tenant=brand, code="nwtc")
    for each in (brand, other):
        await _a_customer(database, each, address="192.0.2.7")

    async def more(tx: Transaction) -> None:
        await tx.run(
            "insert into events (id, kind, entity, entity_id, entity_version, actor_kind,"
            " occurred_at) select gen_random_uuid(), 'Told', 'booking', gen_random_uuid(), 1,"
            " 'staff', %(now)s from generate_series(1, 1200)",
            {"now": NOW},
        )

    await write(database, brand, more)
    lines = await _exported(database, brand, Span(NOW, NOW + timedelta(seconds=1)))
    kinds = [line["kind"] for line in lines]
    assert (len(lines), kinds.count("Told")) == (1202, 1200)
    assert {"AuditExported", "CustomerCreated"} <= set(kinds)
    (made,) = [line for line in lines if line["kind"] == "CustomerCreated"]
    assert made["personal"]["email"] == [None, "ada@example.com"]
    assert (made["address"], made["actor_role"], "tenant_id" in made) == (
        "192.0.2.7",
        "owner",
        False,
    )
    assert await _exported(database, brand, Span(NOW - timedelta(days=9), NOW)) == []


async def _choose(database: Database, brand: Brand, kind: Any, days: int, version: int) -> None:
    wish = Choice(kind, days, version)
    await write(database, brand, lambda tx: set_retention(tx, wish, now=NOW, ids=IDS))


async def test_an_owner_chooses_how_long_and_it_holds_for_every_brand(
    database: Database, settings: Settings, brand: Brand
) -> None:
    other = await a_brand(settings, tenant=brand, code="nwtc")
    assert [rule.days for rule in await write(database, brand, retention.rules)] == [2557, 365, 30]
    await _choose(database, brand, "addresses", 30, 1)
    await _choose(database, other, "addresses", 30, 2)
    for each in (brand, other):
        rules = await write(database, each, retention.rules)
        assert [(rule.kind, rule.days, rule.version) for rule in rules][1] == ("addresses", 30, 2)
    (event,) = (await trail_of(settings, brand)).events
    assert (event[1], event[8]["days"]) == ("RetentionSet", [365, 30])
    assert (await trail_of(settings, other)).events == []


@pytest.mark.parametrize("kind", BOUNDS)
async def test_a_choice_out_of_bounds_or_on_an_old_version_is_refused(
    database: Database, settings: Settings, brand: Brand, kind: Any
) -> None:
    bounds = BOUNDS[kind]
    for days, version, refusal in (
        (bounds.least - 1, 1, InvalidInput),
        (bounds.most + 1, 1, InvalidInput),
        (bounds.most, 2, StaleVersion),
    ):
        with pytest.raises(refusal):
            await _choose(database, brand, kind, days, version)
    assert await write(database, brand, retention.rules) == [Rule.usual(each) for each in BOUNDS]
    assert (await trail_of(settings, brand)).events == []


async def test_what_is_older_than_its_rule_is_forgotten_in_batches_and_the_receipt_counts_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    other = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, brand, lambda tx: tx.run(OLD, {"now": NOW, "ages": [8, 364, 366, 2558]}))
    await write(database, other, lambda tx: tx.run(OLD, {"now": NOW, "ages": [2558]}))
    await write(database, brand, lambda tx: tx.run(VALUES))
    worker = database.session(a_principal(brand, Kind.WORKER))
    for _ in range(2):
        await apply_retention(worker, batch=1, now=NOW, ids=IDS)
    trail = await trail_of(settings, brand)
    assert len(trail.personal) == 3
    (receipt,) = [row for row in trail.events if row[1] == "RetentionApplied"]
    assert receipt[8] == {"personal_values_gone": [0, 1], "addresses_gone": [0, 2]}
    async with await superuser(settings) as connection:
        cursor = await connection.execute(
            "select brand_id = %s, address from events where tenant_id = %s and kind = 'Old'"
            " order by 1 desc, occurred_at desc",
            (brand.id, brand.tenant_id),
        )
        left = await cursor.fetchall()
    assert left == [
        *((True, address) for address in ("192.0.2.8", "192.0.2.8", None, None)),
        (False, "192.0.2.8"),
    ]


OLD = """
insert into events (id, kind, entity, entity_id, entity_version, actor_kind, occurred_at, address)
select gen_random_uuid(), 'Old', 'booking', gen_random_uuid(), 1, 'staff',
  %(now)s::timestamptz - age * interval '1 day', '192.0.2.8'
from unnest(%(ages)s::integer[]) as age
"""
VALUES = """
insert into event_personal_values (event_id, field, after) select id, 'name', 'Ada' from events
"""
