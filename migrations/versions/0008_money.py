"""Money received, returned and asked for: payments, refunds and invoices."""

from migrations.tables import ACTOR, Index, May, Ref, brand_table, drop_tables
from migrations.trade import IN_ITS_CURRENCY, NUMBER

revision = "0008"
down_revision = "0007"
TABLES = ("payments", "refunds", "invoices")
PAYMENT = (
    "tenant_id, brand_id, id, booking_id, reservation_id, proposal_id, proposal_guest_id,"
    " ticket_id, customer_id, kind, method, status, currency, amount_cents, received_at,"
    " created_at, version"
)
ON_BOOKING = "exists (select 1 from bookings b where b.id = booking_id)"


def upgrade() -> None:
    brand_table(
        "payments",
        f"""
        id uuid not null,
        booking_id uuid,
        reservation_id uuid,
        proposal_id uuid,
        proposal_guest_id uuid,
        ticket_id uuid,
        customer_id uuid not null,
        kind text not null
          check (kind in ('deposit', 'balance', 'full', 'guest_share', 'tip', 'fee')),
        method text not null check (method in ('card', 'check', 'cash', 'bank_transfer', 'other')),
        status text not null check (status in ('pending', 'requires_action', 'succeeded', 'failed',
          'cancelled', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost')),
        currency text not null check (currency ~ '^[A-Z]{{3}}$'),
        amount_cents bigint not null check (amount_cents > 0),
        received_at timestamptz,
        reference text,
        stripe_intent_id text,
        created_at timestamptz not null,
        version integer not null default 1,
        constraint payments_one_subject check
          (num_nonnulls(booking_id, reservation_id, proposal_id, proposal_guest_id, ticket_id) = 1),
        constraint payments_stripe_intent_id_key unique (tenant_id, brand_id, stripe_intent_id),
        constraint payments_paid_card_has_intent check
          (method <> 'card' or received_at is null or stripe_intent_id is not null),
        constraint payments_guest_share_has_guest check
          (kind <> 'guest_share' or proposal_guest_id is not null),
        {IN_ITS_CURRENCY.format("payments")},
        constraint payments_card_has_no_hand check
          (method = 'card' or status not in ('requires_action', 'disputed', 'dispute_lost')),
        constraint payments_paid_has_time check (received_at is not null or status not in
          ('succeeded', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost'))
        """,
        refs=[
            Ref("booking_id", "bookings", also=("customer_id",)),
            Ref("reservation_id", "reservations", also=("customer_id",)),
            Ref("proposal_id", "proposals", also=("customer_id",)),
            Ref("proposal_guest_id", "proposal_guests"),
            Ref("ticket_id", "tickets", also=("customer_id",)),
            Ref("customer_id", "customers"),
        ],
        indexes=[
            Index(
                "booking_id, customer_id, created_at",
                "payments of a booking; foreign key to bookings",
            ),
            Index(
                "reservation_id, customer_id",
                "payments of a reservation; foreign key to reservations",
            ),
            Index("proposal_id, customer_id", "payments of a proposal; foreign key to proposals"),
            Index("ticket_id, customer_id", "payments of a ticket; foreign key to tickets"),
            Index("created_at, id", "payments page by creation"),
        ],
        may={
            "customer": May(f"select ({PAYMENT})", f"customer_id = {ACTOR}"),
            "partner": May(f"select ({PAYMENT})", ON_BOOKING),
            "link": May(f"select ({PAYMENT})", ON_BOOKING),
        },
    )
    brand_table(
        "refunds",
        """
        id uuid not null,
        payment_id uuid not null,
        status text not null check (status in ('pending', 'succeeded', 'failed')),
        amount_cents bigint not null check (amount_cents > 0),
        reason text not null,
        stripe_refund_id text,
        created_at timestamptz not null,
        constraint refunds_stripe_refund_id_key unique (tenant_id, brand_id, stripe_refund_id)
        """,
        refs=[Ref("payment_id", "payments")],
        may={
            name: May(
                "select (tenant_id, brand_id, id, payment_id, status, amount_cents, created_at)",
                "exists (select 1 from payments p where p.id = payment_id)",
            )
            for name in ("customer", "partner", "link")
        },
    )
    brand_table(
        "invoices",
        f"""
        id uuid not null,
        {NUMBER.format("invoices", "INV-")},
        booking_id uuid not null,
        kind text not null check (kind in ('deposit', 'final')),
        status text not null check (status in ('draft', 'sent', 'paid', 'overdue', 'void')),
        currency text not null,
        lines jsonb not null,
        subtotal_cents bigint not null check (subtotal_cents >= 0),
        tax_cents bigint not null check (tax_cents >= 0),
        total_cents bigint not null check (total_cents = subtotal_cents + tax_cents),
        issued_on date not null,
        due_on date not null,
        version integer not null default 1,
        constraint invoices_number_key unique (tenant_id, brand_id, number),
        {IN_ITS_CURRENCY.format("invoices")},
        constraint invoices_due_after_issue check (due_on >= issued_on)
        """,
        refs=[Ref("booking_id", "bookings")],
        indexes=[Index("issued_on, id", "invoices by day")],
        may={
            name: May("select", f"status <> 'draft' and {ON_BOOKING}")
            for name in ("customer", "link")
        },
    )


def downgrade() -> None:
    drop_tables(TABLES)
