"""Who did what from where: events say it, and how long what is personal is kept is the tenant's."""

from migrations.auditing import ADDRESSES, FORGET, TOLD
from migrations.erasing import TOLD as TOLD_OF_BEFORE
from migrations.scheduling import schedule, unschedule
from migrations.tables import Index, May, drop_tables, operator_table, role, run

revision = "0053"
down_revision = "0052"
TABLES = ("retention",)
SEES = "select (actor_kind, address, occurred_at), update (address)"


def upgrade() -> None:
    run(
        "alter table events"
        " add column actor_role text,"
        " add column address text constraint events_address_check check (length(address) <= 45),"
        " add column credential uuid,"
        " add column request_id text"
        " constraint events_request_id_check check (length(request_id) <= 200)"
    )
    run(f"grant {SEES} on events to {role('lookup')}")
    operator_table(
        "retention",
        """
        id uuid not null,
        kind text not null,
        days integer not null check (days between 1 and 36500),
        version integer not null
        """,
        indexes=[Index("kind", "one rule of a kind", unique=True)],
        staff=May("select, insert, update (days, version)"),
        may={"worker": May("select")},
    )
    _look_up(
        TOLD,
        ADDRESSES,
        f"revoke all on function {FORGET} from public",
        f"grant execute on function {FORGET} to {role('worker')}",
    )
    schedule("apply_retention", "50 3 * * *")


def _look_up(*statements: str) -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for each in statements:
        run(each)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    unschedule("apply_retention")
    _look_up(
        f"drop function {FORGET}",
        TOLD_OF_BEFORE.replace("create function", "create or replace function"),
    )
    drop_tables(TABLES)
    run(f"revoke {SEES} on events from {role('lookup')}")
    run(
        "alter table events drop column actor_role, drop column address, drop column credential,"
        " drop column request_id"
    )
