"""Whatever leads to a customer is handed out and forgotten with them, unasked: no table is left."""

from db.erasures import WORDS
from db.exports import TABLES
from tests.isolation.catalogue import Connection

# Words that stay: numbers and states, what was sold and billed, ids of payments, keys of the house.
KEPT = {
    "bookings": "number status tour_type source time_zone currency policy sold_as",
    "booking_price_lines": "kind label rule",
    "booking_stops": "kind third_party_status",
    "blocks": "kind",
    "events": "kind entity actor_kind actor_role address changes personal_fields request_id",
    "event_personal_values": "field before after",
    "idempotency_records": "key request_hash answer",
    "inquiries": "number status tour_type source",
    "invoices": "number kind status currency lines",
    "links": "object_kind",
    "outbox": "entity kind",
    "payments": "kind method status currency stripe_intent_id",
    "privacy_requests": "kind ground status refusal counts sha256",
    "proposal_guests": "rsvp",
    "proposal_inclusions": "kind label pricing",
    "proposal_notes": "author_kind",
    "proposal_stops": "kind",
    "proposal_versions": "currency",
    "proposals": "number status planning_phase currency",
    "refunds": "status stripe_refund_id",
    "reservations": "number status tour_type method currency policy",
    "tasks": "kind subject_kind",
    "tickets": "number status currency",
    "tour_offers": "status",
}
# Told of by the events that are handed out with their values, or nothing of the person's.
NOT_HANDED_OUT = {"event_personal_values", "outbox", "idempotency_records", "customer_exports"}
# Tables whose rows name any object by its id.
OF_ANY_OBJECT = ("tasks", "links", "events", "outbox", "idempotency_records")
LEADS = """
with recursive leads as (
  select 'customers'::regclass::oid as id
  union
  select c.oid from pg_class c
  where c.relnamespace = 'public'::regnamespace and (c.relname = any(%(any)s) or exists (
    select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
      and a.attname in ('customer_id', 'customer_email', 'guest_email')))
    and c.relkind in ('r', 'p')
  union
  select k.conrelid from pg_constraint k join leads l on k.confrelid = l.id
  where k.contype = 'f'
)
select id::regclass::text from leads order by 1
"""
WORDED = """
select c.relname, array_agg(a.attname::text order by a.attnum)
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relname = any(%(tables)s) and c.relnamespace = 'public'::regnamespace
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and a.atttypid::regtype::text in ('text', 'text[]', 'jsonb', 'json', 'bytea', 'character varying')
group by c.relname
"""


def leading(superuser: Connection) -> list[str]:
    rows = superuser.execute(LEADS, {"any": list(OF_ANY_OBJECT)}).fetchall()
    return [row[0] for row in rows]


def test_every_table_that_leads_to_a_customer_is_handed_out(superuser: Connection) -> None:
    assert sorted({*TABLES} | NOT_HANDED_OUT) == leading(superuser)


def test_every_word_about_a_customer_is_erased_or_said_to_stay(superuser: Connection) -> None:
    tables = leading(superuser)
    found = superuser.execute(WORDED, {"tables": tables}).fetchall()
    said = {
        table: sorted({*WORDS.get(table, ()), *KEPT.get(table, "").split()}) for table, _ in found
    }
    assert {table: sorted(words) for table, words in found} == said


def test_a_new_table_that_leads_to_a_customer_is_noticed(superuser: Connection) -> None:
    with superuser.transaction(force_rollback=True):
        superuser.execute("create table praises (ticket_id uuid, said text)")
        superuser.execute("create table cards (customer_id uuid, said text)")
        assert {"cards"} <= {*leading(superuser)}
