"""A person of whom every table knows something, and where words about them stand."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg import sql

from bootstrap.settings import Settings
from db.database import Transaction
from db.erasures import WORDS
from domain.identity import Brand
from tests.builders import (
    START,
    a_booking,
    a_customer,
    a_driver,
    a_payment,
    a_stop,
    a_vehicle,
    assign_vehicle,
    insert,
    new_id,
)
from tests.db.rows import (
    a_guest,
    a_proposal,
    a_proposal_day,
    a_proposal_stop,
    a_refund,
    a_reservation,
    a_task,
    a_ticket,
    an_inquiry,
)

MARK: Final = "zq7"
DIGITS: Final = "8675309"
SNAPSHOT: Final = {
    "title": MARK,
    "client_notes": MARK,
    "total_cents": 132390,
    "inclusions": [{"kind": "dining", "label": "Lunch", "line_cents": 100}],
    "days": [
        {
            "on_date": "2026-06-08",
            "title": MARK,
            "stops": [{"kind": "custom", "place": MARK, "minutes": 60}],
        }
    ],
}
VALUES: Final[dict[tuple[str, str], str]] = {
    ("customers", "preferences"): orjson.dumps({"accessibility": MARK}).decode(),
    ("customers", "consents"): orjson.dumps(
        {"email": {"given": True, "source": MARK, "at": START}}
    ).decode(),
    ("customers", "tags"): f"{{{MARK}}}",
    ("proposal_versions", "snapshot"): orjson.dumps(SNAPSHOT).decode(),
}
OF_THE_FIRST: Final = (
    "(select c.id from customers c where c.tenant_id = marked.tenant_id order by c.id limit 1)"
)
SESSION: Final = """
insert into customer_sessions (tenant_id, brand_id, id, customer_id, brand_code, user_agent,
  address, created_at, refreshed_at, expires_at)
select tenant_id, brand_id, gen_random_uuid(), id, 'wwt', %(mark)s, %(mark)s, created_at,
  created_at, created_at + interval '30 days'
from customers where tenant_id = %(tenant)s order by id limit 1
"""
TABLES: Final = (
    "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace"
    " and c.relkind in ('r', 'p') and exists (select from pg_attribute a"
    "  where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)"
    " order by 1"
)


async def a_person(tx: Transaction) -> UUID:
    """Somebody who has done everything that one can do here, and whom nothing is open with."""
    ada = await a_customer(tx, name="Ada Guest")
    merged = {"archived_at": START, "merged_into_id": ada}
    await a_customer(tx, name="Ada G.", **merged)
    await _toured(tx, ada)
    await _asked(tx, ada)
    await _planned(tx, ada)
    return ada


async def _toured(tx: Transaction, ada: UUID) -> None:
    paid = {"status": "completed", "deposit_received_at": START, "deposit_cents": 62187}
    tour = await a_booking(tx, customer_id=ada, **paid)
    await assign_vehicle(tx, tour, await a_vehicle(tx), reason="For Ada")
    await a_stop(tx, tour, 1)
    driver = await a_driver(tx)
    offer = {"booking_id": tour, "driver_id": driver, "status": "expired", "party_size": 4}
    times = {"starts_at": START, "ends_at": START.replace(hour=23)}
    await insert(
        tx,
        "tour_offers",
        **offer,
        **times,
        created_at=START,
        expires_at=START.replace(hour=18),
        pickup="The hotel",
    )
    called_off = await a_booking(
        tx, customer_id=ada, status="cancelled", cancelled_at=START, cancel_reason="Ill"
    )
    payment = await a_payment(tx, booking_id=called_off, customer_id=ada, reference="1042")
    await a_refund(tx, payment_id=payment)
    await a_task(tx, subject_id=tour, title="Call Ada")
    await insert(tx, "links", object_kind="booking", object_id=tour, created_at=START)
    await a_ticket(tx, customer_id=ada, status="cancelled")


async def _asked(tx: Transaction, ada: UUID) -> None:
    row = await tx.row("select email from customers where id = %(id)s", {"id": ada})
    assert row is not None
    await an_inquiry(tx, email=row[0], message="Hello", status="lost", lost_reason="Far")
    await a_reservation(
        tx, customer_id=ada, status="cancelled", cancelled_at=START, cancel_reason="Ill"
    )


async def _planned(tx: Transaction, ada: UUID) -> None:
    given = {"status": "declined", "decline_reason": "Dear", "client_notes": "Hello"}
    plan = await a_proposal(tx, customer_id=ada, **given)
    day = await a_proposal_day(tx, proposal_id=plan, title="First")
    await a_proposal_stop(tx, proposal_id=plan, day_id=day, driver_notes="Left")
    await a_guest(tx, proposal_id=plan, room="12", dietary="vegan")
    note = {"author_kind": "client", "internal": False, "body": "Hello", "created_at": START}
    await insert(tx, "proposal_notes", proposal_id=plan, **note)
    await insert(
        tx,
        "proposal_versions",
        proposal_id=plan,
        number=1,
        snapshot=orjson.dumps(SNAPSHOT).decode(),
        currency="USD",
        total_cents=132390,
        sent_at=START,
    )


def superuser(settings: Settings) -> Any:
    assert settings.database_admin_url is not None
    return psycopg.AsyncConnection.connect(settings.database_admin_url.get_secret_value())


async def mark_every_word(settings: Settings, brand: Brand) -> None:
    """Write the mark wherever a word about the person may stand, past every rule and trigger."""
    async with await superuser(settings) as connection:
        await connection.execute("set session_replication_role = replica")
        for table, words in WORDS.items():
            for word in words:
                if table not in {"customer_exports", "customer_sessions"}:
                    await connection.execute(_marking(table, word), (brand.tenant_id,))
        await connection.execute(SESSION, {"tenant": brand.tenant_id, "mark": MARK})
        await _mark_events(connection, brand)


def _marking(table: str, word: str) -> sql.Composed:
    """Shape:  addresses stay different, where no two may be the same."""
    value: sql.Composable = sql.Literal(VALUES.get((table, word), MARK))
    if word.endswith("email"):
        whose = sql.SQL("id" if table == "customers" else OF_THE_FIRST)
        value = sql.SQL("{} || left(md5({}::text), 6) || '@example.com'").format(value, whose)
    if word.endswith("phone"):
        value = sql.Literal(f"+1509{DIGITS}")
    if word == "stripe_customer_id":
        value = sql.SQL("{} || left(md5(id::text), 6)").format(value)
    return sql.SQL("update {} marked set {} = {} where tenant_id = %s").format(
        sql.Identifier(table), sql.Identifier(word), value
    )


async def _mark_events(connection: Any, brand: Brand) -> None:
    """One event of each object that tells of the mark in every shape, and of figures."""
    changes = {
        "notes": [None, MARK],
        "stops": [[], [{"name": MARK}]],
        "phone": [f"+1509{DIGITS}", None],
        "total_cents": [100, 200],
        "status": ["draft", "sent"],
        "starts_at": [None, "2026-06-08T10:00:00"],
    }
    for entity in ("bookings", "customers", "inquiries", "reservations", "proposals", "tasks"):
        cursor = await connection.execute(
            sql.SQL("select id from {} where tenant_id = %s").format(sql.Identifier(entity)),
            (brand.tenant_id,),
        )
        for (id,) in await cursor.fetchall():
            event, keys = new_id(), (brand.tenant_id, brand.id)
            await connection.execute(
                "insert into events (tenant_id, brand_id, id, kind, entity, entity_id,"
                " entity_version, actor_kind, occurred_at, changes, personal_fields)"
                " values (%s, %s, %s, 'Told', %s, %s, 1, 'staff', %s, %s, '{name}')",
                (*keys, event, entity[:-1], id, START, orjson.dumps(changes).decode()),
            )
            await connection.execute(
                "insert into event_personal_values values (%s, %s, %s, 'name', null, %s)",
                (*keys, event, MARK),
            )


async def tables_that_tell(settings: Settings, brand: Brand) -> Sequence[str]:
    """The tables of which some row of the tenant has the mark in whichever column."""
    found = []
    async with await superuser(settings) as connection:
        names = await (await connection.execute(TABLES)).fetchall()
        for (name,) in names:
            question = sql.SQL(
                "select count(*) from {} x where tenant_id = %s and x::text ~* %s"
            ).format(sql.Identifier(name))
            cursor = await connection.execute(question, (brand.tenant_id, f"{MARK}|{DIGITS}"))
            if (await cursor.fetchone())[0]:
                found.append(name)
    return found
