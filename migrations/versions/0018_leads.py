"""Leads that are worked on: who answers, why one was lost, how a reservation ended, its deposit."""

from migrations.tables import role, run

revision = "0018"
down_revision = "0017"
KINDS = "'hourly', 'wait', 'transfer_flat', 'transfer_mile'"
INQUIRIES = """
alter table inquiries
  add column assignee_id uuid,
  add column lost_reason text check (btrim(lost_reason) <> ''),
  add constraint inquiries_lost_for_a_reason check (lost_reason is null or status = 'lost'),
  add constraint inquiries_assignee_id_fkey foreign key (tenant_id, assignee_id)
    references staff_users (tenant_id, id)
"""
RESERVATIONS = """
alter table reservations
  add column policy jsonb,
  add column cancelled_at timestamptz,
  add column cancel_reason text check (btrim(cancel_reason) <> ''),
  add constraint reservations_cancelled_has_time
    check (cancelled_at is null or status = 'cancelled')
"""
SEEN = ("customer", "link")
OPEN = "status in ('pending', 'contacted', 'confirmed')"
INDEXES = {
    "inquiries_assignee_idx": (
        "inquiries (tenant_id, assignee_id)",
        "foreign key to staff_users, whichever brand",
    ),
    "inquiries_assignee_id_created_at_id_idx": (
        "inquiries (tenant_id, brand_id, assignee_id, created_at, id)",
        "inquiries of one member, by creation",
    ),
    "tasks_assignee_id_due_at_id_idx": (
        "tasks (tenant_id, brand_id, assignee_id, due_at, id)",
        "tasks of one member, by due time",
    ),
    "reservations_consult_by_id_idx": (
        f"reservations (tenant_id, brand_id, consult_by, id) where {OPEN}",
        "open reservations whose time may have run out",
    ),
    "staff_users_name_id_idx": (
        "staff_users (tenant_id, name, id)",
        "staffUsers page by name",
    ),
}


def upgrade() -> None:
    run(INQUIRIES)
    run(RESERVATIONS)
    for name in SEEN:
        run(f"grant select (cancelled_at) on reservations to {role(name)}")
    for name, (columns, why) in INDEXES.items():
        run(f"create index {name} on {columns}")
        run(f"comment on index {name} is '{why}'")
    _kinds(f"{KINDS}, 'reservation_deposit'")


def _kinds(kinds: str) -> None:
    run(
        "alter table rate_cards drop constraint rate_cards_kind_check,"
        f" add constraint rate_cards_kind_check check (kind in ({kinds}))"
    )


def downgrade() -> None:
    run("alter table rate_cards no force row level security")
    run("delete from rate_cards where kind = 'reservation_deposit'")
    _kinds(KINDS)
    run("alter table rate_cards force row level security")
    for name in INDEXES:
        run(f"drop index {name}")
    run(
        "alter table reservations drop column policy, drop column cancelled_at,"
        " drop column cancel_reason"
    )
    run("alter table inquiries drop column assignee_id, drop column lost_reason")
