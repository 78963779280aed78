"""The few functions that see past a brand: who is calling, which times are busy, what must be told.

Each belongs to a role that nobody can become, returns as little as possible, and may be executed
by the roles named here alone.
"""

from migrations.tables import permit, role, run

revision = "0011"
down_revision = "0010"

CALLER = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],"
    " label text"
)
BRAND_FACTS = "b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency"
LIVE = "t.status = 'active' and b.status = 'active'"

KEY = f"""
create function look_up_key(presented bytea, clock timestamptz)
returns table ({CALLER}, kind text, mode text) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, coalesce(a.id, k.id), k.kind, '{{}}'::text[], '{{}}'::text[],
    coalesce(a.name, k.label), k.kind, k.mode
  from api_keys k
  join brands b on b.tenant_id = k.tenant_id and b.id = k.brand_id
  join tenants t on t.tenant_id = k.tenant_id
  left join apps a on a.tenant_id = k.tenant_id and a.brand_id = k.brand_id and a.id = k.app_id
  where k.key_hash = presented and k.revoked_at is null and {LIVE}
    and (k.expires_at is null or k.expires_at > clock)
    and (a.id is null or a.status = 'active')
$$
"""
MEMBER = f"""
create function look_up_member(slug text, code text, subject uuid)
returns table ({CALLER}) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, s.id, m.role, m.grants, m.denies, s.name
  from tenants t
  join brands b on b.tenant_id = t.tenant_id and b.code = look_up_member.code
  join memberships m on m.tenant_id = b.tenant_id and m.brand_id = b.id
    and m.staff_user_id = subject
  join staff_users s on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
  where t.slug = look_up_member.slug and s.status = 'active' and {LIVE}
$$
"""
CUSTOMER = f"""
create function look_up_customer(slug text, code text, subject uuid)
returns table ({CALLER}) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, c.id, 'customer', '{{}}'::text[], '{{}}'::text[], c.name
  from tenants t
  join brands b on b.tenant_id = t.tenant_id and b.code = look_up_customer.code
  join customers c on c.tenant_id = b.tenant_id and c.brand_id = b.id and c.id = subject
  where t.slug = look_up_customer.slug and c.archived_at is null and {LIVE}
$$
"""
DRIVER = f"""
create function look_up_driver(slug text, code text, subject uuid)
returns table ({CALLER}) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, d.id, 'driver', '{{}}'::text[], '{{}}'::text[], d.name
  from tenants t
  join brands b on b.tenant_id = t.tenant_id and b.code = look_up_driver.code
  join drivers d on d.tenant_id = t.tenant_id and d.id = subject
  where t.slug = look_up_driver.slug and d.status = 'active' and d.archived_at is null and {LIVE}
$$
"""
BRAND = f"""
create function look_up_brand(slug text, code text)
returns table ({CALLER}) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, null::uuid, 'worker', '{{}}'::text[], '{{}}'::text[], b.name
  from tenants t
  join brands b on b.tenant_id = t.tenant_id and b.code = look_up_brand.code
  where t.slug = look_up_brand.slug and {LIVE}
$$
"""
ORIGIN = f"""
create function look_up_origin(presented text, slug text, code text)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  -- Of the named brand's websites; without a name, of any brand's.
  select exists (
    select 1
    from websites w
    join brands b on b.tenant_id = w.tenant_id and b.id = w.brand_id
    join tenants t on t.tenant_id = w.tenant_id
    where w.origin = presented and {LIVE}
      and (look_up_origin.slug is null
        or (t.slug = look_up_origin.slug and b.code = look_up_origin.code)))
$$
"""
PROMO = """
create function promo_in_force(presented text, on_day date)
returns table (name text, percent_ppm integer, amount_cents bigint, conditions jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.name, r.percent_ppm, r.amount_cents, r.conditions
  from price_rules r
  where r.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)
    and r.brand_id = (select nullif(current_setting('app.brand_id', true), '')::integer)
    and r.promo_code = presented and r.effective_from <= on_day
    and (r.effective_to is null or r.effective_to > on_day)
    and (r.redemptions_max is null or r.redemptions < r.redemptions_max)
  order by r.effective_from desc limit 1
$$
"""
BUSY = """
create function busy_periods(vehicles uuid[], drivers uuid[], since timestamptz, until timestamptz)
returns table (vehicle_id uuid, driver_id uuid, starts_at timestamptz, ends_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.vehicle_id, k.driver_id, k.starts_at, k.ends_at
  from blocks k
  where k.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)
    and (k.vehicle_id = any(vehicles) or k.driver_id = any(drivers))
    and k.starts_at < until and k.ends_at > since
    and k.released_at is null and (k.expires_at is null or k.expires_at > now())
  order by k.starts_at, k.vehicle_id, k.driver_id
$$
"""
FLEET = """
create function fleet_busy_times(since timestamptz, until timestamptz, clock timestamptz)
returns table (seats integer, starts timestamptz[], ends timestamptz[])
language sql stable security definer set search_path = public, pg_temp as $$
  -- A van is told by its seats alone: whose tour it is on is nobody's business.
  select v.seats, coalesce(taken.starts, '{}'), coalesce(taken.ends, '{}')
  from vehicles v
  left join lateral (
    select array_agg(k.starts_at order by k.starts_at, k.ends_at) as starts,
      array_agg(k.ends_at order by k.starts_at, k.ends_at) as ends
    from blocks k
    where k.tenant_id = v.tenant_id and k.vehicle_id = v.id and k.released_at is null
      and k.period && tstzrange(since, until)
      and (k.expires_at is null or k.expires_at > clock)
  ) taken on true
  where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)
    and v.status = 'active' and v.archived_at is null
  order by v.seats, v.id
$$
"""
RELEASE = """
create function release_expired_holds(vehicles uuid[], clock timestamptz)
returns void language sql security definer set search_path = public, pg_temp as $$
  update blocks set released_at = least(clock, now())
  where tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)
    and vehicle_id = any(vehicles) and kind = 'hold' and released_at is null
    and expires_at <= least(clock, now())
$$
"""
SHORT = """
create function seats_are_short(vehicle uuid)
returns boolean language sql security definer set search_path = public, pg_temp as $$
  -- Tours that are over are left alone: a van may be rebuilt when its parties have gone home.
  select exists (
    select 1
    from bookings b
    join booking_vehicles w
      on w.tenant_id = b.tenant_id and w.brand_id = b.brand_id and w.booking_id = b.id
    join vehicles v on v.tenant_id = w.tenant_id and v.id = w.vehicle_id
    where b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)
      and b.status in ('assigned', 'in_progress')
      and (b.brand_id, b.id) in (
        select d.brand_id, d.booking_id from booking_vehicles d
        where d.tenant_id = b.tenant_id and d.vehicle_id = seats_are_short.vehicle)
    group by b.brand_id, b.id, b.party_size
    having b.party_size > sum(v.seats))
$$
"""
CLAIM = """
create function claim_outbox(batch integer, lease interval)
returns table (tenant_id integer, brand_id integer, event_id uuid, entity text, entity_id uuid,
  kind text)
language sql security definer set search_path = public, pg_temp as $$
  -- By row address: joined by its key, a backlog would be read from end to end for each batch.
  update outbox o set claimed_until = now() + lease
  where o.ctid = any (array(
    select p.ctid from outbox p
    where p.claimed_until is null or p.claimed_until < now()
    order by p.event_id limit batch for update skip locked
  ))
  returning o.tenant_id, o.brand_id, o.event_id, o.entity, o.entity_id, o.kind
$$
"""
RELAYED = """
create function forget_relayed(tenants integer[], brands integer[], events uuid[])
returns void language sql security definer set search_path = public, pg_temp as $$
  delete from outbox o using unnest(tenants, brands, events) as gone (tenant_id, brand_id, event_id)
  where o.tenant_id = gone.tenant_id and o.brand_id = gone.brand_id and o.event_id = gone.event_id
$$
"""
BACKLOG = """
create function outbox_backlog()
returns table (waiting bigint, oldest uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), (select o.event_id from outbox o order by o.event_id limit 1) from outbox
$$
"""
DUE = """
create function due_schedules(clock timestamptz, batch integer)
returns table (tenant_slug text, brand_code text, schedule_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select t.slug, b.code, s.id
  from schedules s
  join brands b on b.tenant_id = s.tenant_id and b.id = s.brand_id
  join tenants t on t.tenant_id = s.tenant_id
  where s.enabled and s.next_run_at <= clock and t.status = 'active' and b.status = 'active'
  order by s.next_run_at limit batch
$$
"""
REVISION = """
create function current_revision()
returns text language sql stable security definer set search_path = public, pg_temp as $$
  select version_num from migrations
$$
"""
FUNCTIONS = {
    "look_up_key(bytea, timestamptz)": (KEY, "lookup", ("write", "read")),
    "look_up_member(text, text, uuid)": (MEMBER, "lookup", ("write", "read")),
    "look_up_customer(text, text, uuid)": (CUSTOMER, "lookup", ("write", "read")),
    "look_up_driver(text, text, uuid)": (DRIVER, "lookup", ("write", "read")),
    "look_up_brand(text, text)": (BRAND, "lookup", ("write", "read")),
    "look_up_origin(text, text, text)": (ORIGIN, "lookup", ("write", "read")),
    "promo_in_force(text, date)": (
        PROMO,
        "lookup",
        ("site", "link", "customer", "partner", "staff", "worker"),
    ),
    "busy_periods(uuid[], uuid[], timestamptz, timestamptz)": (BUSY, "fleet", ("staff", "worker")),
    "fleet_busy_times(timestamptz, timestamptz, timestamptz)": (
        FLEET,
        "fleet",
        ("site", "customer", "partner", "staff", "worker"),
    ),
    "release_expired_holds(uuid[], timestamptz)": (RELEASE, "fleet", ("staff", "worker")),
    "seats_are_short(uuid)": (SHORT, "fleet", ("staff", "worker")),
    "claim_outbox(integer, interval)": (CLAIM, "relay", ("write",)),
    "forget_relayed(integer[], integer[], uuid[])": (RELAYED, "relay", ("write",)),
    "outbox_backlog()": (BACKLOG, "relay", ("write",)),
    "current_revision()": (REVISION, "relay", ("write",)),
    "due_schedules(timestamptz, integer)": (DUE, "relay", ("write",)),
}
SEES = (
    ("tenants", "lookup", "select (tenant_id, slug, status)"),
    ("brands", "lookup", "select (tenant_id, id, code, name, time_zone, currency, status)"),
    ("websites", "lookup", "select"),
    (
        "price_rules",
        "lookup",
        "select (tenant_id, brand_id, promo_code, name, percent_ppm, amount_cents, conditions,"
        " redemptions, redemptions_max, effective_from, effective_to)",
    ),
    ("memberships", "lookup", "select"),
    ("staff_users", "lookup", "select (tenant_id, id, name, status)"),
    ("customers", "lookup", "select (tenant_id, brand_id, id, name, archived_at)"),
    ("drivers", "lookup", "select (tenant_id, id, name, status, archived_at)"),
    ("apps", "lookup", "select (tenant_id, brand_id, id, name, status)"),
    ("api_keys", "lookup", "select"),
    ("blocks", "fleet", "select, update (released_at)"),
    ("bookings", "fleet", "select (tenant_id, brand_id, id, status, party_size)"),
    ("booking_vehicles", "fleet", "select (tenant_id, brand_id, booking_id, vehicle_id)"),
    ("vehicles", "fleet", "select (tenant_id, id, seats, status, archived_at)"),
    ("tenants", "relay", "select (tenant_id, slug, status)"),
    ("brands", "relay", "select (tenant_id, id, code, status)"),
    ("schedules", "relay", "select"),
    ("outbox", "relay", "select, update (claimed_until), delete"),
)


def upgrade() -> None:
    for table, who, verbs in SEES:
        permit(table, who, verbs)
    run(f"grant select on migrations to {role('relay')}")
    for owner in ("lookup", "fleet", "relay"):
        run(f"grant create on schema public to {role(owner)}")
    for signature, (source, owner, callers) in FUNCTIONS.items():
        run(f"set local role {role(owner)}")
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
        run(f"set local role {role('owner')}")
    for owner in ("lookup", "fleet", "relay"):
        run(f"revoke create on schema public from {role(owner)}")


def downgrade() -> None:
    for signature, (_, owner, _callers) in FUNCTIONS.items():
        run(f"set local role {role(owner)}")
        run(f"drop function {signature}")
        run(f"set local role {role('owner')}")
    run(f"revoke select on migrations from {role('relay')}")
    for table, who, verbs in SEES:
        run(f"drop policy {table}_{who} on {table}")
        run(f"revoke {verbs} on {table} from {role(who)}")
