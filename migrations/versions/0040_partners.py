"""A partner has no right to customers: what it sold keeps a copy of how its guest is reached."""

from migrations.tables import permit, role, run

revision = "0040"
down_revision = "0039"
SOLD = "exists (select 1 from bookings b where b.customer_id = customers.id)"
SAW = (
    "select (tenant_id, brand_id, id, name, email, phone, created_at, updated_at, version, search,"
    " archived_at)"
)


def upgrade() -> None:
    run("drop policy customers_partner on customers")
    run(f"revoke {SAW} on customers from {role('partner')}")


def downgrade() -> None:
    permit("customers", "partner", SAW, SOLD)
