"""Parts of revision 0013: a booking, what it blocks, its way back, its stops, lines and pairs."""

from migrations.tables import ACTOR
from migrations.triggers import Fires, Rule

HOLDING = "('held', 'pending', 'confirmed', 'assigned', 'in_progress')"
GIVEN_UP = "('draft', 'cancelled', 'expired')"
PAIRS = f"""
declare
  wanted uuid;
  before uuid;
  booked record;
  held record;
  assigned uuid[];
begin
  if tg_table_name = 'bookings' then
    wanted := new.id;
  else
    wanted := new.booking_id;
    before := old.booking_id;
  end if;
  -- The lock queues all who change a booking or what it blocks: neither would see the other.
  for booked in
    select id, brand_id, status, hold_expires_at from bookings
    where id in (wanted, before) order by id for no key update
  loop
    select coalesce(array_agg(coalesce(vehicle_id, driver_id)), '{{}}') as resources,
      bool_or((kind = 'hold') <> (booked.status = 'held')
        or kind = 'hold' and expires_at is distinct from booked.hold_expires_at) as otherwise
    into held from blocks
    where (brand_id, booking_id) = (booked.brand_id, booked.id) and released_at is null;
    assigned := array(
      select vehicle_id from booking_vehicles where booking_id = booked.id
      union all select driver_id from booking_drivers where booking_id = booked.id);
    if booked.status in {HOLDING} and not assigned <@ held.resources then
      raise exception 'a van or driver of a booking that is % is not blocked', booked.status
        using errcode = 'check_violation', constraint = 'bookings_block_what_they_have';
    end if;
    if held.otherwise or not held.resources <@ assigned
      or booked.status in {GIVEN_UP} and held.resources <> '{{}}'
    then
      raise exception 'a booking that is % blocks what it does not have', booked.status
        using errcode = 'check_violation', constraint = 'blocks_are_of_the_booking';
    end if;
  end loop;
  return null;
end """
OF_ITS_BOOKING = """
declare
  wanted uuid;
  booked record;
begin
  if tg_table_name = 'bookings' then
    wanted := new.id;
  else
    wanted := new.booking_id;
  end if;
"""
TIMES = (
    OF_ITS_BOOKING
    + """  select b.id, b.brand_id, b.starts_at,
    b.ends_at + make_interval(mins => t.buffer_minutes) as free_at
  into booked
  from bookings b join tenants t on t.tenant_id = b.tenant_id
  where b.id = wanted for no key update of b;
  -- A block keeps the pause that it was written with until it is written anew.
  if exists (
    select from blocks k where (k.brand_id, k.booking_id) = (booked.brand_id, booked.id)
      and k.released_at is null and (tg_table_name = 'bookings' or k.id = new.id)
      and (k.starts_at, k.ends_at) is distinct from (booked.starts_at, booked.free_at))
  then
    raise exception 'the tour takes its vans and drivers from % to %',
      booked.starts_at, booked.free_at
      using errcode = 'check_violation', constraint = 'blocks_are_of_the_tours_time';
  end if;
  return null;
end """
)
COMEBACK = """
begin
  if not exists (
      select from blocks where (brand_id, booking_id) = (new.brand_id, new.id)
        and vehicle_id is not null and released_at is null)
    and (old.status = 'expired' or exists (
      select from blocks where (brand_id, booking_id) = (new.brand_id, new.id)
        and vehicle_id is not null))
  then
    raise exception 'a booking that was % comes back without a van', old.status
      using errcode = 'check_violation', constraint = 'bookings_come_back_with_a_van';
  end if;
  if old.status = 'expired' and not exists (
    select from payments where booking_id = new.id and status = 'succeeded'
      and kind in ('deposit', 'balance', 'full'))
  then
    raise exception 'an expired booking comes back by a payment'
      using errcode = 'check_violation', constraint = 'bookings_come_back_paid';
  end if;
  return null;
end """
STOPS = (
    OF_ITS_BOOKING
    + """\
  select id, starts_at, ends_at into booked from bookings where id = wanted for no key update;
  if exists (
    select from booking_stops s where s.booking_id = booked.id
      and (s.planned_arrival_at < booked.starts_at or s.planned_arrival_at >= booked.ends_at))
  then
    raise exception 'a stop is planned outside of % to %', booked.starts_at, booked.ends_at
      using errcode = 'check_violation', constraint = 'booking_stops_within_the_tour';
  end if;
  return null;
end """
)
LINES = """
declare
  wanted uuid;
  before uuid;
  booked record;
  lines record;
begin
  if tg_table_name = 'bookings' then
    wanted := new.id;
  else
    wanted := new.booking_id;
    before := old.booking_id;
  end if;
  for booked in
    select id, subtotal_cents, discount_cents, tax_cents from bookings
    where id in (wanted, before) order by id for no key update
  loop
    select count(*) as known,
      coalesce(sum(amount_cents) filter (where kind not in ('discount', 'tax')), 0) as subtotal,
      coalesce(-sum(amount_cents) filter (where kind = 'discount'), 0) as discount,
      coalesce(sum(amount_cents) filter (where kind = 'tax'), 0) as tax
    into lines from booking_price_lines where booking_id = booked.id;
    if lines.known > 0 and (lines.subtotal, lines.discount, lines.tax)
      <> (booked.subtotal_cents, booked.discount_cents, booked.tax_cents)
    then
      raise exception 'lines of %, less %, and tax of % are not the booking''s',
        lines.subtotal, lines.discount, lines.tax
        using errcode = 'check_violation', constraint = 'booking_price_lines_sum_to_total';
    end if;
  end loop;
  return null;
end """
RETIRED = """
begin
  perform from vehicles where id = new.vehicle_id and status in ('out_of_service', 'retired');
  if found then
    raise exception 'a vehicle that is out of service carries nobody'
      using errcode = 'check_violation', constraint = 'booking_vehicles_are_in_service';
  end if;
  return new;
end """
AS_OWNER = "and role = 'owner'"
PAIRED = f"""
begin
  if not exists (select from memberships where staff_user_id = {ACTOR} {AS_OWNER}) then
    raise exception 'a private pair is set by an owner'
      using errcode = 'check_violation', constraint = 'blocks_pair_is_the_owners';
  end if;
  return null;
end """
# What has run out is nobody's any more: whichever brand needs the van lets it go.
RAN_OUT = "old.kind = 'hold' and old.released_at is null and new.released_at >= old.expires_at"
ASSIGNED = ("booking_vehicles", "booking_drivers")
MOVED = "(old.starts_at, old.ends_at) is distinct from (new.starts_at, new.ends_at)"
BLOCKING = "new.booking_id is not null and new.released_at is null"
BOOKED = (
    Rule(
        "refuse_blocks_of_others",
        PAIRS,
        (
            Fires(
                "bookings_block_what_they_have",
                "update of status, hold_expires_at on bookings",
                "(old.status, old.hold_expires_at) is distinct from"
                " (new.status, new.hold_expires_at)",
            ),
            *(
                Fires(f"{table}_are_blocked", f"insert or update or delete on {table}")
                for table in ASSIGNED
            ),
            Fires("blocks_are_of_a_booking", "insert on blocks", BLOCKING),
            Fires(
                "blocks_stay_with_the_booking",
                "update of booking_id, vehicle_id, driver_id, kind, expires_at, released_at"
                " on blocks",
                f"num_nonnulls(old.booking_id, new.booking_id) > 0 and ({RAN_OUT}) is not true",
            ),
        ),
    ),
    Rule(
        "refuse_blocks_of_another_time",
        TIMES,
        (
            Fires(
                "bookings_move_what_they_block", "update of starts_at, ends_at on bookings", MOVED
            ),
            Fires(
                "blocks_are_of_the_tours_time",
                "insert or update of booking_id, starts_at, ends_at, released_at on blocks",
                BLOCKING,
            ),
        ),
    ),
    Rule(
        "refuse_a_bare_comeback",
        COMEBACK,
        (
            Fires(
                "bookings_come_back",
                "update of status on bookings",
                "old.status in ('expired', 'cancelled') and new.status = 'pending'",
            ),
        ),
    ),
    Rule(
        "refuse_stops_outside_the_tour",
        STOPS,
        (
            Fires("bookings_move_their_stops", "update of starts_at, ends_at on bookings", MOVED),
            Fires(
                "booking_stops_within_the_tour",
                "insert or update of booking_id, planned_arrival_at on booking_stops",
                "new.planned_arrival_at is not null",
            ),
        ),
    ),
    Rule(
        "refuse_lines_off_the_total",
        LINES,
        (
            Fires(
                "bookings_total_is_their_lines",
                "update of subtotal_cents, discount_cents, tax_cents on bookings",
                "(old.subtotal_cents, old.discount_cents, old.tax_cents) is distinct from"
                " (new.subtotal_cents, new.discount_cents, new.tax_cents)",
            ),
            Fires(
                "booking_price_lines_sum_to_total",
                "insert or update or delete on booking_price_lines",
            ),
        ),
    ),
    Rule(
        "refuse_a_pair_of_others",
        PAIRED,
        (
            Fires(
                "blocks_pair_is_the_owners", "insert on blocks", "new.offset_pair_id is not null"
            ),
            Fires(
                "blocks_become_the_owners_pair",
                "update of offset_pair_id on blocks",
                "new.offset_pair_id is not null"
                " and new.offset_pair_id is distinct from old.offset_pair_id",
            ),
        ),
    ),
    Rule(
        "refuse_a_van_out_of_service",
        RETIRED,
        (
            Fires(
                "booking_vehicles_are_in_service",
                "insert or update of vehicle_id on booking_vehicles",
                at_commit=False,
            ),
        ),
    ),
)
