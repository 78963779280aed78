"""A tenant that leaves: suspended at once, exported while it waits, deleted when it is due."""

from migrations.leaving import LEAVING, closing
from migrations.tables import ACTOR, TENANT, drop_tables, role, run, shared_table

revision = "0045"
down_revision = "0044"
TABLES = ("departures",)
SIGNATURE = "leave_tenant(text, timestamptz, timestamptz)"
LEAVE = f"""
create function leave_tenant(confirmed text, clock timestamptz, due timestamptz)
returns uuid language plpgsql security definer set search_path = public, pg_temp as $$
declare
  left_by uuid := {ACTOR};
  known uuid;
begin
  -- Whoever ends all brands owns all of them.
  if exists (
    select from brands b
    where b.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
      and b.status = 'active' and not owns_brand(b.id, left_by)) then
    raise exception 'a tenant is left by whoever owns all of its brands'
      using errcode = 'check_violation', constraint = 'tenants_are_left_by_owners';
  end if;
  update tenants t set status = 'leaving', leaves_at = due, version = t.version + 1
  where t.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
    and t.slug = confirmed and t.status = 'active'
  returning t.public_id into known;
  return known;
end $$
"""
OWNS = f"""
create function owns_brand(brand integer, subject uuid)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from memberships m join staff_users s
      on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
    where m.tenant_id = {TENANT} and m.brand_id = brand and m.staff_user_id = subject
      and m.role = 'owner' and m.ended_at is null and s.status = 'active')
$$
"""
OWNS_SIGNATURE = "owns_brand(integer, uuid)"


def upgrade() -> None:
    run(
        "alter table tenants add column leaves_at timestamptz,"
        " add column public_id uuid not null default gen_random_uuid(),"
        " add column version integer not null default 1,"
        " add constraint tenants_leave_at_a_time"
        " check ((status = 'leaving') = (leaves_at is not null))"
    )
    shared_table(
        "departures",
        "id uuid primary key, slug text not null, left_at timestamptz not null,"
        " purged_at timestamptz not null, rows jsonb not null",
        readers=(),
    )
    for name in LEAVING:
        run(f"grant usage on schema public to {role(name)}")
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(OWNS)
    run(f"revoke all on function {OWNS_SIGNATURE} from public")
    run(f"grant execute on function {OWNS_SIGNATURE} to {role('owner')}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    run(LEAVE)
    run(f"revoke all on function {SIGNATURE} from public")
    run(f"grant execute on function {SIGNATURE} to {role('staff')}")


def downgrade() -> None:
    run(f"drop function {SIGNATURE}")
    run(f"set local role {role('lookup')}")
    run(f"drop function {OWNS_SIGNATURE}")
    run(f"set local role {role('owner')}")
    run(closing(role("")))
    for name in LEAVING:
        run(f"revoke usage on schema public from {role(name)}")
    drop_tables(TABLES)
    run(
        "alter table tenants drop constraint tenants_leave_at_a_time, drop column leaves_at,"
        " drop column public_id, drop column version"
    )
