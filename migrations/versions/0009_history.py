"""What happened and what must still be told: events, their personal values, outbox, schedules."""

from migrations.tables import (
    KEEP,
    OWNED,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
)

revision = "0009"
down_revision = "0008"
TABLES = ("events", "event_personal_values", "outbox", "schedules")


def upgrade() -> None:
    brand_table(
        "events",
        """
        id uuid not null,
        kind text not null,
        entity text not null,
        entity_id uuid not null,
        entity_version integer not null,
        actor_kind text not null,
        actor_id uuid,
        occurred_at timestamptz not null,
        changes jsonb not null default '{}'
        """,
        indexes=[
            Index("entity_id, id", "history of one entity"),
            Index("occurred_at, id", "events by time"),
        ],
        staff=KEEP,
    )
    brand_table(
        "event_personal_values",
        """
        event_id uuid not null,
        field text not null,
        before text,
        after text
        """,
        key="event_id, field",
        refs=[Ref("event_id", "events", indexed=False)],
        staff=May("select, insert, delete"),
    )
    brand_table(
        "outbox",
        """
        event_id uuid not null,
        entity text not null,
        entity_id uuid not null,
        kind text not null,
        claimed_until timestamptz
        """,
        key="event_id",
        refs=[Ref("event_id", "events", indexed=False)],
        indexes=[Index("event_id", "oldest events to relay, whichever brand", keyed=False)],
        staff=May("insert"),
    )
    brand_table(
        "schedules",
        """
        id uuid not null,
        task text not null,
        cron text not null,
        next_run_at timestamptz not null,
        enabled boolean not null default true,
        constraint schedules_task_key unique (tenant_id, brand_id, task)
        """,
        indexes=[
            Index(
                "next_run_at",
                "schedules that are due, whichever brand",
                keyed=False,
                where="enabled",
            )
        ],
        staff=OWNED,
    )


def downgrade() -> None:
    drop_tables(TABLES)
