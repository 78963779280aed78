"""What a guest may write: the one object that a link opens, its customer, its van, its link.

Whoever sells for a guest enters as `link`, with the id of the object that is to be made: it can be
made once, seen and changed by whoever holds its token, and nothing else can.
"""

from migrations.tables import (
    OBJECT,
    Index,
    May,
    brand_table,
    drop_tables,
    permit,
    role,
    run,
)

revision = "0017"
down_revision = "0016"
TABLES = ("links",)
OF_OBJECT = f"booking_id = {OBJECT}"
OF_A_CUSTOMER = "(entity, kind) = ('customer', 'CustomerCreated')"
TOLD_OF = f"entity_id = {OBJECT} or {OF_A_CUSTOMER}"
MADE = (
    "tenant_id, brand_id, id, number, status, tour_type, source, customer_id, customer_name,"
    " customer_email, customer_phone, sold_by_app_id, party_size, starts_at, ends_at, time_zone,"
    " pickup, dropoff, special_requests, currency, subtotal_cents, discount_cents, tax_cents,"
    " total_cents, deposit_cents, policy, hold_expires_at, terms_accepted_at,"
    " created_at, updated_at,"
    " internal_notes, driver_notes, inquiry_id, reservation_id, proposal_id"
)
CONTACT = "tenant_id, brand_id, id, name, email, phone, created_at, updated_at, version, search"
WHO_BOOKED = "exists (select 1 from bookings b where b.customer_id = customers.id)"
CHANGED = (
    "status, customer_id, customer_name, customer_email, customer_phone, pickup, dropoff,"
    " special_requests, hold_expires_at, terms_accepted_at, cancelled_at, cancel_reason,"
    " refund_due_cents, updated_at, version"
)
SEEN = "terms_accepted_at, cancel_reason, refund_due_cents"
# Each says what a link may do besides what it sees: verbs, and on which rows.
GUEST = (
    ("counters", "select, insert, update", "true"),
    ("brand_settings", "select", "true"),
    ("tenants", "select (tenant_id, buffer_minutes)", "true"),
    ("price_rules", "select", "kind <> 'promo_code'"),
    (
        "blocks",
        "select, insert (id, tenant_id, brand_id, vehicle_id, booking_id, kind, starts_at, ends_at,"
        " expires_at), update (kind, expires_at, released_at)",
        OF_OBJECT,
    ),
    (
        "tasks",
        "insert (tenant_id, brand_id, id, kind, title, subject_kind, subject_id, assignee_id,"
        " due_at, created_at)",
        f"subject_id = {OBJECT}",
    ),
    ("events", "insert", TOLD_OF),
    ("outbox", "insert", TOLD_OF),
    ("event_personal_values", "insert", "true"),
)
# What a link saw of its children it may now make as well.
CHILDREN = {
    "booking_price_lines": "insert",
    "booking_stops": "insert",
    "booking_vehicles": "insert",
}
WORD = """
create function refuse_a_guests_word() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if current_user = '{guest}' and (
    tg_op = 'INSERT' and (new.status <> 'held' or new.sold_by_app_id
        <> nullif(current_setting('app.actor_id', true), '')::uuid
      or num_nonnulls(new.internal_notes, new.driver_notes, new.inquiry_id, new.reservation_id,
        new.proposal_id) > 0)
    or tg_op = 'UPDATE' and new.status not in (old.status, 'cancelled'))
  then
    raise exception 'a guest does not say that a booking is %', new.status
      using errcode = 'check_violation', constraint = 'bookings_guests_word';
  end if;
  return new;
end $$
"""
FREE = """
create function claim_free_vans(since timestamptz, until timestamptz, clock timestamptz)
returns table (vehicle_id uuid, seats integer) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  tenant integer := nullif(current_setting('app.tenant_id', true), '')::integer;
  vans uuid[] := array(
    select v.id from vehicles v
    where v.tenant_id = tenant and v.status = 'active' and v.archived_at is null);
begin
  -- In the order that everybody takes these locks in; what follows sees who had them before.
  perform pg_advisory_xact_lock(hashtextextended(tenant || ':' || wanted.key, 0))
  from (select unnest(vans)::text as key order by 1) as wanted;
  perform release_expired_holds(vans, clock);
  return query
    select v.id, v.seats from vehicles v
    where v.tenant_id = tenant and v.id = any(vans) and v.status = 'active'
      and v.archived_at is null
      and not exists (
        select from blocks k
        where k.tenant_id = v.tenant_id and k.vehicle_id = v.id and k.released_at is null
          and k.period && tstzrange(since, until))
    order by v.seats, v.id;
end $$
"""
CUSTOMER = """
create function customer_for(fresh uuid, who text, mail text, telephone text, clock timestamptz)
returns table (customer uuid, is_new boolean) language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  -- A known customer stays as they are: whoever knows an address could write anything.
  insert into customers (id, name, email, phone, created_at, updated_at)
  values (fresh, who, mail, telephone, clock, clock)
  on conflict on constraint customers_email_key do nothing;
  return query select c.id, c.id = fresh from customers c
  where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
    and c.brand_id = nullif(current_setting('app.brand_id', true), '')::integer
    and (c.email = mail or c.id = fresh);
end $$
"""
# A link ends with its hold, and thirty days behind the tour that was sold.
ALIVE = """
  case l.object_kind
    when 'booking' then exists (
      select from bookings b
      where b.tenant_id = l.tenant_id and b.brand_id = l.brand_id and b.id = l.object_id
        and case b.status when 'held' then b.hold_expires_at > clock
          when 'expired' then false else b.ends_at + interval '30 days' > clock end)
    when 'reservation' then exists (
      select from reservations r
      where r.tenant_id = l.tenant_id and r.brand_id = l.brand_id and r.id = l.object_id
        and r.status <> 'expired'
        and greatest(r.preferred_on, r.alternate_on) + interval '30 days' > clock)
    when 'proposal' then exists (
      select from proposals p
      where p.tenant_id = l.tenant_id and p.brand_id = l.brand_id and p.id = l.object_id
        and p.status <> 'draft' and p.ends_on + interval '30 days' > clock)
    when 'proposal_guest' then exists (
      select from proposal_guests g
      join proposals p on p.tenant_id = g.tenant_id and p.brand_id = g.brand_id
        and p.id = g.proposal_id
      where g.tenant_id = l.tenant_id and g.brand_id = l.brand_id and g.id = l.object_id
        and p.status <> 'draft' and p.ends_on + interval '30 days' > clock)
    when 'ticket' then exists (
      select from tickets k
      join shared_tours s on s.tenant_id = k.tenant_id and s.brand_id = k.brand_id
        and s.id = k.shared_tour_id
      where k.tenant_id = l.tenant_id and k.brand_id = l.brand_id and k.id = l.object_id
        and s.ends_at + interval '30 days' > clock)
    else l.created_at + interval '30 days' > clock
  end
"""
LINK = f"""
create function look_up_link(presented uuid, clock timestamptz)
returns table (
  tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,
  time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],
  label text, object_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency,
    l.id, l.object_kind, '{{}}'::text[], '{{}}'::text[], l.object_kind, l.object_id
  from links l
  join brands b on b.tenant_id = l.tenant_id and b.id = l.brand_id
  join tenants t on t.tenant_id = l.tenant_id
  where l.id = presented and l.revoked_at is null
    and (l.expires_at is null or l.expires_at > clock)
    and t.status = 'active' and b.status = 'active' and ({ALIVE})
$$
"""
SELLERS = ("link", "staff", "worker")
FUNCTIONS = {
    "claim_free_vans(timestamptz, timestamptz, timestamptz)": (FREE, "fleet", SELLERS),
    "customer_for(uuid, text, text, text, timestamptz)": (CUSTOMER, "lookup", SELLERS),
    "look_up_link(uuid, timestamptz)": (LINK, "lookup", ("write", "read")),
}
KEY = "tenant_id, brand_id, id"
SEES = (
    ("links", f"select ({KEY}, object_kind, object_id, created_at, expires_at, revoked_at)"),
    ("bookings", f"select ({KEY}, status, hold_expires_at, ends_at)"),
    ("reservations", f"select ({KEY}, status, preferred_on, alternate_on)"),
    ("proposals", f"select ({KEY}, status, ends_on)"),
    ("proposal_guests", f"select ({KEY}, proposal_id)"),
    ("tickets", f"select ({KEY}, shared_tour_id)"),
    ("shared_tours", f"select ({KEY}, ends_at)"),
)
FINDS = (
    "select (email), insert (tenant_id, brand_id, id, name, email, phone, created_at, updated_at)"
)
JOB = "enqueue_job(text, text, jsonb, timestamptz, text)"
COLUMNS = "terms_accepted_at timestamptz, refund_due_cents bigint"


def upgrade() -> None:
    for column in COLUMNS.split(", "):
        run(f"alter table bookings add column {column}")
    run(
        "alter table bookings add constraint bookings_refund_due_is_positive"
        " check (refund_due_cents > 0)"
    )
    brand_table(
        "links",
        """
        id uuid not null,
        object_kind text not null check (object_kind in
          ('booking', 'reservation', 'proposal', 'proposal_guest', 'inquiry', 'ticket')),
        object_id uuid not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        revoked_at timestamptz
        """,
        indexes=[
            Index("object_id, created_at", "links of one object"),
            Index("id", "look-up of a presented link, before the brand is known", keyed=False),
        ],
        may={"link": May("select, insert, update (revoked_at)", f"object_id = {OBJECT}")},
    )
    _guests()
    _functions()


def _guests() -> None:
    run("drop policy customers_link on customers")
    run(f"revoke all on customers from {role('link')}")
    link = role("link")
    run(f"grant insert ({MADE}), update ({CHANGED}), select ({SEEN}) on bookings to {link}")
    run(WORD.replace("{guest}", link))
    run(
        "create trigger bookings_guests_word before insert or update of status on bookings"
        " for each row execute function refuse_a_guests_word()"
    )
    for table, verbs, rows in GUEST:
        permit(table, "link", verbs, rows)
    for table, verbs in CHILDREN.items():
        run(f"grant {verbs} on {table} to {link}")
    run(f"grant execute on function {JOB} to {link}")


def _functions() -> None:
    run(f"grant {FINDS} on customers to {role('lookup')}")
    for table, verbs in SEES:
        permit(table, "lookup", verbs)
    for signature, (source, owner, callers) in FUNCTIONS.items():
        run(f"grant create on schema public to {role(owner)}")
        run(f"set local role {role(owner)}")
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
        run(f"set local role {role('owner')}")
        run(f"revoke create on schema public from {role(owner)}")


def downgrade() -> None:
    for signature, (_, owner, _callers) in FUNCTIONS.items():
        run(f"set local role {role(owner)}")
        run(f"drop function {signature}")
        run(f"set local role {role('owner')}")
    for table, verbs in SEES:
        if table not in TABLES:
            run(f"drop policy if exists {table}_lookup on {table}")
            run(f"revoke {verbs} on {table} from {role('lookup')}")
    run(f"revoke {FINDS} on customers from {role('lookup')}")
    _no_guests()
    for column in COLUMNS.split(", "):
        run(f"alter table bookings drop column {column.split()[0]}")
    drop_tables(TABLES)


def _no_guests() -> None:
    link = role("link")
    run(f"revoke execute on function {JOB} from {link}")
    for table, verbs in CHILDREN.items():
        run(f"revoke {verbs} on {table} from {link}")
    for table, verbs, _ in GUEST:
        run(f"drop policy {table}_link on {table}")
        run(f"revoke {verbs} on {table} from {link}")
    run("drop trigger bookings_guests_word on bookings")
    run("drop function refuse_a_guests_word()")
    run(f"revoke insert ({MADE}), update ({CHANGED}), select ({SEEN}) on bookings from {link}")
    run(f"grant select ({CONTACT}) on customers to {link}")
    run(
        f"create policy customers_link on customers to {link} using ({WHO_BOOKED})"
        f" with check ({WHO_BOOKED})"
    )
