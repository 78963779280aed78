"""How a person is forgotten: what events told of them, and the words that stand in frozen rows."""

from migrations.tables import BRAND, OBJECT, TENANT

ERASED = "Erased"
# What an event tells by these names is a word of ours or a line of a bill, and no person's.
OUR_WORDS = (
    "status",
    "kind",
    "method",
    "source",
    "tour_type",
    "planning_phase",
    "currency",
    "number",
    "rsvp",
    "subject_kind",
    "price_lines",
    "sold_as",
    "policy",
    "vehicles",
    "vehicle_ids",
    "driver_ids",
    "booking_ids",
)
TIMES_AND_IDS = "(_at|_on|_id|_until)$"
_WORDS = ", ".join(f"'{each}'" for each in OUR_WORDS)
FIGURE = f"""
  c.key in ({_WORDS})
  or c.value <> '[null, null]' and not exists (
    select from jsonb_array_elements(c.value) v
    where jsonb_typeof(v) in ('array', 'object')
      or jsonb_typeof(v) = 'string' and c.key !~ '{TIMES_AND_IDS}')
"""
TOLD = f"""
create function erase_told(objects uuid[], lasts uuid[])
returns integer language sql security definer set search_path = public, pg_temp as $$
  -- Of each object what its events told, or those up to one of them: figures, times and ids stay.
  with
  told as (
    select e.tenant_id, e.brand_id, e.id, array(
      select c.key from jsonb_each(e.changes) c where not ({FIGURE})) as words
    from events e
    join unnest(objects, lasts) as o (id, last)
      on e.entity_id = o.id and (o.last is null or e.id <= o.last)
    where e.tenant_id = {TENANT} and e.brand_id = {BRAND}
  ),
  apart as (
    delete from event_personal_values p using told t
    where p.tenant_id = t.tenant_id and p.brand_id = t.brand_id and p.event_id = t.id
    returning 1
  ),
  among as (
    update events e
    set changes = e.changes - t.words,
      personal_fields = array(
        select distinct f.name from unnest(e.personal_fields || t.words) f (name) order by f.name)
    from told t
    where e.tenant_id = t.tenant_id and e.brand_id = t.brand_id and e.id = t.id
      and cardinality(t.words) > 0
    returning cardinality(t.words) as words
  )
  select ((select count(*) from apart)
    + (select coalesce(sum(words), 0) from among))::integer
$$
"""
# As before, and of whoever was erased too.
GONE = """
create or replace function was_merged(customer uuid)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from customers c
    where c.tenant_id = {tenant} and c.brand_id = {brand} and c.id = customer
      and {gone})
    and (current_setting('role') <> '{guest}' or exists (
      select from bookings b
      where b.tenant_id = {tenant} and b.brand_id = {brand} and b.id = {object}
        and b.customer_id = customer
      union all
      select from reservations r
      where r.tenant_id = {tenant} and r.brand_id = {brand} and r.id = {object}
        and r.customer_id = customer
      union all
      select from tickets k
      where k.tenant_id = {tenant} and k.brand_id = {brand}
        and (k.id = {object} or k.sale_id = {object}) and k.customer_id = customer))
$$
"""
KEYS = {"tenant": TENANT, "brand": BRAND, "object": OBJECT}
NOBODY_LEFT = f"""
  erased_at is null or name = '{ERASED}' and archived_at is not null
  and num_nonnulls(email, phone, internal_notes, stripe_customer_id) = 0
  and preferences = '{{}}' and consents = '{{}}' and tags = '{{}}'
"""
SIGNED = (
    "party_size, individual_billing, accepted_at, signature_name, terms_accepted_at,"
    " currency, discount_ppm, gratuity_ppm, subtotal_cents, discount_cents, tax_cents,"
    " gratuity_cents, total_cents, deposit_cents"
)
DAY = ("id", "proposal_id", "position", "on_date")
STOP = (
    *("id", "proposal_id", "day_id", "position", "kind", "winery_id", "restaurant_id"),
    *("hotel_id", "own_place_id", "starts_at_local", "minutes"),
)


def row_of(side: str, columns: str) -> str:
    return f"({', '.join(f'{side}.{each.strip()}' for each in columns.split(','))})"


def frozen(worker: str | None) -> str:
    """What was accepted stays as it was; a worker alone takes the signature's name out of it."""
    old, new = row_of("old", SIGNED), row_of("new", SIGNED)
    if worker is not None:
        kept = (
            f"case when current_user = '{worker}' and new.signature_name = '{ERASED}'"
            " then old.signature_name else new.signature_name end"
        )
        new = new.replace("new.signature_name", kept)
    return (
        f"create trigger proposals_total_is_frozen before update of {SIGNED} on proposals"
        " for each row when (old.status in ('accepted', 'converted')"
        f" and {old} is distinct from {new}) execute function refuse_change_of_accepted_total()"
    )


def final(table: str, columns: tuple[str, ...], words: tuple[str, ...], worker: str) -> str:
    """A final plan stays as it is; a worker alone takes the words out of it."""
    old, new = (row_of(side, ", ".join(columns)) for side in ("old", "new"))
    gone = " and ".join(f"new.{each} is null" for each in words)
    return (
        f"create trigger {table}_words_are_final before update on {table} for each row"
        f" when (not (current_user = '{worker}' and {gone} and {old} is not distinct from {new}))"
        " execute function refuse_change_of_a_final_plan()"
    )
