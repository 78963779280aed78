"""Support: a role without a right of its own, so that all that a supporter may do has an end."""

from migrations.tables import run

revision = "0054"
down_revision = "0053"
ROLES = "'owner', 'manager', 'dispatcher', 'sales', 'finance', 'driver', 'viewer'"
CHECK = "alter table memberships add constraint memberships_role_check check (role in ({}))"
# A supporter who is let in no more is a viewer who has left.
BACK = """
alter table memberships no force row level security;
set local row_security = off;
update memberships set role = 'viewer', ended_at = coalesce(ended_at, now())
  where role = 'support';
set local row_security = on;
alter table memberships force row level security;
"""


def upgrade() -> None:
    run("alter table memberships drop constraint memberships_role_check")
    run(CHECK.format(f"{ROLES}, 'support'"))


def downgrade() -> None:
    run(BACK)
    run("alter table memberships drop constraint memberships_role_check")
    run(CHECK.format(ROLES))
