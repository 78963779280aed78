"""Who has used a promo code: one row a booking, made and undone by narrow functions alone."""

from migrations.tables import (
    BRAND,
    OWN_TENANT,
    TENANT,
    May,
    Ref,
    brand_table,
    drop_tables,
    permit,
    role,
    run,
)

revision = "0016"
down_revision = "0015"
TABLES = ("promo_redemptions",)
OVER = "('cancelled', 'expired')"


def own(alias: str) -> str:
    return f"{alias}.tenant_id = {TENANT} and {alias}.brand_id = {BRAND}"


REDEEM = f"""
create function redeem_promo(booking uuid, presented text, on_day date, clock timestamptz)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
  taken uuid;
begin
  perform from promo_redemptions u where {own("u")} and u.booking_id = booking
    and u.returned_at is null;
  if found then
    return true;
  end if;
  -- The row's lock queues all who want the last one; who comes second counts anew.
  update price_rules r set redemptions = r.redemptions + 1
  where {own("r")} and (r.redemptions_max is null or r.redemptions < r.redemptions_max)
    and r.id = (
      select p.id from price_rules p
      where {own("p")} and p.promo_code = presented and p.effective_from <= on_day
        and (p.effective_to is null or p.effective_to > on_day)
        and (p.redemptions_max is null or p.redemptions < p.redemptions_max)
      order by p.effective_from desc limit 1)
  returning r.id into taken;
  if taken is null then
    return false;
  end if;
  insert into promo_redemptions (booking_id, price_rule_id, redeemed_at)
  values (booking, taken, clock);
  return true;
end $$
"""
RETURN = f"""
create function return_promo(booking uuid, clock timestamptz)
returns void language sql security definer set search_path = public, pg_temp as $$
  with returned as (
    update promo_redemptions u set returned_at = clock
    where {own("u")} and u.booking_id = booking and u.returned_at is null
    returning u.price_rule_id
  )
  update price_rules r set redemptions = r.redemptions - 1
  from returned where {own("r")} and r.id = returned.price_rule_id
$$
"""
RETAKE = f"""
create function retake_promo(booking uuid)
returns void language sql security definer set search_path = public, pg_temp as $$
  -- If none is left, the sale keeps its price and counts for nobody: it was promised.
  with counted as (
    update price_rules r set redemptions = r.redemptions + 1
    from promo_redemptions u
    where {own("u")} and u.booking_id = booking and u.returned_at is not null
      and {own("r")} and r.id = u.price_rule_id
      and (r.redemptions_max is null or r.redemptions < r.redemptions_max)
    returning u.booking_id
  )
  update promo_redemptions u set returned_at = null
  from counted where {own("u")} and u.booking_id = counted.booking_id
$$
"""
FOLLOW = f"""
create function promo_follows_booking() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if new.status in {OVER} then
    perform return_promo(new.id, new.updated_at);
  else
    perform retake_promo(new.id);
  end if;
  return null;
end $$
"""
SELLERS = ("link", "customer", "partner", "staff", "worker")
FUNCTIONS = {
    "redeem_promo(uuid, text, date, timestamptz)": (REDEEM, SELLERS),
    "return_promo(uuid, timestamptz)": (RETURN, SELLERS),
    "retake_promo(uuid)": (RETAKE, ("staff", "worker")),
}
SEES = (
    ("price_rules", "select (id), update (redemptions)"),
    ("promo_redemptions", "select, insert, update (returned_at)"),
)


def upgrade() -> None:
    brand_table(
        "promo_redemptions",
        """
        booking_id uuid not null,
        price_rule_id uuid not null,
        redeemed_at timestamptz not null,
        returned_at timestamptz
        """,
        key="booking_id",
        refs=[
            Ref("booking_id", "bookings", indexed=False),
            Ref("price_rule_id", "price_rules"),
        ],
        staff=May("select"),
    )
    run(f"grant {SEES[0][1]} on price_rules to {role('lookup')}")
    permit("promo_redemptions", "lookup", SEES[1][1])
    # A rule that was used up or came back is told to those who keep prices.
    permit("cache_drops", "lookup", "insert", OWN_TENANT)
    run(f"grant create on schema public to {role('lookup')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(f"set local role {role('lookup')}")
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
        run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    run(FOLLOW)
    run(
        "create trigger bookings_promo after update of status on bookings for each row"
        f" when ((old.status in {OVER}) <> (new.status in {OVER}))"
        " execute function promo_follows_booking()"
    )


def downgrade() -> None:
    run("drop trigger bookings_promo on bookings")
    run("drop function promo_follows_booking()")
    for signature in FUNCTIONS:
        run(f"set local role {role('lookup')}")
        run(f"drop function {signature}")
        run(f"set local role {role('owner')}")
    run("drop policy cache_drops_lookup on cache_drops")
    run(f"revoke insert on cache_drops from {role('lookup')}")
    drop_tables(TABLES)
    run(f"revoke {SEES[0][1]} on price_rules from {role('lookup')}")
