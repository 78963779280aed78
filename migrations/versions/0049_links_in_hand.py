"""Links that staff see, end and give anew, and when each was opened last."""

from migrations.tables import role, run

revision = "0049"
down_revision = "0048"
COLUMNS = (
    "version integer not null default 1",
    "opened_at timestamptz",
    "opened_count integer not null default 0 check (opened_count >= 0)",
)
PAGES = ("links", "customer_sessions", "driver_sessions")
KEYS = {"driver_sessions": "tenant_id"}


def upgrade() -> None:
    for column in COLUMNS:
        run(f"alter table links add column {column}")
    run(f"grant update (version) on links to {role('link')}")
    for table in PAGES:
        keys = KEYS.get(table, "tenant_id, brand_id")
        index = f"{table}_created_at_id_idx"
        run(f"create index {index} on {table} ({keys}, created_at, id)")
        run(f"comment on index {index} is '{table} by time'")


def downgrade() -> None:
    for table in PAGES:
        run(f"drop index {table}_created_at_id_idx")
    run(f"revoke update (version) on links from {role('link')}")
    for column in COLUMNS:
        run(f"alter table links drop column {column.split()[0]}")
