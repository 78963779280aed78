"""Parts of revisions 0019 and 0022: what drivers do to a tour, and what they have planned."""

from typing import Final

from migrations.tables import ACTOR

TENANT: Final = "(select nullif(current_setting('app.tenant_id', true), '')::integer)"
SAFE: Final = "security definer set search_path = public, pg_temp"
# Others than drivers have passed the scope of the field; a driver must be on the tour besides.
ON_TOUR: Final = f"""(current_setting('role') <> :driver or exists (
      select from booking_drivers d where d.booking_id = b.id and d.driver_id = {ACTOR}))"""

OFFERED_TOUR = f"""
create function offered_tour(offer uuid)
returns table (id uuid, number text, status text, version integer, party_size integer,
  starts_at timestamptz, ends_at timestamptz, buffer_minutes integer, standing_minutes bigint,
  vans uuid[], seats integer[], guests integer[], drivers uuid[])
language plpgsql {SAFE} as $$
#variable_conflict use_column
declare
  tour uuid;
begin
  -- The lock queues all who answer offers of one tour; what is read behind it is the present.
  select b.id into tour from bookings b
  where b.tenant_id = {TENANT} and b.id = (
    select o.booking_id from tour_offers o where o.id = offer and o.driver_id = {ACTOR})
  for no key update;
  return query
  select b.id, b.number, b.status, b.version, b.party_size, b.starts_at, b.ends_at,
    t.buffer_minutes,
    (select coalesce(sum(s.minutes), 0) from booking_stops s
      where s.booking_id = b.id and s.kind not in ('pickup', 'dropoff')),
    array(select w.vehicle_id from booking_vehicles w where w.booking_id = b.id order by 1),
    array(select v.seats from booking_vehicles w join vehicles v on v.id = w.vehicle_id
      where w.booking_id = b.id order by w.vehicle_id),
    array(select w.party_size from booking_vehicles w where w.booking_id = b.id
      order by w.vehicle_id),
    array(select d.driver_id from booking_drivers d where d.booking_id = b.id order by 1)
  from bookings b cross join tenants t
  where b.id = tour;
end $$
"""
TAKE = f"""
create function take_offered_tour(
  offer uuid, block uuid, target text, closes boolean, clock timestamptz)
returns table (id uuid, version integer)
language plpgsql {SAFE} as $$
#variable_conflict use_column
declare
  taken record;
  tour record;
begin
  select b.id, b.brand_id, b.starts_at, b.ends_at + make_interval(mins => t.buffer_minutes) as free
  into tour from bookings b cross join tenants t
  where b.tenant_id = {TENANT} and b.status in ('confirmed', 'assigned') and b.id = (
    select o.booking_id from tour_offers o where o.id = offer and o.driver_id = {ACTOR})
  for no key update of b;
  update tour_offers set status = 'accepted', answered_at = clock, version = version + 1
  where id = offer and driver_id = {ACTOR} and booking_id = tour.id and status = 'offered'
    and expires_at > clock
  returning id, driver_id, replaces_driver_id, version into taken;
  if not found or target not in ('confirmed', 'assigned') then
    return;
  end if;
  delete from booking_drivers
  where booking_id = tour.id and driver_id = taken.replaces_driver_id;
  update blocks set released_at = clock
  where booking_id = tour.id and driver_id = taken.replaces_driver_id and released_at is null;
  insert into booking_drivers (booking_id, driver_id, assigned_at)
  values (tour.id, taken.driver_id, clock);
  insert into blocks (id, brand_id, booking_id, driver_id, kind, starts_at, ends_at)
  values (block, tour.brand_id, tour.id, taken.driver_id, 'booking', tour.starts_at, tour.free);
  update bookings set status = target, version = version + 1, updated_at = clock
  where id = tour.id;
  -- Here and not at commit: the driver does not see enough of the tour to prove it whole.
  set constraints all immediate;
  return query select taken.id, taken.version;
  return query
  update tour_offers set status = 'withdrawn', answered_at = clock, version = version + 1
  where booking_id = tour.id and status = 'offered'
    and (closes and replaces_driver_id is null
      or replaces_driver_id = taken.replaces_driver_id)
  returning id, version;
end $$
"""
SUBSTITUTE = f"""
create function ask_for_substitute(
  booking uuid, task uuid, title text, offers uuid[], until timestamptz, clock timestamptz)
returns table (offer_id uuid, driver_id uuid)
language plpgsql {SAFE} as $$
#variable_conflict use_column
declare
  tour record;
begin
  select b.id, b.starts_at, b.ends_at, b.party_size, b.pickup,
    b.ends_at + make_interval(mins => t.buffer_minutes) as free
  into tour from bookings b cross join tenants t
  where b.tenant_id = {TENANT} and b.id = booking and b.status in ('confirmed', 'assigned')
    and exists (
      select from booking_drivers d where d.booking_id = b.id and d.driver_id = {ACTOR})
  for no key update of b;
  if not found then
    return;
  end if;
  if exists (
    select from tour_offers o
    where o.booking_id = tour.id and o.replaces_driver_id = {ACTOR} and o.status = 'offered'
      and o.expires_at > clock)
  then
    raise exception 'a substitute is sought already'
      using errcode = 'check_violation', constraint = 'tour_offers_one_search';
  end if;
  insert into tasks (id, kind, title, subject_kind, subject_id, due_at, created_at)
  values (task, 'substitute', title, 'booking', tour.id, until, clock);
  return query
  insert into tour_offers (id, booking_id, driver_id, replaces_driver_id, starts_at, ends_at,
    party_size, pickup, expires_at, created_at)
  select offers[row_number() over (order by free.name, free.id)], tour.id, free.id, {ACTOR},
    tour.starts_at, tour.ends_at, tour.party_size, tour.pickup, until, clock
  from (
    select d.id, d.name from drivers d
    where d.status = 'active' and d.archived_at is null
      and not exists (
        select from booking_drivers w where w.booking_id = tour.id and w.driver_id = d.id)
      and not exists (
        select from tour_offers o
        where o.booking_id = tour.id and o.driver_id = d.id and o.status = 'offered')
      and not exists (
        select from busy_periods('{{}}', array[d.id], tour.starts_at, tour.free))
    order by d.name, d.id limit cardinality(offers)
  ) as free
  returning id, driver_id;
end $$
"""
RUN = f"""
create function run_tour(
  booking uuid, seen integer, target text, absent boolean, clock timestamptz)
returns boolean language plpgsql {SAFE} as $$
begin
  update bookings b set status = target, no_show = absent, version = b.version + 1,
    updated_at = clock, completed_at = case when target = 'completed' then clock end
  where b.tenant_id = {TENANT} and b.id = booking and b.version = seen
    and target in ('in_progress', 'completed') and {ON_TOUR};
  if not found then
    return false;
  end if;
  -- Here and not at commit: a driver does not see enough of the tour to prove it whole.
  set constraints all immediate;
  return true;
end $$
"""
READY = f"""
create function readiness_of_tour(booking uuid, since timestamptz, clock timestamptz)
returns table (name text, is_driver boolean, in_service boolean, ready_at timestamptz,
  done_at timestamptz, critical boolean)
language sql stable {SAFE} as $$
  with tour as (
    select b.id from bookings b
    where b.tenant_id = {TENANT} and b.id = readiness_of_tour.booking and {ON_TOUR}
  )
  select v.name, false, v.status = 'active',
    max(i.inspected_at) filter (where i.kind = 'pre_trip'),
    max(i.inspected_at) filter (where i.kind = 'post_trip'),
    coalesce((array_agg(i.critical order by i.inspected_at desc)
      filter (where i.kind = 'pre_trip'))[1], false)
  from tour
  join booking_vehicles w on w.booking_id = tour.id
  join vehicles v on v.id = w.vehicle_id
  left join inspections i on i.vehicle_id = v.id and i.inspected_at between since and clock
  group by v.id, v.name, v.status
  union all
  select d.name, true, d.status = 'active', min(e.starts_at), null, false
  from tour
  join booking_drivers w on w.booking_id = tour.id
  join drivers d on d.id = w.driver_id
  left join duty_entries e on e.driver_id = d.id and e.starts_at <= clock and e.ends_at is null
  group by d.id, d.name, d.status
$$
"""
PLAN = f"""
create function planned_duty(drivers uuid[], since timestamptz, until timestamptz)
returns table (driver_id uuid, starts_at timestamptz, ends_at timestamptz, standing_minutes bigint)
language sql stable {SAFE} as $$
  -- Times alone, of whichever brand; a driver is told of their own.
  select k.driver_id, b.starts_at, b.ends_at,
    (select coalesce(sum(s.minutes), 0) from booking_stops s
      where s.tenant_id = b.tenant_id and s.brand_id = b.brand_id and s.booking_id = b.id
        and s.kind not in ('pickup', 'dropoff'))
  from blocks k
  join bookings b on b.tenant_id = k.tenant_id and b.brand_id = k.brand_id and b.id = k.booking_id
  where k.tenant_id = {TENANT} and k.driver_id = any(drivers)
    and (current_setting('role') <> :driver or k.driver_id = {ACTOR})
    and k.starts_at < until and k.ends_at > since and k.released_at is null
  order by k.driver_id, b.starts_at
$$
"""
# Revision 0022.
SUBSTITUTE_IN_TIME = SUBSTITUTE.replace(
    "  return query\n",
    "  perform enqueue_job('expire_tour_offers', 'default', '{}', until,\n"
    "    'tour_offers:' || extract(epoch from until));\n"
    "  return query\n",
)
OWNED_FUNCTIONS = {
    "offered_tour(uuid)": OFFERED_TOUR,
    "take_offered_tour(uuid, uuid, text, boolean, timestamptz)": TAKE,
    "ask_for_substitute(uuid, uuid, text, uuid[], timestamptz, timestamptz)": SUBSTITUTE,
    "run_tour(uuid, integer, text, boolean, timestamptz)": RUN,
    "readiness_of_tour(uuid, timestamptz, timestamptz)": READY,
}
PLANNED = {"planned_duty(uuid[], timestamptz, timestamptz)": PLAN}
DRIVERS_OWN = ("driver",)
ALL_WHO_RUN = ("driver", "staff", "worker")
DEFINED = {
    "offered_tour(uuid)": DRIVERS_OWN,
    "take_offered_tour(uuid, uuid, text, boolean, timestamptz)": DRIVERS_OWN,
    "ask_for_substitute(uuid, uuid, text, uuid[], timestamptz, timestamptz)": DRIVERS_OWN,
    "run_tour(uuid, integer, text, boolean, timestamptz)": ALL_WHO_RUN,
    "readiness_of_tour(uuid, timestamptz, timestamptz)": ALL_WHO_RUN,
    "planned_duty(uuid[], timestamptz, timestamptz)": ALL_WHO_RUN,
}
# What these functions touch; the floor of each table keeps the owner in the caller's brand.
SEEN_BY_OWNER = (
    "bookings",
    "booking_stops",
    "booking_vehicles",
    "booking_drivers",
    "blocks",
    "vehicles",
    "drivers",
    "duty_entries",
    "inspections",
    "tasks",
    "tour_offers",
)
