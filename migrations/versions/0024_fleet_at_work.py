"""The fleet at work: lives of vehicles and drivers, duty clock, working hours, time off, sheets.

Narrow functions do what a driver's own role may not: put the van of their inspection out of
service, take time off and give it back, and read the telephone of today's and tomorrow's guests.
"""

from migrations.tables import (
    ACTOR,
    BRAND,
    TENANT,
    Index,
    May,
    Ref,
    drop_tables,
    operator_table,
    permit,
    role,
    run,
)

revision = "0024"
down_revision = "0023"
TABLES = ("driver_availability",)

MACHINES = {
    "vehicles": {
        "active": "maintenance out_of_service retired",
        "maintenance": "active out_of_service retired",
        "out_of_service": "active maintenance retired",
        "retired": "maintenance",
    },
    "drivers": {"active": "suspended left", "suspended": "active left", "left": "active"},
}
INDEXES = {
    "documents_runs_out_on_id_idx": ("documents (tenant_id, runs_out_on, id)", "papers by end"),
    "blocks_starts_at_id_idx": ("blocks (tenant_id, starts_at, id)", "blocks page by start"),
    "duty_entries_starts_at_id_idx": (
        "duty_entries (tenant_id, starts_at, id)",
        "duty entries page by start",
    ),
    "inspections_inspected_at_id_idx": (
        "inspections (tenant_id, inspected_at, id)",
        "inspections page by time",
    ),
}
# One expression of both: nobody searches by it, so it stands in no search's way.
ONE_AT_A_TIME = """
alter table duty_entries add constraint duty_entries_one_at_a_time exclude using gist
  (tenant_id with =, (driver_id::text || kind) with =, tstzrange(starts_at, ends_at) with &&);
comment on index duty_entries_one_at_a_time is
  'a driver is on duty, or drives, once at a time; an open entry lasts'
"""
INSPECTED = f"""
create function take_in_inspection(inspection uuid)
returns table (vehicle_id uuid, status_before text, status text, mileage_before integer,
  mileage integer, version integer)
language sql security definer set search_path = public, pg_temp as $$
  with told as (
    select i.vehicle_id, i.mileage, i.critical from inspections i
    -- Only what this very transaction has written: nobody puts a van away by an old report.
    where i.tenant_id = {TENANT} and i.id = inspection
      and i.xmin::text::bigint = mod(pg_current_xact_id()::text::bigint, 4294967296)
  ), before as (
    select v.id, v.status, v.mileage,
      case when t.critical and v.status in ('active', 'maintenance') then 'out_of_service'
        else v.status end as status_after,
      greatest(v.mileage, t.mileage) as mileage_after
    from vehicles v join told t on t.vehicle_id = v.id
    where v.tenant_id = {TENANT} for update of v
  )
  update vehicles v
  set status = b.status_after, mileage = b.mileage_after, version = v.version + 1
  from before b
  where v.tenant_id = {TENANT} and v.id = b.id
    and (b.status, b.mileage) is distinct from (b.status_after, b.mileage_after)
  returning v.id, b.status, v.status, b.mileage, v.mileage, v.version
$$
"""
TAKEN_OFF = f"""
create function take_time_off(block uuid, since timestamptz, until timestamptz, why text)
returns void language sql security definer set search_path = public, pg_temp as $$
  insert into blocks (tenant_id, id, driver_id, kind, starts_at, ends_at, reason)
  values ({TENANT}, block, {ACTOR}, 'time_off', since, until, why)
$$
"""
GIVEN_BACK = f"""
create function give_back_time_off(block uuid, clock timestamptz)
returns integer language sql security definer set search_path = public, pg_temp as $$
  update blocks k set released_at = least(clock, now()), version = k.version + 1
  where k.tenant_id = {TENANT} and k.id = block and k.driver_id = {ACTOR}
    and k.kind = 'time_off' and k.released_at is null
  returning k.version
$$
"""
PHONES = f"""
create function phones_on_the_day(tours uuid[])
returns table (booking_id uuid, phone text)
language sql stable security definer set search_path = public, pg_temp as $$
  -- The clock is the database's own: no caller says that a tour is today.
  select b.id, b.customer_phone
  from bookings b join booking_drivers d
    on d.tenant_id = b.tenant_id and d.brand_id = b.brand_id and d.booking_id = b.id
  where b.tenant_id = {TENANT} and b.brand_id = {BRAND} and b.id = any(tours)
    and d.driver_id = {ACTOR} and b.status in ('confirmed', 'assigned', 'in_progress', 'completed')
    and (now() at time zone b.time_zone)::date
      between (b.starts_at at time zone b.time_zone)::date - 1
      and (b.ends_at at time zone b.time_zone)::date
$$
"""
FUNCTIONS = {
    "take_in_inspection(uuid)": (INSPECTED, ("driver", "staff", "worker")),
    "take_time_off(uuid, timestamptz, timestamptz, text)": (TAKEN_OFF, ("driver",)),
    "give_back_time_off(uuid, timestamptz)": (GIVEN_BACK, ("driver",)),
    "phones_on_the_day(uuid[])": (PHONES, ("driver",)),
}
# What the functions' owner sees and writes, besides what it did before.
MORE = {
    "vehicles": "select (mileage, version), update (status, mileage, version)",
    "blocks": "insert (tenant_id, id, driver_id, kind, starts_at, ends_at, reason),"
    " update (version)",
    "bookings": "select (customer_phone, time_zone)",
}
NEW = {
    "inspections": "select",
    "booking_drivers": "select (tenant_id, brand_id, booking_id, driver_id)",
    "transitions": "select",
    "cache_drops": "insert",
}
OWN = f"driver_id = {ACTOR}"


def upgrade() -> None:
    _machines()
    run("alter table blocks add column version integer not null default 1")
    run("alter table duty_entries add column version integer not null default 1")
    run(
        "alter table documents add column runs_out_on date not null"
        " generated always as (coalesce(expires_on, date '2200-12-31')) stored"
    )
    run(ONE_AT_A_TIME)
    for name, (columns, why) in INDEXES.items():
        run(f"create index {name} on {columns}; comment on index {name} is '{why}'")
    operator_table(
        "driver_availability",
        """
        id uuid not null,
        driver_id uuid not null,
        weekday integer not null check (weekday between 1 and 7),
        from_local time,
        to_local time,
        version integer not null default 1,
        constraint driver_availability_from_before_to check (from_local < to_local),
        constraint driver_availability_both_or_none
          check ((from_local is null) = (to_local is null))
        """,
        refs=[Ref("driver_id", "drivers", "operator")],
        indexes=[
            Index("driver_id, weekday", "the week of a driver, each day once", unique=True),
            Index("driver_id, weekday, id", "working hours page by driver"),
        ],
        may={"driver": May("select, insert, update", OWN)},
    )
    _functions()


def _machines() -> None:
    rows = [
        f"('{machine}', '{origin}', '{target}')"
        for machine, steps in MACHINES.items()
        for origin, targets in steps.items()
        for target in targets.split()
    ]
    run(f"insert into transitions (machine, from_status, to_status) values {', '.join(rows)}")
    for machine in MACHINES:
        run(
            f"create trigger {machine}_transition before update of status on {machine} for each row"
            " when (old.status is distinct from new.status) execute function refuse_transition()"
        )


def _functions() -> None:
    for table, verbs in MORE.items():
        run(f"grant {verbs} on {table} to {role('fleet')}")
    for table, verbs in NEW.items():
        permit(table, "fleet", verbs)
    run(f"grant create on schema public to {role('fleet')}")
    run(f"set local role {role('fleet')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('fleet')}")


def downgrade() -> None:
    run(f"set local role {role('fleet')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    for table, verbs in NEW.items():
        run(f"drop policy {table}_fleet on {table}; revoke {verbs} on {table} from {role('fleet')}")
    for table, verbs in MORE.items():
        run(f"revoke {verbs} on {table} from {role('fleet')}")
    drop_tables(TABLES)
    for name in INDEXES:
        run(f"drop index {name}")
    run("alter table duty_entries drop constraint duty_entries_one_at_a_time, drop column version")
    run("alter table documents drop column runs_out_on")
    run("alter table blocks drop column version")
    for machine in MACHINES:
        run(f"drop trigger {machine}_transition on {machine}")
    run("delete from transitions where machine in ('vehicles', 'drivers')")
