"""How customers and drivers sign in: by a mail that works once; their sessions end with them."""

from migrations.guests import ENDING, FUNCTIONS, GONE, SEES
from migrations.tables import (
    ACTOR,
    Index,
    Level,
    May,
    Ref,
    brand_table,
    drop_tables,
    operator_table,
    permit,
    role,
    run,
)

revision = "0043"
down_revision = "0042"
TABLES = ("customer_codes", "customer_sessions", "driver_codes", "driver_sessions")
SESSION = """
    id uuid not null,
    {who}_id uuid not null,
    brand_code text not null,
    turn integer not null default 1,
    user_agent text check (length(user_agent) <= 300),
    address text not null check (length(address) <= 45),
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint {who}_sessions_end_after_start check (expires_at >= created_at)
"""
CODE = """
    id uuid not null,
    {who}_id uuid not null,
    tries integer not null default 0 check (tries between 0 and 5),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
"""
OF_SESSION = "select, insert, update (turn, refreshed_at, revoked_at)"
OF_CODE = "select, update (used_at)"
TELLS = "entity = 'customer_session'"
TOLD = {
    "events": f"actor_id = {ACTOR} and {TELLS}",
    "outbox": TELLS,
    "event_personal_values": "true",
}


def upgrade() -> None:
    _tables("customer", "brand")
    _tables("driver", "operator")
    run("create index drivers_email_idx on drivers (tenant_id, email)")
    run("comment on index drivers_email_idx is 'sign-in of a driver by their address'")
    for outlet, rows in TOLD.items():
        permit(outlet, "customer", "insert", rows)
    _functions()
    for source in ENDING:
        run(source)


def _tables(who: str, level: Level) -> None:
    """A person's sessions and attempts, where the person is: with a brand, or with its company."""
    make = brand_table if level == "brand" else operator_table
    own = f"{who}_id = {ACTOR}"
    make(
        f"{who}_sessions",
        SESSION.format(who=who),
        refs=[Ref(f"{who}_id", f"{who}s", level)],
        indexes=[
            Index(f"{who}_id, created_at", f"sessions of a {who}; foreign key"),
            Index("id", "look-up of a session, before its brand is known", keyed=False),
        ],
        staff=May("select, update (revoked_at)"),
        may={who: May(OF_SESSION, own), "worker": May("select, update (revoked_at), delete")},
    )
    make(
        f"{who}_codes",
        CODE.format(who=who),
        refs=[Ref(f"{who}_id", f"{who}s", level)],
        indexes=[
            Index(f"{who}_id, created_at", f"tries of a {who} within a day; foreign key"),
            Index("id", "look-up of a code, before its brand is known", keyed=False),
        ],
        staff=May("select, update (used_at)"),
        may={who: May(OF_CODE, own), "worker": May("select, insert, update (used_at), delete")},
    )


def _functions() -> None:
    run(f"grant select (email) on drivers to {role('lookup')}")
    for table, verbs in SEES:
        permit(table, "lookup", verbs)
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, source in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {role('write')}, {role('read')}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    for each in GONE:
        run(each)
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    run(f"revoke select (email) on drivers from {role('lookup')}")
    for table in TOLD:
        run(f"drop policy {table}_customer on {table}")
        run(f"revoke insert on {table} from {role('customer')}")
    run("drop index drivers_email_idx")
    drop_tables(TABLES)
