"""What a brand says of a place to everybody: a remark beside the note that is for staff."""

from migrations.tables import role, run

revision = "0035"
down_revision = "0034"
READERS = ("site", "link", "customer", "partner", "driver")


def upgrade() -> None:
    run("alter table directory_notes add column remark text")
    for name in READERS:
        run(f"grant select (remark) on directory_notes to {role(name)}")


def downgrade() -> None:
    run("alter table directory_notes drop column remark")
