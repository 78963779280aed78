"""Multi-day proposals with days, stops, inclusions and guests; shared tours and tickets."""

from migrations.tables import (
    ACTOR,
    OBJECT,
    OWNED,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
    permit,
    run,
)
from migrations.trade import IN_ITS_CURRENCY, NUMBER

revision = "0007"
down_revision = "0006"
TABLES = (
    "proposals",
    "proposal_days",
    "proposal_stops",
    "proposal_inclusions",
    "proposal_guests",
    "shared_tours",
    "tickets",
)
ON_PROPOSAL = "exists (select 1 from proposals p where p.id = proposal_id)"
SEEN = {name: May("select", ON_PROPOSAL) for name in ("link", "customer")}
CLIENT = (
    "tenant_id, brand_id, id, number, status, planning_phase, title, customer_id, party_size,"
    " starts_on, ends_on, valid_until, currency, subtotal_cents, discount_cents, tax_cents,"
    " gratuity_cents, total_cents, deposit_cents, individual_billing, sent_at, viewed_at,"
    " accepted_at, client_notes, created_at, version"
)


def upgrade() -> None:
    _proposals()
    _plan()
    _prices()
    _shared_tours()


def _proposals() -> None:
    brand_table(
        "proposals",
        f"""
        id uuid not null,
        {NUMBER.format("proposals", "TP-")},
        status text not null default 'draft' check (status in
          ('draft', 'sent', 'viewed', 'accepted', 'converted', 'declined', 'expired')),
        planning_phase text not null default 'proposal'
          check (planning_phase in ('proposal', 'active_planning', 'finalized')),
        title text not null,
        customer_id uuid not null,
        inquiry_id uuid,
        party_size integer not null check (party_size >= 1),
        starts_on date not null,
        ends_on date not null,
        valid_until timestamptz not null,
        currency text not null check (currency ~ '^[A-Z]{{3}}$'),
        discount_ppm integer not null default 0 check (discount_ppm between 0 and 1000000),
        gratuity_ppm integer not null default 0 check (gratuity_ppm between 0 and 1000000),
        subtotal_cents bigint not null default 0 check (subtotal_cents >= 0),
        discount_cents bigint not null default 0 check (discount_cents >= 0),
        tax_cents bigint not null default 0 check (tax_cents >= 0),
        gratuity_cents bigint not null default 0 check (gratuity_cents >= 0),
        total_cents bigint not null default 0 check (total_cents >= 0),
        deposit_cents bigint not null default 0 check (deposit_cents >= 0),
        individual_billing boolean not null default false,
        client_notes text,
        internal_notes text,
        sent_at timestamptz,
        viewed_at timestamptz,
        accepted_at timestamptz,
        signature_name text check (btrim(signature_name) <> ''),
        terms_accepted_at timestamptz,
        archived_at timestamptz,
        created_at timestamptz not null,
        version integer not null default 1,
        constraint proposals_number_key unique (tenant_id, brand_id, number),
        constraint proposals_id_customer_id_key unique (tenant_id, brand_id, id, customer_id),
        {IN_ITS_CURRENCY.format("proposals")},
        constraint proposals_dates_ordered check (ends_on >= starts_on),
        constraint proposals_discount_is_its_percentage check
          (discount_cents = round(subtotal_cents * discount_ppm::numeric / 1000000)),
        constraint proposals_gratuity_is_its_percentage check (gratuity_cents
          = round((subtotal_cents - discount_cents) * gratuity_ppm::numeric / 1000000)),
        constraint proposals_total_adds_up check
          (total_cents = subtotal_cents - discount_cents + tax_cents + gratuity_cents),
        constraint proposals_deposit_within_total check (deposit_cents <= total_cents),
        constraint proposals_accepted_while_valid check (accepted_at <= valid_until),
        constraint proposals_accepted_is_signed check (status not in ('accepted', 'converted') or
          (accepted_at is not null and signature_name is not null
           and terms_accepted_at is not null))
        """,
        refs=[Ref("customer_id", "customers"), Ref("inquiry_id", "inquiries")],
        indexes=[
            Index("created_at, id", "proposals page by creation"),
            Index("starts_on, id", "proposals page by first day"),
        ],
        may={
            "customer": May(f"select ({CLIENT})", f"customer_id = {ACTOR} and status <> 'draft'"),
            "link": May(f"select ({CLIENT})", f"id = {OBJECT} and status <> 'draft'"),
        },
    )
    run(
        "alter table bookings add column proposal_id uuid, add constraint bookings_proposal_id_fkey"
        " foreign key (tenant_id, brand_id, proposal_id)"
        " references proposals (tenant_id, brand_id, id);"
        "create index bookings_proposal_id_idx on bookings (tenant_id, brand_id, proposal_id);"
        "comment on index bookings_proposal_id_idx is"
        " 'foreign key to proposals; batch of bookings by proposal_id'"
    )


def _plan() -> None:
    brand_table(
        "proposal_days",
        """
        id uuid not null,
        proposal_id uuid not null,
        position integer not null check (position >= 1),
        on_date date not null,
        title text,
        constraint proposal_days_position_key unique (tenant_id, brand_id, proposal_id, position)
          deferrable initially deferred,
        constraint proposal_days_id_proposal_id_key unique (tenant_id, brand_id, id, proposal_id)
        """,
        refs=[Ref("proposal_id", "proposals", indexed=False)],
        may=SEEN,
        staff=OWNED,
    )
    brand_table(
        "proposal_stops",
        """
        id uuid not null,
        proposal_id uuid not null,
        day_id uuid not null,
        position integer not null check (position >= 1),
        kind text not null check (kind in ('pickup', 'winery', 'restaurant', 'hotel_checkin',
          'hotel_checkout', 'activity', 'dropoff', 'custom')),
        winery_id uuid,
        restaurant_id uuid,
        hotel_id uuid,
        name text,
        starts_at_local time,
        minutes integer not null default 60 check (minutes between 30 and 240),
        driver_notes text,
        constraint proposal_stops_position_key unique (tenant_id, brand_id, day_id, position)
          deferrable initially deferred,
        constraint proposal_stops_day_id_fkey foreign key (tenant_id, brand_id, day_id, proposal_id)
          references proposal_days (tenant_id, brand_id, id, proposal_id),
        constraint proposal_stops_place_fits check (
          (winery_id is not null) = (kind = 'winery')
          and (restaurant_id is not null) = (kind = 'restaurant')
          and (hotel_id is not null) = (kind in ('hotel_checkin', 'hotel_checkout')))
        """,
        refs=[
            Ref("proposal_id", "proposals"),
            Ref("winery_id", "wineries", "shared", indexed=False),
            Ref("restaurant_id", "restaurants", "shared", indexed=False),
            Ref("hotel_id", "hotels", "shared", indexed=False),
        ],
        indexes=[
            Index("proposal_id, day_id", "foreign keys to proposals and to their days"),
            Index("winery_id", "foreign key to wineries, whichever brand", keyed=False),
            Index("restaurant_id", "foreign key to restaurants, whichever brand", keyed=False),
            Index("hotel_id", "foreign key to hotels, whichever brand", keyed=False),
        ],
        may={
            name: May(
                "select (tenant_id, brand_id, id, proposal_id, day_id, position, kind, winery_id,"
                " restaurant_id, hotel_id, name, starts_at_local, minutes)",
                ON_PROPOSAL,
            )
            for name in ("link", "customer")
        },
        staff=OWNED,
    )


def _prices() -> None:
    brand_table(
        "proposal_inclusions",
        """
        id uuid not null,
        proposal_id uuid not null,
        position integer not null check (position >= 1),
        kind text not null check (kind in ('transportation', 'chauffeur', 'planning_fee',
          'arranged_tasting', 'lodging', 'dining', 'custom')),
        label text not null,
        pricing text not null check (pricing in ('flat', 'per_person', 'per_day')),
        unit_cents bigint not null check (unit_cents >= 0),
        quantity integer not null default 1 check (quantity >= 1),
        line_cents bigint not null check (line_cents >= 0),
        taxable boolean not null,
        shown boolean not null default true,
        constraint proposal_inclusions_position_key
          unique (tenant_id, brand_id, proposal_id, position) deferrable initially deferred
        """,
        refs=[Ref("proposal_id", "proposals", indexed=False)],
        may={name: May("select", f"shown and {ON_PROPOSAL}") for name in ("link", "customer")},
        staff=OWNED,
    )
    brand_table(
        "proposal_guests",
        """
        id uuid not null,
        proposal_id uuid not null,
        position integer not null check (position >= 1),
        name text not null,
        email text check (email = lower(btrim(email)) and email like '%_@_%'),
        rsvp text not null default 'pending' check (rsvp in ('pending', 'yes', 'no')),
        dietary text,
        room text,
        sponsored boolean not null default false,
        override_cents bigint check (override_cents >= 0),
        owed_cents bigint check (owed_cents >= 0),
        paid_cents bigint not null default 0 check (paid_cents >= 0),
        constraint proposal_guests_position_key unique (tenant_id, brand_id, proposal_id, position)
          deferrable initially deferred,
        constraint proposal_guests_share_fits check (owed_cents is null
          or (sponsored and owed_cents = 0)
          or (not sponsored and override_cents is not null and owed_cents = override_cents)
          or (not sponsored and override_cents is null and owed_cents > 0))
        """,
        refs=[Ref("proposal_id", "proposals", indexed=False)],
        may={"customer": May("select", ON_PROPOSAL), "link": May("select", f"id = {OBJECT}")},
        staff=OWNED,
    )


def _shared_tours() -> None:
    brand_table(
        "shared_tours",
        f"""
        id uuid not null,
        title text not null,
        status text not null default 'scheduled'
          check (status in ('scheduled', 'completed', 'cancelled')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        time_zone text not null,
        guests_min integer not null default 2 check (guests_min between 2 and 14),
        guests_max integer not null default 14 check (guests_max between 2 and 14),
        currency text not null,
        seat_cents bigint not null check (seat_cents >= 0),
        seat_with_lunch_cents bigint not null check (seat_with_lunch_cents >= seat_cents),
        sales_close_at timestamptz not null,
        cancel_until timestamptz not null,
        vehicle_id uuid,
        version integer not null default 1,
        constraint shared_tours_end_after_start check (ends_at > starts_at),
        constraint shared_tours_guests_ordered check (guests_max >= guests_min),
        constraint shared_tours_closes_before_start check (sales_close_at <= starts_at),
        constraint shared_tours_sells_while_it_cancels check (sales_close_at <= cancel_until),
        constraint shared_tours_cancels_before_start check (cancel_until <= starts_at),
        {IN_ITS_CURRENCY.format("shared_tours")}
        """,
        refs=[Ref("vehicle_id", "vehicles", "operator", indexed=False)],
        indexes=[Index("starts_at, id", "shared tours page by start")],
        may={name: May("select") for name in ("site", "customer", "link", "partner")},
    )
    run(
        "create index shared_tours_vehicle_id_idx on shared_tours (tenant_id, vehicle_id);"
        "comment on index shared_tours_vehicle_id_idx is 'foreign key to vehicles, whichever brand'"
    )
    brand_table(
        "tickets",
        f"""
        id uuid not null,
        {NUMBER.format("tickets", "ST-")},
        shared_tour_id uuid not null,
        customer_id uuid not null,
        status text not null default 'pending' check (status in
          ('pending', 'confirmed', 'checked_in', 'no_show', 'cancelled')),
        guests integer not null check (guests between 1 and 6),
        with_lunch boolean not null,
        currency text not null,
        subtotal_cents bigint not null check (subtotal_cents >= 0),
        tax_cents bigint not null check (tax_cents >= 0),
        total_cents bigint not null check (total_cents = subtotal_cents + tax_cents),
        created_at timestamptz not null,
        version integer not null default 1,
        constraint tickets_number_key unique (tenant_id, brand_id, number),
        {IN_ITS_CURRENCY.format("tickets")},
        constraint tickets_id_customer_id_key unique (tenant_id, brand_id, id, customer_id)
        """,
        refs=[Ref("shared_tour_id", "shared_tours"), Ref("customer_id", "customers")],
    )
    permit("tickets", "customer", "select", f"customer_id = {ACTOR}")
    permit("tickets", "link", "select", f"id = {OBJECT}")


def downgrade() -> None:
    run("alter table bookings drop column proposal_id")
    drop_tables(TABLES)
