"""Parts of revision 0020: the seats and the states of tickets, and the van of a shared tour."""

from migrations.triggers import Fires, Rule

STATES = {
    "shared_tours": {"scheduled": "completed cancelled"},
    "tickets": {
        "pending": "confirmed cancelled",
        "confirmed": "checked_in no_show cancelled",
        "no_show": "checked_in",
    },
}
# Sees past the caller, who may be a guest that knows no other ticket; locks and tells a number.
SEES = {
    "shared_tours": "select (tenant_id, brand_id, id, guests_max), update (version)",
    "tickets": (
        "select (tenant_id, brand_id, id, shared_tour_id, status, guests, hold_expires_at)"
    ),
}
BRAND = (
    "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::integer)"
    " and {0}.brand_id = (select nullif(current_setting('app.brand_id', true), '')::integer)"
)
SEATED = {
    "taken": f"""
create function seats_taken(tour uuid, apart_from uuid, clock timestamptz)
returns integer language sql security definer set search_path = public, pg_temp as $$
  -- The lock queues the buyers of one tour, so that the last seats are counted once.
  select 1 from shared_tours s where s.{BRAND.format("s")} and s.id = tour for update;
  select coalesce(sum(k.guests), 0)::integer from tickets k
  where k.{BRAND.format("k")} and k.shared_tour_id = tour and k.id <> apart_from
    and k.status <> 'cancelled'
    and (k.status <> 'pending' or k.hold_expires_at is null or k.hold_expires_at > clock)
$$
""",
    "left": f"""
create function seats_left(tours uuid[], clock timestamptz)
returns table (shared_tour_id uuid, seats integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.id, s.guests_max - coalesce((
    select sum(k.guests) from tickets k
    where k.{BRAND.format("k")} and k.shared_tour_id = s.id and k.status <> 'cancelled'
      and (k.status <> 'pending' or k.hold_expires_at is null or k.hold_expires_at > clock)
  ), 0)::integer
  from shared_tours s where s.{BRAND.format("s")} and s.id = any(tours)
$$
""",
}
TICKETS = {
    "counted while they are held": """
create or replace function refuse_ticket_over_seats() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  seats integer;
  sold integer;
begin
  -- A ticket that was not paid in its time holds no seat, whether or not anybody has swept it.
  sold := seats_taken(new.shared_tour_id, new.id, coalesce(new.updated_at, new.created_at));
  select guests_max into seats from shared_tours where id = new.shared_tour_id;
  if new.status <> 'cancelled' and sold + new.guests > seats then
    raise exception '% guests do not fit into % seats', sold + new.guests, seats
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
""",
    "kept while they are held": """
create or replace function refuse_seats_under_tickets() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  sold integer;
begin
  select coalesce(sum(guests), 0) into sold from tickets
  where shared_tour_id = new.id and status <> 'cancelled'
    and (status <> 'pending' or hold_expires_at is null or hold_expires_at > now());
  if sold > new.guests_max then
    raise exception '% guests do not fit into % seats', sold, new.guests_max
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
""",
    "counted always": """
create or replace function refuse_ticket_over_seats() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  seats integer;
  sold integer;
begin
  -- The lock queues the buyers of one tour, so that the last seats are counted once.
  select guests_max into seats from shared_tours where id = new.shared_tour_id for update;
  select coalesce(sum(guests), 0) into sold
  from tickets where shared_tour_id = new.shared_tour_id and status <> 'cancelled' and id <> new.id;
  if new.status <> 'cancelled' and sold + new.guests > seats then
    raise exception '% guests do not fit into % seats', sold + new.guests, seats
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
""",
    "kept always": """
create or replace function refuse_seats_under_tickets() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  sold integer;
begin
  select coalesce(sum(guests), 0) into sold
  from tickets where shared_tour_id = new.id and status <> 'cancelled';
  if sold > new.guests_max then
    raise exception '% guests do not fit into % seats', sold, new.guests_max
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
""",
}
VAN = """
declare
  wanted uuid;
  before uuid;
  tour record;
  held record;
begin
  if tg_table_name = 'shared_tours' then
    wanted := new.id;
  else
    wanted := new.shared_tour_id;
    before := old.shared_tour_id;
  end if;
  -- The lock queues all who change a tour or what it blocks: neither would see the other.
  for tour in
    select id, brand_id, status, vehicle_id, starts_at, ends_at from shared_tours
    where id in (wanted, before) order by id for no key update
  loop
    select coalesce(array_agg(vehicle_id) filter (where vehicle_id is not null), '{}') as vans,
      count(*) filter (where starts_at <> tour.starts_at or ends_at < tour.ends_at) as off
    into held from blocks
    where (brand_id, shared_tour_id) = (tour.brand_id, tour.id) and released_at is null;
    if tour.status = 'scheduled'
      and held.vans is distinct from array_remove(array[tour.vehicle_id], null)
    then
      raise exception 'the van of a shared tour is not blocked for it'
        using errcode = 'check_violation', constraint = 'shared_tours_block_their_van';
    end if;
    if tour.status = 'cancelled' and held.vans <> '{}' or held.off > 0 then
      raise exception 'a shared tour that is % blocks what it does not have', tour.status
        using errcode = 'check_violation', constraint = 'blocks_are_of_the_shared_tour';
    end if;
  end loop;
  return null;
end """
BLOCKING = (
    Rule(
        "refuse_vans_of_other_tours",
        VAN,
        (
            Fires(
                "shared_tours_block_their_van",
                "insert or update of status, vehicle_id, starts_at, ends_at on shared_tours",
            ),
            Fires(
                "blocks_are_of_the_shared_tour",
                "insert on blocks",
                "new.shared_tour_id is not null",
            ),
            Fires(
                "blocks_stay_with_the_shared_tour",
                "update of shared_tour_id, vehicle_id, starts_at, ends_at, released_at on blocks",
                "num_nonnulls(old.shared_tour_id, new.shared_tour_id) > 0",
            ),
        ),
    ),
)
