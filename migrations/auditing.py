"""Parts of revision 0053: where an act came from, and how that is forgotten."""

from migrations.erasing import TOLD as TOLD_OF_BEFORE
from migrations.tables import BRAND, TENANT

GUESTS = "('customer', 'link', 'site')"
TOLD = (
    TOLD_OF_BEFORE.replace("create function", "create or replace function")
    .replace(
        "    update events e\n    set ",
        "    update events e\n"
        f"    set address = case when e.actor_kind not in {GUESTS} then e.address end,\n      ",
    )
    .replace(
        "and cardinality(t.words) > 0",
        f"and (cardinality(t.words) > 0 or e.address is not null and e.actor_kind in {GUESTS})",
    )
)
ADDRESSES = f"""
create function forget_addresses(before timestamptz, at_most integer)
returns integer language sql security definer set search_path = public, pg_temp as $$
  with
  old as (
    select e.tenant_id, e.brand_id, e.id from events e
    where e.tenant_id = {TENANT} and e.brand_id = {BRAND}
      and e.occurred_at < before and e.address is not null
    order by e.occurred_at limit least(at_most, 10000)
  ),
  gone as (
    update events e set address = null from old o
    where e.tenant_id = o.tenant_id and e.brand_id = o.brand_id and e.id = o.id
    returning 1
  )
  select count(*)::integer from gone
$$
"""
FORGET = "forget_addresses(timestamptz, integer)"
