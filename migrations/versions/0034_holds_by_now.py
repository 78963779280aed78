"""A driver's list says as everybody's that a hold has run out."""

from migrations.tables import role, run

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    run(f"grant select (hold_expires_at) on bookings to {role('driver')}")


def downgrade() -> None:
    run(f"revoke select (hold_expires_at) on bookings from {role('driver')}")
