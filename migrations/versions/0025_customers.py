"""A customer who was merged into another, and which fields of an event were personal."""

from migrations.tables import role, run

revision = "0025"
down_revision = "0024"
READERS = ("customer", "partner")
FOUND = """
create or replace function customer_for(
  fresh uuid, who text, mail text, telephone text, clock timestamptz)
returns table (customer uuid, is_new boolean) language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  -- A known customer stays as they are: whoever knows an address could write anything.
  insert into customers (id, name, email, phone, created_at, updated_at)
  values (fresh, who, mail, telephone, clock, clock)
  on conflict on constraint customers_email_key do nothing;
  return query {found};
end $$
"""
AS_BEFORE = """
  select c.id, c.id = fresh from customers c
  where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
    and c.brand_id = nullif(current_setting('app.brand_id', true), '')::integer
    and (c.email = mail or c.id = fresh)
"""
# Who was merged into another is that other one, and they may have been merged as well.
BY_POINTER = """
  with recursive known (tenant_id, brand_id, id, merged_into_id) as (
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id from customers c
    where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer
      and c.brand_id = nullif(current_setting('app.brand_id', true), '')::integer
      and (c.email = mail or c.id = fresh)
    union
    select c.tenant_id, c.brand_id, c.id, c.merged_into_id from customers c
    join known k on k.tenant_id = c.tenant_id and k.brand_id = c.brand_id
      and k.merged_into_id = c.id
  )
  select k.id, k.id = fresh from known k where k.merged_into_id is null
"""


def upgrade() -> None:
    run(
        "alter table customers add column merged_into_id uuid,"
        " add constraint customers_merged_into_id_fkey"
        " foreign key (tenant_id, brand_id, merged_into_id)"
        " references customers (tenant_id, brand_id, id),"
        " add constraint customers_merged_is_archived"
        " check (merged_into_id is null or archived_at is not null),"
        " add constraint customers_merged_into_another check (merged_into_id <> id);"
        "create index customers_merged_into_id_idx"
        " on customers (tenant_id, brand_id, merged_into_id);"
        "comment on index customers_merged_into_id_idx is 'foreign key to customers';"
        "create index customers_phone_idx on customers (tenant_id, brand_id, phone);"
        "comment on index customers_phone_idx is 'customers by phone number'"
    )
    run("alter table events add column personal_fields text[] not null default '{}'")
    for name in READERS:
        run(f"grant select (archived_at) on customers to {role(name)}")
    run(f"grant select (merged_into_id) on customers to {role('lookup')}")
    _finds(BY_POINTER)


def _finds(found: str) -> None:
    """Replace the function as its owner; who may call it stays as it is."""
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(FOUND.replace("{found}", found.strip()))
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    _finds(AS_BEFORE)
    run(f"revoke select (merged_into_id) on customers from {role('lookup')}")
    for name in READERS:
        run(f"revoke select (archived_at) on customers from {role(name)}")
    run("alter table events drop column personal_fields")
    run("drop index customers_phone_idx; alter table customers drop column merged_into_id")
