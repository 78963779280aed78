"""A part of revision 0043: who an address, a code or a session of a guest or driver is of."""

CALLER = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],"
    " label text"
)
FACTS = "b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency"
NOTHING_MORE = "array[]::text[], array[]::text[]"
LIVE = "t.status = 'active' and b.status = 'active'"
SET = "security definer set search_path = public, pg_temp"
DRIVES = "d.status = 'active' and d.archived_at is null"
CUSTOMER = f"""
create function look_up_customer_by_email(slug text, code text, mail text)
returns table ({CALLER}) language sql stable {SET} as $$
  -- Who was merged into another is that other one, and they may have been merged as well.
  with recursive named as (
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id, c.archived_at, c.name
    from tenants t
    join brands b on b.tenant_id = t.tenant_id and b.code = look_up_customer_by_email.code
    join customers c on c.tenant_id = b.tenant_id and c.brand_id = b.id and c.email = mail
    where t.slug = look_up_customer_by_email.slug and {LIVE}
    union
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id, c.archived_at, c.name
    from named n
    join customers c on c.tenant_id = n.tenant_id and c.brand_id = n.brand_id
      and c.id = n.merged_into_id
  )
  select {FACTS}, n.id, 'customer', {NOTHING_MORE}, n.name
  from named n
  join brands b on b.tenant_id = n.tenant_id and b.id = n.brand_id
  join tenants t on t.tenant_id = n.tenant_id
  where n.merged_into_id is null and n.archived_at is null
$$
"""
DRIVER = f"""
create function look_up_driver_by_email(slug text, mail text)
returns table ({CALLER}) language sql stable {SET} as $$
  -- An address that two drivers share is nobody's.
  select {FACTS}, d.id, 'driver', {NOTHING_MORE}, d.name
  from tenants t
  join brands b on b.tenant_id = t.tenant_id
  join drivers d on d.tenant_id = t.tenant_id and d.email = mail and {DRIVES}
  where t.slug = look_up_driver_by_email.slug and {LIVE}
    and not exists (
      select from drivers o
      where o.tenant_id = t.tenant_id and o.email = mail and o.id <> d.id
        and o.status = 'active' and o.archived_at is null)
  order by b.is_default desc, b.code limit 1
$$
"""
OF_CUSTOMER = f"""
  select {FACTS}, c.id, 'customer', {NOTHING_MORE}, c.name{{more}}
  from customer_{{things}} x
  join tenants t on t.tenant_id = x.tenant_id
  join brands b on b.tenant_id = x.tenant_id and b.id = x.brand_id
  join customers c on c.tenant_id = x.tenant_id and c.brand_id = x.brand_id
    and c.id = x.customer_id
  where who = 'customer' and x.id = presented and c.archived_at is null and {LIVE}"""
OF_DRIVER = f"""
  select {FACTS}, d.id, 'driver', {NOTHING_MORE}, d.name{{more}}
  from driver_{{things}} x
  join tenants t on t.tenant_id = x.tenant_id
  join brands b on b.tenant_id = x.tenant_id and {{brand}}
  join drivers d on d.tenant_id = x.tenant_id and d.id = x.driver_id
  where who = 'driver' and x.id = presented and {DRIVES} and {LIVE}"""
OPEN = " and x.revoked_at is null and x.expires_at > clock"
SESSION = f"""
create function look_up_guest_session(who text, presented uuid, clock timestamptz)
returns table ({CALLER}, turn integer) language sql stable {SET} as $$
  {OF_CUSTOMER.format(more=", x.turn", things="sessions")}{OPEN}
  union all
  {OF_DRIVER.format(more=", x.turn", things="sessions", brand="b.code = x.brand_code")}{OPEN}
$$
"""
USABLE = " and x.used_at is null and x.expires_at > clock"
FIRST = (
    "b.id = (select y.id from brands y where y.tenant_id = x.tenant_id and y.status = 'active'"
    " order by y.is_default desc, y.code limit 1)"
)
CODE = f"""
create function look_up_guest_code(who text, presented uuid, clock timestamptz)
returns table ({CALLER}) language sql stable {SET} as $$
  {OF_CUSTOMER.format(more="", things="codes")}{USABLE}
  union all
  {OF_DRIVER.format(more="", things="codes", brand=FIRST)}{USABLE}
$$
"""
COUNT = """
    update {who}_codes x set tries = x.tries + 1
    where x.id = presented and x.used_at is null and x.expires_at > clock and x.tries < 5
      and (
        select coalesce(sum(o.tries), 0) from {who}_codes o
        where o.tenant_id = x.tenant_id and {brand}o.{who}_id = x.{who}_id
          and o.used_at is null and o.created_at > clock - interval '1 day') < 20;"""
TRY = f"""
create function try_guest_code(who text, presented uuid, clock timestamptz)
returns table ({CALLER}) language plpgsql {SET} as $$
begin
  -- Counted before anybody compares: five of a code, twenty of a person within a day.
  if who = 'customer' then
    {COUNT.format(who="customer", brand="o.brand_id = x.brand_id and ").strip()}
  else
    {COUNT.format(who="driver", brand="").strip()}
  end if;
  if found then
    return query select * from look_up_guest_code(who, presented, clock);
  end if;
end $$
"""
IS_OPEN = f"""
create function guest_session_is_open(
  who text, slug text, subject uuid, presented uuid, clock timestamptz)
returns boolean language sql stable {SET} as $$
  select exists (
    select from customer_sessions x
    join tenants t on t.tenant_id = x.tenant_id
    where who = 'customer' and t.slug = guest_session_is_open.slug and x.id = presented
      and x.customer_id = subject and x.revoked_at is null and x.expires_at > clock
    union all
    select from driver_sessions x
    join tenants t on t.tenant_id = x.tenant_id
    where who = 'driver' and t.slug = guest_session_is_open.slug and x.id = presented
      and x.driver_id = subject and x.revoked_at is null and x.expires_at > clock)
$$
"""
FUNCTIONS = {
    "look_up_customer_by_email(text, text, text)": CUSTOMER,
    "look_up_driver_by_email(text, text)": DRIVER,
    "look_up_guest_session(text, uuid, timestamptz)": SESSION,
    "look_up_guest_code(text, uuid, timestamptz)": CODE,
    "try_guest_code(text, uuid, timestamptz)": TRY,
    "guest_session_is_open(text, text, uuid, uuid, timestamptz)": IS_OPEN,
}
SEES = (
    ("customer_sessions", "select"),
    ("driver_sessions", "select"),
    ("customer_codes", "select, update (tries)"),
    ("driver_codes", "select, update (tries)"),
)
# Whoever has the old mailbox, or is put away, has nothing in hand that was begun before.
END = """
create function end_{who}_sessions() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  update {who}_sessions set revoked_at = now()
  where {who}_id = new.id and revoked_at is null;
  update {who}_codes set used_at = now() where {who}_id = new.id and used_at is null;
  return null;
end $$
"""
FIRES = """
create trigger {who}s_end_sessions after update of {columns} on {who}s
for each row when (new.email is distinct from old.email or {only})
execute function end_{who}_sessions()
"""
PUT_AWAY = "new.archived_at is not null and old.archived_at is null"
ENDING = (
    END.format(who="customer"),
    FIRES.format(who="customer", columns="email, archived_at", only=PUT_AWAY),
    END.format(who="driver"),
    FIRES.format(
        who="driver",
        columns="email, archived_at, status",
        only=f"{PUT_AWAY} or new.status <> 'active' and old.status = 'active'",
    ),
)
GONE = tuple(
    statement
    for who in ("customer", "driver")
    for statement in (
        f"drop trigger {who}s_end_sessions on {who}s",
        f"drop function end_{who}_sessions()",
    )
)
