"""Who may see a booking may see which proposal it came of."""

from migrations.tables import role, run

revision = "0028"
down_revision = "0027"
CLIENTS = ("link", "customer")


def upgrade() -> None:
    for name in CLIENTS:
        run(f"grant select (proposal_id) on bookings to {role(name)}")


def downgrade() -> None:
    for name in CLIENTS:
        run(f"revoke select (proposal_id) on bookings from {role(name)}")
