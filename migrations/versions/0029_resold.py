"""A booking that is sold anew: under another promo code, or under one again that it gave back."""

from importlib import import_module

from migrations.tables import BRAND, TENANT, role, run

revision = "0029"
down_revision = "0028"

BEFORE: str = import_module("migrations.versions.0016_redemptions").REDEEM
OWN = "{0}.tenant_id = " + TENANT + " and {0}.brand_id = " + BRAND
REDEEM = f"""
create or replace function redeem_promo(
  booking uuid, presented text, on_day date, clock timestamptz)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
  held record;
  taken uuid;
begin
  select r.id, r.promo_code into held
  from promo_redemptions u
  join price_rules r on {OWN.format("r")} and r.id = u.price_rule_id
  where {OWN.format("u")} and u.booking_id = booking and u.returned_at is null;
  if held.promo_code = presented then
    return true;
  end if;
  -- The row's lock queues all who want the last one; who comes second counts anew.
  update price_rules r set redemptions = r.redemptions + 1
  where {OWN.format("r")} and (r.redemptions_max is null or r.redemptions < r.redemptions_max)
    and r.id = (
      select p.id from price_rules p
      where {OWN.format("p")} and p.promo_code = presented and p.effective_from <= on_day
        and (p.effective_to is null or p.effective_to > on_day)
        and (p.redemptions_max is null or p.redemptions < p.redemptions_max)
      order by p.effective_from desc limit 1)
  returning r.id into taken;
  if taken is null then
    return false;
  end if;
  update price_rules r set redemptions = r.redemptions - 1
  where {OWN.format("r")} and r.id = held.id;
  insert into promo_redemptions (booking_id, price_rule_id, redeemed_at)
  values (booking, taken, clock)
  on conflict (tenant_id, brand_id, booking_id) do update
  set price_rule_id = excluded.price_rule_id, redeemed_at = excluded.redeemed_at,
    returned_at = null;
  return true;
end $$
"""
MORE = "update (price_rule_id, redeemed_at)"


def upgrade() -> None:
    run(f"grant {MORE} on promo_redemptions to {role('lookup')}")
    _replace(REDEEM)


def downgrade() -> None:
    _replace(BEFORE.replace("create function", "create or replace function", 1))
    run(f"revoke {MORE} on promo_redemptions from {role('lookup')}")


def _replace(source: str) -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(source)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
