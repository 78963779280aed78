"""Offers of tours to drivers, and the few things that a driver does to a tour.

A driver writes no booking, no block and nobody else's offer: what they may do to a tour is one
function each, which looks first whether the tour is theirs. These functions run as the owner of the
tables, whom the floor keeps in the caller's brand like everybody else.
"""

from migrations.dispatched import DEFINED, OWNED_FUNCTIONS, PLANNED, SEEN_BY_OWNER
from migrations.tables import ACTOR, Index, May, Ref, brand_table, drop_tables, permit, role, run
from migrations.triggers import Fires, Rule, lay, lift

revision = "0019"
down_revision = "0018"
TABLES = ("tour_offers",)

OFFER = "offered"
ENDS = ("accepted", "declined", "expired", "withdrawn")
DRIVEN_BY_WHO_ACCEPTS = """
begin
  if not exists (
    select from booking_drivers
    where booking_id = new.booking_id and driver_id = new.driver_id)
  then
    raise exception 'who accepts a tour drives it'
      using errcode = 'check_violation', constraint = 'tour_offers_accepted_drives';
  end if;
  return null;
end """
RULES = (
    Rule(
        "refuse_acceptance_without_the_tour",
        DRIVEN_BY_WHO_ACCEPTS,
        (
            Fires(
                "tour_offers_accepted_drives",
                "update of status on tour_offers",
                "new.status = 'accepted' and old.status <> 'accepted'",
            ),
        ),
    ),
)
TOLD = {
    "events": "insert",
    "event_personal_values": "insert",
    "outbox": "insert",
}
FLEET_SEES = {
    "bookings": "select (starts_at, ends_at)",
    "booking_stops": "select (tenant_id, brand_id, booking_id, kind, minutes)",
}


def upgrade() -> None:
    _offers()
    for table, verbs in TOLD.items():
        permit(table, "driver", verbs)
    for table in SEEN_BY_OWNER:
        run(
            f"create policy {table}_owner on {table} to {role('owner')}"
            " using (true) with check (true)"
        )
    run(f"grant {FLEET_SEES['bookings']} on bookings to {role('fleet')}")
    permit("booking_stops", "fleet", FLEET_SEES["booking_stops"])
    _functions()


def _offers() -> None:
    brand_table(
        "tour_offers",
        """
        id uuid not null,
        booking_id uuid not null,
        driver_id uuid not null,
        replaces_driver_id uuid,
        status text not null default 'offered'
          check (status in ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        party_size integer not null check (party_size >= 1),
        pickup text,
        expires_at timestamptz not null,
        answered_at timestamptz,
        reason text check (btrim(reason) <> ''),
        created_at timestamptz not null,
        version integer not null default 1,
        constraint tour_offers_end_after_start check (ends_at > starts_at),
        constraint tour_offers_last_a_while check (expires_at > created_at)
        """,
        refs=[
            Ref("booking_id", "bookings"),
            Ref("driver_id", "drivers", "operator", indexed=False),
            Ref("replaces_driver_id", "drivers", "operator", indexed=False),
        ],
        indexes=[
            Index("created_at, id", "offers page by creation"),
            Index("driver_id, created_at", "offers of a driver"),
            Index(
                "booking_id, driver_id",
                "a tour is on offer to a driver once",
                unique=True,
                where="status = 'offered'",
            ),
            Index("expires_at", "the sweep of offers that ran out", where="status = 'offered'"),
            Index("tenant_id, driver_id", "foreign key to drivers, whichever brand", keyed=False),
            Index(
                "tenant_id, replaces_driver_id",
                "foreign key to drivers, whichever brand",
                keyed=False,
            ),
        ],
        may={
            "driver": May(
                "select, update (status, answered_at, reason, version)", f"driver_id = {ACTOR}"
            )
        },
    )
    steps = ", ".join(f"('tour_offers', '{OFFER}', '{end}')" for end in ENDS)
    run(f"insert into transitions (machine, from_status, to_status) values {steps}")
    run(
        "create trigger tour_offers_transition before update of status on tour_offers for each row"
        " when (old.status is distinct from new.status) execute function refuse_transition()"
    )
    lay(RULES)


def _functions() -> None:
    for signature, source in OWNED_FUNCTIONS.items():
        run(source.replace(":driver", f"'{role('driver')}'"))
        _give(signature)
    run(f"grant create on schema public to {role('fleet')}; set local role {role('fleet')}")
    for signature, source in PLANNED.items():
        run(source.replace(":driver", f"'{role('driver')}'"))
        _give(signature)
    busy = "busy_periods(uuid[], uuid[], timestamptz, timestamptz)"
    run(f"grant execute on function {busy} to {role('owner')}")
    run(f"set local role {role('owner')}; revoke create on schema public from {role('fleet')}")


def _give(signature: str) -> None:
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {', '.join(map(role, DEFINED[signature]))}")


def downgrade() -> None:
    run(f"set local role {role('fleet')}")
    busy = "busy_periods(uuid[], uuid[], timestamptz, timestamptz)"
    run(f"revoke execute on function {busy} from {role('owner')}")
    for signature in PLANNED:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    for signature in OWNED_FUNCTIONS:
        run(f"drop function {signature}")
    run("drop policy booking_stops_fleet on booking_stops")
    for table, verbs in FLEET_SEES.items():
        run(f"revoke {verbs} on {table} from {role('fleet')}")
    for table in SEEN_BY_OWNER:
        run(f"drop policy {table}_owner on {table}")
    for table, verbs in TOLD.items():
        run(f"drop policy {table}_driver on {table}")
        run(f"revoke {verbs} on {table} from {role('driver')}")
    lift(RULES)
    drop_tables(TABLES)
    run("delete from transitions where machine = 'tour_offers'")
