"""What a guest changes of a tour by themselves: its date, its stops, and how often they may."""

from migrations.tables import role, run

revision = "0033"
down_revision = "0032"
# To a link, which sees its one object alone.
MAY = (
    ("bookings", "select (guest_moves), update (guest_moves, starts_at, ends_at)"),
    ("blocks", "update (starts_at, ends_at)"),
    (
        "booking_stops",
        "update (position, kind, winery_id, restaurant_id, hotel_id, name, address,"
        " planned_arrival_at, minutes, third_party_status), delete",
    ),
)
EXPIRED = "release_expired_holds(uuid[], timestamptz)"


def upgrade() -> None:
    run(
        "alter table bookings add column guest_moves integer not null default 0"
        " constraint bookings_guests_move_once check (guest_moves between 0 and 1)"
    )
    for table, verbs in MAY:
        run(f"grant {verbs} on {table} to {role('link')}")
    run(f"set local role {role('fleet')}")
    run(f"grant execute on function {EXPIRED} to {role('link')}")
    run(f"set local role {role('owner')}")


def downgrade() -> None:
    run(f"set local role {role('fleet')}")
    run(f"revoke execute on function {EXPIRED} from {role('link')}")
    run(f"set local role {role('owner')}")
    for table, verbs in MAY:
        run(f"revoke {verbs} on {table} from {role('link')}")
    run("alter table bookings drop column guest_moves")
