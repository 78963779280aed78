"""Parts of revision 0037: the drivers of shared tours, and who says that their guests came."""

from typing import Final

from migrations.dispatched import PLAN, SAFE, SUBSTITUTE_IN_TIME, TENANT
from migrations.tables import ACTOR, BRAND
from migrations.triggers import Fires, Rule

OWN: Final = f"{{0}}.tenant_id = {TENANT} and {{0}}.brand_id = {BRAND}"
# Others than drivers have passed the scope of the field; a driver must be on the tour besides.
ON_TOUR: Final = f"""(current_setting('role') <> :driver or exists (
      select from shared_tour_drivers d where {OWN.format("d")}
        and d.shared_tour_id = {{0}} and d.driver_id = {ACTOR}))"""

BOARD = f"""
create function board_ticket(ticket uuid, seen integer, target text, clock timestamptz)
returns boolean language plpgsql {SAFE} as $$
begin
  update tickets k set status = target, version = k.version + 1, updated_at = clock
  where k.tenant_id = {TENANT} and k.id = ticket and k.version = seen
    and target in ('checked_in', 'no_show') and {ON_TOUR.format("k.shared_tour_id")};
  if not found then
    return false;
  end if;
  -- Here and not at commit: a driver does not see the payments that prove the ticket paid.
  set constraints all immediate;
  return true;
end $$
"""
PARTIES = f"""
create function parties_of_shared_tours(tours uuid[], clock timestamptz)
returns table (shared_tour_id uuid, ticket_id uuid, number text, status text, guests integer,
  with_lunch boolean, first_name text, version integer)
language sql stable {SAFE} as $$
  select k.shared_tour_id, k.id, k.number, k.status, k.guests, k.with_lunch,
    split_part(btrim(c.name), ' ', 1), k.version
  from tickets k
  join customers c on c.tenant_id = k.tenant_id and c.brand_id = k.brand_id
    and c.id = k.customer_id
  where {OWN.format("k")} and k.shared_tour_id = any(tours) and k.status <> 'cancelled'
    and (k.status <> 'pending' or k.hold_expires_at is null or k.hold_expires_at > clock)
    and {ON_TOUR.format("k.shared_tour_id")}
  order by k.shared_tour_id, k.number
$$
"""
PLAN_OF_ALL: Final = PLAN.replace("create function", "create or replace function", 1).replace(
    "  order by k.driver_id, b.starts_at\n",
    f"""  union all
  -- A shared tour has no itinerary: all of it is driven.
  select k.driver_id, s.starts_at, s.ends_at, 0::bigint
  from blocks k
  join shared_tours s
    on s.tenant_id = k.tenant_id and s.brand_id = k.brand_id and s.id = k.shared_tour_id
  where k.tenant_id = {TENANT} and k.driver_id = any(drivers)
    and (current_setting('role') <> :driver or k.driver_id = {ACTOR})
    and k.starts_at < until and k.ends_at > since and k.released_at is null
  order by 1, 2
""",
)
# What a driver has said of a weekday: a tour of which a part lies outside is not for them.
AT_WORK: Final = """      and not exists (
        select from generate_series(
            date_trunc('day', tour.starts_at at time zone tour.time_zone),
            (tour.ends_at at time zone tour.time_zone) - interval '1 microsecond',
            interval '1 day') as day
        join driver_availability a
          on a.driver_id = d.id and a.weekday = extract(isodow from day)
        where a.from_local is null
          or greatest(tour.starts_at at time zone tour.time_zone, day) < day + a.from_local
          or least(tour.ends_at at time zone tour.time_zone, day + interval '1 day')
            > day + a.to_local)
    order by d.name, d.id limit"""
TASK: Final = """  insert into tasks (id, kind, title, subject_kind, subject_id, due_at, created_at)
  values (task, 'substitute', title, 'booking', tour.id, until, clock);
"""
ALONE: Final = """  returning id, driver_id;
  -- Nobody is asked: then it is for the staff alone, and soon.
  insert into tasks (id, kind, title, subject_kind, subject_id, due_at, created_at)
  values (task, 'substitute', case when found then title else alone end, 'booking', tour.id,
    case when found then until else least(until, soon) end, clock);
end $$"""
# Looked at anew: whoever was waited for may have taken the driver off, behind that snapshot.
STILL_THEIRS = f"""\
  if not found or not exists (
    select from booking_drivers d where d.booking_id = tour.id and d.driver_id = {ACTOR})
  then
    return;
  end if;
"""


def substitute() -> str:
    """The function of before, which asks whoever works then; if nobody does, staff make haste."""
    before = SUBSTITUTE_IN_TIME
    steps = (
        ("offers uuid[], until", "alone text, soon timestamptz, offers uuid[], until"),
        (
            "b.party_size, b.pickup,\n    b.ends_at +",
            "b.party_size, b.pickup, b.time_zone,\n    b.ends_at +",
        ),
        ("  if not found then\n    return;\n  end if;\n", STILL_THEIRS),
        (TASK, ""),
        ("    order by d.name, d.id limit", AT_WORK),
        ("  returning id, driver_id;\nend $$", ALONE),
    )
    for old, new in steps:
        if old not in before:
            raise ValueError(f"the function of before has no {old!r}")
        before = before.replace(old, new, 1)
    return before


DRIVERS = """
declare
  wanted uuid;
  before uuid;
  tour record;
  held uuid[];
  crew uuid[];
begin
  if tg_table_name = 'shared_tours' then
    wanted := new.id;
  else
    wanted := case when tg_op <> 'DELETE' then new.shared_tour_id end;
    before := case when tg_op <> 'INSERT' then old.shared_tour_id end;
  end if;
  -- The lock queues all who change a tour or what it blocks: neither would see the other.
  for tour in
    select id, brand_id, status from shared_tours
    where id in (wanted, before) order by id for no key update
  loop
    select coalesce(array_agg(driver_id order by driver_id), '{}') into held from blocks
    where (brand_id, shared_tour_id) = (tour.brand_id, tour.id) and released_at is null
      and driver_id is not null;
    select coalesce(array_agg(driver_id order by driver_id), '{}') into crew
    from shared_tour_drivers where shared_tour_id = tour.id and tour.status = 'scheduled';
    if held <> crew then
      raise exception 'a shared tour that is % does not block the time of its drivers', tour.status
        using errcode = 'check_violation', constraint = 'shared_tours_block_their_drivers';
    end if;
  end loop;
  return null;
end """
CREWS = (
    Rule(
        "refuse_drivers_of_other_tours",
        DRIVERS,
        (
            Fires("shared_tours_block_their_drivers", "update of status on shared_tours"),
            Fires(
                "shared_tour_drivers_are_blocked",
                "insert or update or delete on shared_tour_drivers",
            ),
            Fires(
                "blocks_are_of_the_tours_driver",
                "insert on blocks",
                "new.shared_tour_id is not null and new.driver_id is not null",
            ),
            Fires(
                "blocks_stay_with_the_tours_driver",
                "update of shared_tour_id, driver_id, released_at on blocks",
                "num_nonnulls(old.shared_tour_id, new.shared_tour_id) > 0"
                " and num_nonnulls(old.driver_id, new.driver_id) > 0",
            ),
        ),
    ),
)
