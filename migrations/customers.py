"""A part of revision 0036: whoever has an address, or a new customer, and who comes back by it."""

KNOWN = """
create function customer_for(
  fresh uuid, who text, mail text, telephone text, clock timestamptz)
returns table (customer uuid, is_new boolean, seen integer, put_away_at timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  known record;
  back integer;
begin
  -- A known customer stays as they are: whoever knows an address could write anything.
  insert into customers (id, name, email, phone, created_at, updated_at)
  values (fresh, who, mail, telephone, clock, clock)
  on conflict on constraint customers_email_key do nothing;
  -- Who was merged into another is that other one, and they may have been merged as well.
  with recursive named as (
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id, c.version, c.archived_at
    from customers c
    where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
      and c.brand_id = nullif(current_setting('app.brand_id', true), '')::integer
      and (c.email = mail or c.id = fresh)
    union
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id, c.version, c.archived_at
    from customers c
    join named n on n.tenant_id = c.tenant_id and n.brand_id = c.brand_id
      and n.merged_into_id = c.id
  )
  select n.* into known from named n where n.merged_into_id is null;
  if known.id is null then
    raise exception 'the address has changed hands meanwhile'
      using errcode = 'serialization_failure';
  end if;
  -- Who was put away is back when they take part again.
  update customers c set archived_at = null, version = c.version + 1, updated_at = clock
  where c.tenant_id = known.tenant_id and c.brand_id = known.brand_id and c.id = known.id
    and c.archived_at is not null and c.merged_into_id is null
  returning c.version - 1 into back;
  -- Whoever waited for another that brings them back has found them as they are by now.
  return query select known.id, known.id = fresh, coalesce(back, known.version),
    case when back is not null then known.archived_at end;
end $$
"""
RESTORED = "select (version), update (archived_at, version, updated_at)"
