"""What an app may send and did send: its registered documents, its lock, and the fields it uses."""

from migrations.scheduling import schedule, unschedule
from migrations.tables import (
    OBJECT,
    OWN_TENANT,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
    permit,
    role,
    run,
)

revision = "0048"
down_revision = "0047"
TABLES = ("trusted_documents", "document_usage", "field_usage")
TOLD = ("trusted_documents", "apps")
EVENTS = {"insert": "new", "update": "new", "delete": "old"}
# A build server works with its app in hand.
OWN_APP = f"app_id = {OBJECT}"
LINK_SEES = "select (tenant_id, brand_id, id, version)"
CRON = "45 3 * * *"
# Apps of before go on as they are; those made from now on begin with the lock of their kind.
LOCK = """
alter table apps add column document_lock text default 'open'
  constraint apps_document_lock_check check (document_lock in ('trusted', 'open'));
alter table apps alter column document_lock drop default;
"""


def upgrade() -> None:
    run(LOCK)
    for who in ("staff", "worker"):
        run(f"grant update (document_lock) on apps to {role(who)}")
    permit("apps", "link", LINK_SEES, f"id = {OBJECT}")
    permit("cache_drops", "link", "insert", OWN_TENANT)
    _documents()
    _usage()
    for table in TOLD:
        for event, side in EVENTS.items():
            run(
                f"create trigger {table}_{event}_told after {event} on {table}"
                f" referencing {side} table as changed"
                f" for each statement execute function tell_change_of_brand()"
            )
    schedule("purge_usage", CRON)


def _documents() -> None:
    brand_table(
        "trusted_documents",
        """
        id uuid not null,
        app_id uuid not null,
        digest text not null check (digest ~ '^[0-9a-f]{64}$'),
        text text not null check (length(text) between 1 and 40000),
        name text check (length(name) <= 100),
        pushed_at timestamptz not null,
        pushed_by uuid,
        retired_at timestamptz,
        version integer not null default 1,
        constraint trusted_documents_digest_key unique (tenant_id, brand_id, app_id, digest)
        """,
        refs=[Ref("app_id", "apps", indexed=False)],
        indexes=[Index("pushed_at, id", "documents in the order in which they were pushed")],
        may={"link": May("select, insert, update (name, retired_at, version)", OWN_APP)},
        staff=May("select, insert, update (name, retired_at, version)"),
    )


def _usage() -> None:
    brand_table(
        "document_usage",
        """
        id uuid not null,
        document_id uuid not null,
        day date not null,
        uses bigint not null check (uses > 0),
        constraint document_usage_day_key unique (tenant_id, brand_id, document_id, day)
        """,
        refs=[Ref("document_id", "trusted_documents", indexed=False)],
        staff=May("select"),
        may={"worker": May("select, insert, update (uses), delete")},
    )
    brand_table(
        "field_usage",
        """
        id uuid not null,
        coordinate text not null check (length(coordinate) between 3 and 200),
        caller text not null
          check (caller in ('site', 'link', 'customer', 'partner', 'driver', 'staff', 'worker')),
        app_id uuid,
        day date not null,
        uses bigint not null check (uses > 0),
        constraint field_usage_day_key
          unique nulls not distinct (tenant_id, brand_id, coordinate, day, caller, app_id)
        """,
        refs=[Ref("app_id", "apps")],
        indexes=[Index("day, id", "field usage by its day; what is too old to keep")],
        staff=May("select"),
        may={"worker": May("select, insert, update (uses), delete")},
    )


def downgrade() -> None:
    unschedule("purge_usage")
    for event in EVENTS:
        run(f"drop trigger apps_{event}_told on apps")
    drop_tables(TABLES)
    run("drop policy apps_link on apps")
    run(f"revoke {LINK_SEES} on apps from {role('link')}")
    run("drop policy cache_drops_link on cache_drops")
    run(f"revoke insert on cache_drops from {role('link')}")
    for who in ("staff", "worker"):
        run(f"revoke update (document_lock) on apps from {role(who)}")
    run("alter table apps drop column document_lock")
