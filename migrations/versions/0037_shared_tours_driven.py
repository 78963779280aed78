"""Shared tours have drivers, who say which guests came; a driver's working hours are looked at."""

from migrations.dispatched import PLAN, SUBSTITUTE_IN_TIME
from migrations.driven import BOARD, CREWS, PARTIES, PLAN_OF_ALL, substitute
from migrations.tables import (
    ACTOR,
    OWNED,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
    permit,
    role,
    run,
)
from migrations.triggers import lay, lift

revision = "0037"
down_revision = "0036"
TABLES = ("shared_tour_drivers",)

ALL_WHO_RUN = ("driver", "staff", "worker")
BOARDS = "board_ticket(uuid, integer, text, timestamptz)"
SEES_PARTIES = "parties_of_shared_tours(uuid[], timestamptz)"
SEATS = "seats_taken(uuid, uuid, timestamptz)"
ASKS = "ask_for_substitute(uuid, uuid, text, uuid[], timestamptz, timestamptz)"
ASKS_IN_TIME = (
    "ask_for_substitute(uuid, uuid, text, text, timestamptz, uuid[], timestamptz, timestamptz)"
)
# What the functions' owner sees by now: the floor keeps it in the caller's brand.
SEEN_BY_OWNER = ("tickets", "shared_tours", "payments", "driver_availability")
FLEET_SEES = {
    "shared_tours": "select (starts_at, ends_at)",
    "tickets": "select (number, with_lunch, customer_id, version)",
}
NEW_TO_FLEET = {
    "customers": "select (tenant_id, brand_id, id, name)",
    "shared_tour_drivers": "select",
}
# Nothing of money, and nobody's name.
TICKET = (
    "tenant_id, brand_id, id, number, shared_tour_id, status, guests, with_lunch, currency,"
    " sale_id, hold_expires_at, created_at, updated_at, version"
)
OWN_TOUR = (
    "exists (select 1 from shared_tour_drivers d"
    f" where d.shared_tour_id = {{0}} and d.driver_id = {ACTOR})"
)
OWN_VAN = "exists (select 1 from booking_vehicles v where v.vehicle_id = vehicles.id)"
SHARED_VAN = (
    "exists (select 1 from shared_tours s where s.vehicle_id = vehicles.id"
    f" and {OWN_TOUR.format('s.id')})"
)


def upgrade() -> None:
    _drivers()
    permit("tickets", "driver", f"select ({TICKET})", OWN_TOUR.format("tickets.shared_tour_id"))
    _driven_vans(f"{OWN_VAN} or {SHARED_VAN}")
    lay(CREWS)
    run(
        "insert into transitions (machine, from_status, to_status)"
        " values ('tickets', 'checked_in', 'cancelled')"
    )
    for table in (*SEEN_BY_OWNER, *TABLES):
        run(
            f"create policy {table}_owner on {table} to {role('owner')}"
            " using (true) with check (true)"
        )
    for table, verbs in FLEET_SEES.items():
        run(f"grant {verbs} on {table} to {role('fleet')}")
    for table, verbs in NEW_TO_FLEET.items():
        permit(table, "fleet", verbs)
    _by_owner(BOARD, BOARDS, ALL_WHO_RUN)
    run(f"drop function {ASKS}")
    _by_owner(substitute(), ASKS_IN_TIME, ("driver",))
    _as_fleet(
        _named(PARTIES),
        f"revoke all on function {SEES_PARTIES} from public",
        f"grant execute on function {SEES_PARTIES} to {', '.join(map(role, ALL_WHO_RUN))}",
        f"grant execute on function {SEATS} to {role('driver')}, {role('owner')}",
        _named(PLAN_OF_ALL),
    )


def _drivers() -> None:
    brand_table(
        "shared_tour_drivers",
        "shared_tour_id uuid not null, driver_id uuid not null, assigned_at timestamptz not null",
        key="shared_tour_id, driver_id",
        refs=[
            Ref("shared_tour_id", "shared_tours", indexed=False),
            Ref("driver_id", "drivers", "operator", indexed=False),
        ],
        indexes=[
            Index("driver_id, shared_tour_id", "shared tours of a driver"),
            Index("tenant_id, driver_id", "foreign key to drivers, whichever brand", keyed=False),
        ],
        may={"driver": May("select", f"driver_id = {ACTOR}")},
        staff=OWNED,
    )


def _driven_vans(rows: str) -> None:
    run(f"alter policy vehicles_driver on vehicles using ({rows}) with check ({rows})")


def _by_owner(source: str, signature: str, callers: tuple[str, ...]) -> None:
    run(_named(source))
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")


def _as_fleet(*steps: str) -> None:
    run(f"grant create on schema public to {role('fleet')}")
    run(f"set local role {role('fleet')}")
    for step in steps:
        run(step)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('fleet')}")


def _named(source: str) -> str:
    return source.replace(":driver", f"'{role('driver')}'")


def downgrade() -> None:
    _as_fleet(
        _named(PLAN.replace("create function", "create or replace function", 1)),
        f"drop function {SEES_PARTIES}",
        f"revoke execute on function {SEATS} from {role('driver')}, {role('owner')}",
    )
    run(f"drop function {BOARDS}")
    run(f"drop function {ASKS_IN_TIME}")
    _by_owner(SUBSTITUTE_IN_TIME, ASKS, ("driver",))
    for table in NEW_TO_FLEET:
        run(f"drop policy {table}_fleet on {table}")
    for table, verbs in (NEW_TO_FLEET | FLEET_SEES).items():
        run(f"revoke {verbs} on {table} from {role('fleet')}")
    for table in SEEN_BY_OWNER:
        run(f"drop policy {table}_owner on {table}")
    run("delete from transitions where (machine, from_status) = ('tickets', 'checked_in')")
    lift(CREWS)
    _driven_vans(OWN_VAN)
    run(f"drop policy tickets_driver on tickets; revoke select on tickets from {role('driver')}")
    run(
        # A policy that hid rows would be an error, and not an update of none.
        "alter table blocks no force row level security; set local row_security = off;"
        " update blocks set released_at = starts_at"
        " where shared_tour_id is not null and driver_id is not null and released_at is null;"
        " do $$ begin if exists (select from blocks where shared_tour_id is not null"
        " and driver_id is not null and released_at is null) then"
        " raise exception 'drivers of shared tours are still taken'; end if; end $$;"
        " set local row_security = on;"
        " alter table blocks force row level security"
    )
    drop_tables(TABLES)
