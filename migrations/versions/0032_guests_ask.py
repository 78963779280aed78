"""What a guest may ask for besides a tour: an inquiry, and a reservation behind a deposit."""

from migrations.tables import OBJECT, permit, role, run

revision = "0032"
down_revision = "0031"
ASKED = (
    "tenant_id, brand_id, id, number, name, email, phone, wished_on, party_size, tour_type,"
    " message, source, created_at"
)
SEEN = "tenant_id, brand_id, id, number, status, created_at, version"
RESERVED = (
    "tenant_id, brand_id, id, number, customer_id, preferred_on, alternate_on, party_size,"
    " tour_type, method, currency, deposit_cents, consult_by, special_requests, policy, created_at"
)
# A link tells of its object and its sale's tickets, of a new customer, and of a task for staff.
OUTLETS = ("events", "outbox")
TOLD_OF = (
    f"entity_id = {OBJECT} or (entity, kind) = ('customer', 'CustomerCreated') or entity = 'ticket'"
    f" and exists (select 1 from tickets k where k.id = entity_id and k.sale_id = {OBJECT})"
)
NEW_TASK = "(entity, kind) = ('task', 'TaskCreated')"
BOOKED = "exists (select 1 from bookings b where b.id = booking_id)"


def upgrade() -> None:
    link = role("link")
    run(
        "alter table reservations add column refund_due_cents bigint,"
        " add constraint reservations_refund_due_is_positive check (refund_due_cents > 0),"
        " add constraint reservations_refund_is_of_cancelled"
        " check (refund_due_cents is null or status = 'cancelled')"
    )
    run(f"grant select (refund_due_cents) on reservations to {role('customer')}, {link}")
    run(f"grant insert ({RESERVED}) on reservations to {link}")
    permit("inquiries", "link", f"select ({SEEN}), insert ({ASKED})", f"id = {OBJECT}")
    for table in OUTLETS:
        _bound(table, f"{TOLD_OF} or {NEW_TASK}")
    _bound("payments", f"{BOOKED} or reservation_id = {OBJECT}")


def _bound(table: str, rows: str) -> None:
    """Other bounds for what a link may do with a table."""
    run(f"drop policy {table}_link on {table}")
    run(
        f"create policy {table}_link on {table} to {role('link')}"
        f" using ({rows}) with check ({rows})"
    )


def downgrade() -> None:
    link = role("link")
    _bound("payments", BOOKED)
    for table in OUTLETS:
        _bound(table, TOLD_OF)
    run("drop policy inquiries_link on inquiries")
    run(f"revoke select ({SEEN}), insert ({ASKED}) on inquiries from {link}")
    run(f"revoke insert ({RESERVED}) on reservations from {link}")
    run("alter table reservations drop column refund_due_cents")
