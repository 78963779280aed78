"""What looks at staff past a brand: who they are now, and what they may do until when."""

from migrations.tables import ACTOR, BRAND, TENANT

CALLER = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],"
    " label text"
)
DEFINED = "security definer\nset search_path = public, pg_temp as $$"
FACTS = "b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency, s.id, m.role"
LIVE = "s.status = 'active' and t.status = 'active' and b.status = 'active'"


FROM = """
  from tenants t
  join brands b on b.tenant_id = t.tenant_id
  join memberships m on m.tenant_id = b.tenant_id and m.brand_id = b.id and m.ended_at is null
  join staff_users s on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
""".strip("\n")


MEMBER = f"""
create function look_up_member(slug text, code text, subject uuid, clock timestamptz)
returns table ({CALLER}, until timestamptz) language sql stable {DEFINED}
  select {FACTS}, g.grants, g.denies, s.name, g.until
{FROM}
  cross join lateral (
    select coalesce(array_agg(x.scope) filter (where x.effect = 'grant'), '{{}}') as grants,
      coalesce(array_agg(x.scope) filter (where x.effect = 'deny'), '{{}}') as denies,
      min(x.ends_at) as until
    from scope_grants x
    where x.tenant_id = m.tenant_id and x.brand_id = m.brand_id and x.membership_id = m.id
      and x.revoked_at is null and (x.ends_at is null or x.ends_at > clock)
  ) g
  where t.slug = look_up_member.slug and b.code = look_up_member.code and s.id = subject
    and {LIVE}
$$
"""

FOUND = f"{FACTS}, '{{}}'::text[], '{{}}'::text[], s.name"
OF_SESSION = "t.tenant_id = x.tenant_id"
SIGNING_IN = {
    "look_up_sign_in(text, text, text)": f"""
create or replace function look_up_sign_in(slug text, code text, mail text)
returns table ({CALLER}, password_hash text, changed_at timestamptz)
language sql stable {DEFINED}
  -- One who works for several brands begins with the one named, or else with the default.
  select {FOUND}, p.password_hash, p.changed_at
{FROM}
  left join staff_passwords p on p.tenant_id = s.tenant_id and p.staff_user_id = s.id
  where s.tenant_id = (select o.tenant_id from tenants o where o.slug = look_up_sign_in.slug)
    and s.email = mail and {LIVE}
    and (look_up_sign_in.code is null or b.code = look_up_sign_in.code)
  order by b.is_default desc, b.code limit 1
$$
""",
    "look_up_session(uuid, timestamptz)": f"""
create or replace function look_up_session(presented uuid, clock timestamptz)
returns table ({CALLER}, turn integer) language sql stable {DEFINED}
  select {FOUND}, x.turn
{FROM}
  join staff_sessions x on {OF_SESSION} and s.id = x.staff_user_id and b.code = x.brand_code
  where x.id = presented and x.revoked_at is null and x.expires_at > clock and {LIVE}
$$
""",
    "look_up_staff_code(uuid, timestamptz)": f"""
create or replace function look_up_staff_code(presented uuid, clock timestamptz)
returns table ({CALLER}, kind text, mail text) language sql stable {DEFINED}
  select {FOUND}, x.kind, s.email
{FROM}
  join staff_codes x on {OF_SESSION} and s.id = x.staff_user_id
  where x.id = presented and x.used_at is null and x.expires_at > clock and {LIVE}
  order by b.is_default desc, b.code limit 1
$$
""",
}


STANDING = f"""
create function standing_of_staff(subject uuid)
returns table (has_password boolean, elsewhere integer, owns_elsewhere boolean, alone integer)
language sql stable {DEFINED}
  -- For how many brands they work besides this one, and how many would have no owner without them.
  select
    exists (
      select from staff_passwords p
      where p.tenant_id = {TENANT} and p.staff_user_id = subject),
    count(*) filter (where m.brand_id <> {BRAND})::integer,
    coalesce(bool_or(m.role = 'owner' and m.brand_id <> {BRAND}), false),
    count(*) filter (where m.role = 'owner' and not exists (
      select from memberships o
      join staff_users s on s.tenant_id = o.tenant_id and s.id = o.staff_user_id
      where o.tenant_id = m.tenant_id and o.brand_id = m.brand_id and o.role = 'owner'
        and o.staff_user_id <> subject and o.ended_at is null and s.status = 'active'))::integer
  from memberships m
  where m.tenant_id = {TENANT} and m.staff_user_id = subject and m.ended_at is null
$$
"""
BRANDS = f"""
create function brands_of_caller()
returns table (code text, name text, role text, is_default boolean)
language sql stable {DEFINED}
  select b.code, b.name, m.role, b.is_default
  from memberships m
  join brands b on b.tenant_id = m.tenant_id and b.id = m.brand_id
  join staff_users s on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
  where m.tenant_id = {TENANT} and m.staff_user_id = {ACTOR} and m.ended_at is null
    and s.status = 'active' and b.status = 'active'
  order by b.is_default desc, b.code
$$
"""
SIGNED_IN = f"""
create function last_sign_ins(members uuid[])
returns table (membership_id uuid, signed_in_at timestamptz)
language sql stable {DEFINED}
  select m.id, (
    select max(x.created_at) from staff_sessions x
    where x.tenant_id = m.tenant_id and x.staff_user_id = m.staff_user_id)
  from memberships m
  where m.tenant_id = {TENANT} and m.brand_id = {BRAND} and m.id = any(members)
$$
"""
OF_BRAND = f"""
    exists (
      select from memberships m
      where m.tenant_id = {TENANT} and m.brand_id = {BRAND} and m.staff_user_id = subject{{more}})
"""
INVITE = f"""
create function invite_member(
  subject uuid, code uuid, clock timestamptz, until timestamptz)
returns boolean language plpgsql {DEFINED}
begin
  -- Who has a password is asked for it, whoever invites them.
  if not {OF_BRAND.format(more=" and m.ended_at is null").strip()}
    or exists (
      select from staff_passwords p
      where p.tenant_id = {TENANT} and p.staff_user_id = subject) then
    return false;
  end if;
  update staff_codes x set used_at = clock
  where x.tenant_id = {TENANT} and x.staff_user_id = subject and x.used_at is null;
  insert into staff_codes (tenant_id, id, staff_user_id, kind, created_at, expires_at)
  values ({TENANT}, code, subject, 'invitation', clock, until);
  return true;
end $$
"""
END_SESSIONS = f"""
create function end_sessions_of(subject uuid, clock timestamptz)
returns void language sql {DEFINED}
  update staff_sessions x set revoked_at = clock
  where x.tenant_id = {TENANT} and x.staff_user_id = subject and x.revoked_at is null
    and {OF_BRAND.format(more="").strip()};
  update staff_codes x set used_at = clock
  where x.tenant_id = {TENANT} and x.staff_user_id = subject and x.used_at is null
    and {OF_BRAND.format(more="").strip()}
$$
"""
MAKE_BRAND = f"""
create function make_brand(
  public_id uuid, brand_code text, title text, zone text, money text, mail text, owns uuid,
  settings_id uuid, prefix text, tiers jsonb, since date, schedule_ids uuid[], works text[],
  times text[], clock timestamptz)
returns void language plpgsql {DEFINED}
declare
  acting text := current_setting('app.brand_id', true);
  tenant integer := nullif(current_setting('app.tenant_id', true), '')::integer;
  made integer;
begin
  if not exists (
    select from memberships m join staff_users s
      on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
    where m.tenant_id = tenant and m.brand_id = nullif(acting, '')::integer
      and m.staff_user_id = {ACTOR} and m.role = 'owner' and m.ended_at is null
      and s.status = 'active') then
    raise exception 'a brand is made by an owner'
      using errcode = 'check_violation', constraint = 'brands_are_made_by_owners';
  end if;
  insert into brands (tenant_id, public_id, code, name, time_zone, currency, email_from)
  values (tenant, make_brand.public_id, brand_code, title, zone, money, mail)
  returning id into made;
  -- The rows of a brand are written in its name alone; then the transaction is the caller's again.
  perform set_config('app.brand_id', made::text, true);
  insert into memberships (id, staff_user_id, role, created_at)
  values (owns, {ACTOR}, 'owner', clock);
  insert into brand_settings (id, number_prefix, cancellation_tiers, effective_from)
  values (settings_id, prefix, tiers, since);
  insert into schedules (id, task, cron, next_run_at)
  select each.id, each.task, each.cron, clock
  from unnest(schedule_ids, works, times) as each (id, task, cron);
  perform set_config('app.brand_id', acting, true);
end $$
"""
LAST_OF_BRAND = """
begin
  perform pg_advisory_xact_lock(hashtextextended(old.tenant_id || ':owners', 0));
  if not exists (
    select from memberships m join staff_users s
      on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
    where m.tenant_id = old.tenant_id and m.brand_id = old.brand_id and m.role = 'owner'
      and m.ended_at is null and s.status = 'active') then
    raise exception 'a brand keeps an owner'
      using errcode = 'check_violation', constraint = 'memberships_keep_an_owner';
  end if;
  return null;
end """
LAST_OF_ANY = """
begin
  perform pg_advisory_xact_lock(hashtextextended(old.tenant_id || ':owners', 0));
  if (select alone > 0 from standing_of_staff(old.id)) then
    raise exception 'a brand keeps an owner'
      using errcode = 'check_violation', constraint = 'memberships_keep_an_owner';
  end if;
  return null;
end """
