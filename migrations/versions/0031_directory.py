"""What an operator and its brands add to the directory: places of their own, terms, and notes."""

from migrations.tables import Index, May, drop_tables, operator_table, permit, role, run

revision = "0031"
down_revision = "0030"
TABLES = ("own_places",)
READERS = ("site", "link", "customer", "partner", "driver")
SAID = ("directory_terms", "directory_notes")
# What everybody's lists need of a brand's notes; the words of a note are for staff.
SHOWN = "select (tenant_id, brand_id, id, place_kind, place_id, featured, hidden, version)"
INDEXES = {
    "directory_terms": ("directory_terms_place_id_id_idx", "tenant_id, place_id, id"),
    "directory_notes": ("directory_notes_place_id_id_idx", "tenant_id, brand_id, place_id, id"),
}
EVENTS = {"insert": "new", "update": "new", "delete": "old"}


def upgrade() -> None:
    operator_table(
        "own_places",
        """
        id uuid not null,
        kind text not null check (kind in ('winery', 'restaurant', 'hotel')),
        name text not null,
        address text,
        website text,
        phone text check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
        archived_at timestamptz,
        created_at timestamptz not null,
        version integer not null default 1
        """,
        indexes=[Index("name, id", "own places page by name")],
        may=dict.fromkeys(READERS, May("select")),
    )
    for table in SAID:
        run(
            f"alter table {table} add column id uuid not null default gen_random_uuid(),"
            " add column version integer not null default 1"
        )
        run(f"alter table {table} alter column id drop default")
        name, columns = INDEXES[table]
        run(f"create unique index {name} on {table} ({columns})")
        run(f"comment on index {name} is '{table} page by place'")
    run("create unique index directory_terms_id_key on directory_terms (tenant_id, id)")
    run("comment on index directory_terms_id_key is 'terms by their id'")
    for name in READERS:
        permit("directory_notes", name, SHOWN)
    for event, side in EVENTS.items():
        run(
            f"create trigger directory_notes_{event}_told after {event} on directory_notes"
            f" referencing {side} table as changed"
            " for each statement execute function tell_change_of_brand()"
        )


def downgrade() -> None:
    run("drop index directory_terms_id_key")
    for event in EVENTS:
        run(f"drop trigger directory_notes_{event}_told on directory_notes")
    for name in READERS:
        run(f"drop policy directory_notes_{name} on directory_notes")
        run(f"revoke {SHOWN} on directory_notes from {role(name)}")
    for table in SAID:
        run(f"drop index {INDEXES[table][0]}")
        run(f"alter table {table} drop column id, drop column version")
    drop_tables(TABLES)
