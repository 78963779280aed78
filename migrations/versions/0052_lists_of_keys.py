"""Pages of apps, and of their keys, walk an index."""

from migrations.tables import run

revision = "0052"
down_revision = "0051"
TABLES = ()
PAGED = ("apps", "api_keys")


def upgrade() -> None:
    for table in PAGED:
        run(
            f"create index {table}_created_at_id_idx"
            f" on {table} (tenant_id, brand_id, created_at, id);"
            f"comment on index {table}_created_at_id_idx is '{table} page by time'"
        )


def downgrade() -> None:
    for table in PAGED:
        run(f"drop index {table}_created_at_id_idx")
