"""What is asked for and what is sold: customers, inquiries, tasks, reservations and bookings."""

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
    role,
    run,
)
from migrations.trade import (
    BOOKING,
    DRIVEN,
    EMAIL,
    IN_ITS_CURRENCY,
    NUMBER,
    ON_BOOKING,
    PHONE,
    SEEN,
    SOURCES,
    TOUR_TYPES,
    blocks,
    what_others_see,
)

revision = "0006"
down_revision = "0005"
TABLES = (
    "customers",
    "inquiries",
    "tasks",
    "reservations",
    "bookings",
    "app_grants",
    "booking_price_lines",
    "booking_stops",
    "booking_vehicles",
    "booking_drivers",
    "blocks",
)


def upgrade() -> None:
    _customers()
    _leads()
    _reservations()
    _bookings()
    _owned_by_bookings()
    _assignments()
    blocks()
    what_others_see()


def _customers() -> None:
    brand_table(
        "customers",
        f"""
        id uuid not null,
        name text not null check (btrim(name) <> ''),
        email text {EMAIL.format("email")},
        phone text {PHONE.format("phone")},
        preferences jsonb not null default '{{}}',
        vip boolean not null default false,
        consents jsonb not null default '{{}}',
        tags text[] not null default '{{}}',
        internal_notes text,
        stripe_customer_id text,
        archived_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        version integer not null default 1,
        search text generated always as
          (lower(name) || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')) stored,
        constraint customers_email_key unique (tenant_id, brand_id, email),
        constraint customers_stripe_customer_id_key unique (tenant_id, brand_id, stripe_customer_id)
        """,
        indexes=[
            Index("name, id", "customers page by name"),
            Index("created_at, id", "customers page by creation"),
        ],
    )


def _leads() -> None:
    brand_table(
        "inquiries",
        f"""
        id uuid not null,
        {NUMBER.format("inquiries", "EXP-")},
        status text not null default 'new'
          check (status in ('new', 'contacted', 'quoted', 'won', 'lost')),
        customer_id uuid,
        name text not null,
        email text {EMAIL.format("email")},
        phone text {PHONE.format("phone")},
        wished_on date,
        party_size integer check (party_size >= 1),
        tour_type text check (tour_type in ({TOUR_TYPES})),
        message text,
        source text not null check (source in ({SOURCES})),
        created_at timestamptz not null,
        version integer not null default 1,
        search text generated always as (lower(number) || ' ' || lower(name) || ' '
          || coalesce(email, '') || ' ' || coalesce(phone, '')) stored,
        constraint inquiries_number_key unique (tenant_id, brand_id, number)
        """,
        refs=[Ref("customer_id", "customers")],
        indexes=[Index("created_at, id", "inquiries page by creation")],
    )
    brand_table(
        "tasks",
        """
        id uuid not null,
        kind text not null,
        title text not null,
        subject_kind text not null check (subject_kind in
          ('inquiry', 'customer', 'reservation', 'booking', 'proposal', 'payment', 'vehicle',
           'driver')),
        subject_id uuid not null,
        assignee_id uuid,
        due_at timestamptz not null,
        done_at timestamptz,
        done_by_id uuid,
        created_at timestamptz not null,
        version integer not null default 1,
        constraint tasks_done_by_somebody check ((done_at is null) = (done_by_id is null))
        """,
        refs=[
            Ref("assignee_id", "staff_users", "operator", indexed=False),
            Ref("done_by_id", "staff_users", "operator", indexed=False),
        ],
        indexes=[
            Index("due_at, id", "tasks page by due time"),
            Index("subject_id", "tasks of one entity"),
            Index(
                "tenant_id, assignee_id", "foreign key to staff_users, whichever brand", keyed=False
            ),
            Index(
                "tenant_id, done_by_id", "foreign key to staff_users, whichever brand", keyed=False
            ),
        ],
    )


def _reservations() -> None:
    brand_table(
        "reservations",
        f"""
        id uuid not null,
        {NUMBER.format("reservations", "RES-")},
        status text not null default 'pending' check (status in
          ('pending', 'contacted', 'confirmed', 'converted', 'cancelled', 'expired')),
        customer_id uuid not null,
        inquiry_id uuid,
        preferred_on date not null,
        alternate_on date,
        party_size integer not null check (party_size >= 1),
        tour_type text not null check (tour_type in ({TOUR_TYPES})),
        method text not null check (method in ('card', 'check')),
        currency text not null,
        deposit_cents bigint not null check (deposit_cents >= 0),
        consult_by timestamptz not null,
        special_requests text,
        internal_notes text,
        created_at timestamptz not null,
        version integer not null default 1,
        constraint reservations_number_key unique (tenant_id, brand_id, number),
        constraint reservations_consultation_within_a_day
          check (consult_by = created_at + interval '24 hours'),
        {IN_ITS_CURRENCY.format("reservations")},
        constraint reservations_id_customer_id_key unique (tenant_id, brand_id, id, customer_id)
        """,
        refs=[Ref("customer_id", "customers"), Ref("inquiry_id", "inquiries")],
        indexes=[
            Index("created_at, id", "reservations page by creation"),
            Index("preferred_on, id", "reservations page by preferred date"),
        ],
    )


def _bookings() -> None:
    brand_table(
        "bookings",
        f"""
        id uuid not null,
        {NUMBER.format("bookings", "")},
        status text not null check (status in ('held', 'draft', 'pending', 'confirmed', 'assigned',
          'in_progress', 'completed', 'cancelled', 'expired')),
        tour_type text not null check (tour_type in ({TOUR_TYPES})),
        source text not null check (source in ({SOURCES})),
        customer_id uuid,
        customer_name text,
        customer_email text {EMAIL.format("customer_email")},
        customer_phone text {PHONE.format("customer_phone")},
        guest_first_name text generated always as (split_part(customer_name, ' ', 1)) stored,
        sold_by_app_id uuid,
        inquiry_id uuid,
        reservation_id uuid,
        party_size integer not null check (party_size >= 1),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        time_zone text not null,
        pickup text,
        dropoff text,
        special_requests text,
        internal_notes text,
        driver_notes text,
        currency text not null check (currency ~ '^[A-Z]{{3}}$'),
        subtotal_cents bigint not null check (subtotal_cents >= 0),
        discount_cents bigint not null default 0 check (discount_cents >= 0),
        tax_cents bigint not null check (tax_cents >= 0),
        total_cents bigint not null check (total_cents >= 0),
        deposit_cents bigint not null check (deposit_cents >= 0),
        balance_cents bigint generated always as (total_cents - deposit_cents) stored,
        policy jsonb not null,
        deposit_received_at timestamptz,
        deposit_waiver_reason text check (btrim(deposit_waiver_reason) <> ''),
        hold_expires_at timestamptz,
        no_show boolean not null default false,
        cancelled_at timestamptz,
        cancel_reason text,
        completed_at timestamptz,
        archived_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        version integer not null default 1,
        search text generated always as (lower(number) || ' ' || lower(coalesce(customer_name, ''))
          || ' ' || coalesce(customer_email, '') || ' ' || coalesce(customer_phone, '')) stored,
        constraint bookings_number_key unique (tenant_id, brand_id, number),
        {IN_ITS_CURRENCY.format("bookings")},
        constraint bookings_id_customer_id_key unique (tenant_id, brand_id, id, customer_id),
        constraint bookings_end_after_start check (ends_at > starts_at),
        constraint bookings_total_adds_up
          check (total_cents = subtotal_cents - discount_cents + tax_cents),
        constraint bookings_deposit_within_total check (deposit_cents <= total_cents),
        constraint bookings_sold_to_somebody check
          (customer_id is not null or status in ('held', 'draft', 'expired', 'cancelled')),
        constraint bookings_hold_has_an_end check (status <> 'held' or hold_expires_at is not null),
        constraint bookings_confirmed_needs_deposit check
          (status not in ('confirmed', 'assigned', 'in_progress', 'completed')
           or deposit_received_at is not null or deposit_waiver_reason is not null),
        constraint bookings_no_show_is_completed check (not no_show or status = 'completed')
        """,
        refs=[
            Ref("customer_id", "customers"),
            Ref("sold_by_app_id", "apps"),
            Ref("inquiry_id", "inquiries"),
            Ref("reservation_id", "reservations"),
        ],
        indexes=[
            Index("starts_at, id", "bookings page by start"),
            Index("created_at, id", "bookings page by creation"),
            Index("customer_id, starts_at", "bookings of a customer; foreign key to customers"),
            Index("sold_by_app_id, starts_at", "what a partner sold; foreign key to apps"),
        ],
        may={
            "customer": May(f"select ({BOOKING})", f"customer_id = {ACTOR}"),
            "link": May(f"select ({BOOKING})", f"id = {OBJECT}"),
        },
    )


def _owned_by_bookings() -> None:
    brand_table(
        "app_grants",
        "app_id uuid not null, booking_id uuid not null, granted_at timestamptz not null",
        key="app_id, booking_id",
        refs=[Ref("app_id", "apps", indexed=False), Ref("booking_id", "bookings")],
        may={"partner": May("select", f"app_id = {ACTOR}")},
        staff=OWNED,
    )
    sold_or_granted = (
        f"sold_by_app_id = {ACTOR}"
        " or exists (select 1 from app_grants g where g.booking_id = bookings.id)"
    )
    permit("bookings", "partner", f"select ({BOOKING})", sold_or_granted)
    brand_table(
        "booking_price_lines",
        """
        id uuid not null,
        booking_id uuid not null,
        position integer not null check (position >= 1),
        kind text not null check (kind in ('rate', 'package', 'wait', 'discount', 'fee', 'tax')),
        label text not null,
        rule text not null,
        quantity_thousandths integer not null default 1000,
        unit_cents bigint not null,
        amount_cents bigint not null,
        taxable boolean not null,
        constraint booking_price_lines_position_key
          unique (tenant_id, brand_id, booking_id, position) deferrable initially deferred
        """,
        refs=[Ref("booking_id", "bookings", indexed=False)],
        may=SEEN,
        staff=OWNED,
    )
    brand_table(
        "booking_stops",
        """
        id uuid not null,
        booking_id uuid not null,
        position integer not null check (position >= 1),
        kind text not null check (kind in ('pickup', 'winery', 'restaurant', 'hotel_checkin',
          'hotel_checkout', 'activity', 'dropoff', 'custom')),
        winery_id uuid,
        restaurant_id uuid,
        hotel_id uuid,
        name text,
        address text,
        planned_arrival_at timestamptz,
        minutes integer not null default 60 check (minutes between 30 and 240),
        arrived_at timestamptz,
        departed_at timestamptz,
        third_party_status text not null default 'none' check (third_party_status in
          ('none', 'requested', 'confirmed', 'waitlisted', 'declined', 'cancelled')),
        constraint booking_stops_position_key unique (tenant_id, brand_id, booking_id, position)
          deferrable initially deferred,
        constraint booking_stops_place_fits check (
          (winery_id is not null) = (kind = 'winery')
          and (restaurant_id is not null) = (kind = 'restaurant')
          and (hotel_id is not null) = (kind in ('hotel_checkin', 'hotel_checkout'))),
        constraint booking_stops_departed_after_arrived check (departed_at >= arrived_at)
        """,
        refs=[
            Ref("booking_id", "bookings", indexed=False),
            Ref("winery_id", "wineries", "shared", indexed=False),
            Ref("restaurant_id", "restaurants", "shared", indexed=False),
            Ref("hotel_id", "hotels", "shared", indexed=False),
        ],
        indexes=[
            Index(
                "winery_id, tenant_id, brand_id",
                "bookings that visit a winery; foreign key to wineries, whichever brand",
                keyed=False,
            ),
            Index("restaurant_id", "foreign key to restaurants, whichever brand", keyed=False),
            Index("hotel_id", "foreign key to hotels, whichever brand", keyed=False),
        ],
        may={**SEEN, "driver": May("select, update (arrived_at, departed_at)", ON_BOOKING)},
        staff=OWNED,
    )


def _assignments() -> None:
    brand_table(
        "booking_vehicles",
        "booking_id uuid not null, vehicle_id uuid not null,"
        " party_size integer not null check (party_size >= 1)",
        key="booking_id, vehicle_id",
        refs=[
            Ref("booking_id", "bookings", indexed=False),
            Ref("vehicle_id", "vehicles", "operator", indexed=False),
        ],
        indexes=[Index("vehicle_id, booking_id", "bookings of a vehicle")],
        may={**SEEN, "driver": May("select", ON_BOOKING)},
        staff=OWNED,
    )
    run(
        "create index booking_vehicles_fleet_idx on booking_vehicles (tenant_id, vehicle_id);"
        "comment on index booking_vehicles_fleet_idx is 'foreign key to vehicles, whichever brand'"
    )
    brand_table(
        "booking_drivers",
        "booking_id uuid not null, driver_id uuid not null, assigned_at timestamptz not null",
        key="booking_id, driver_id",
        refs=[
            Ref("booking_id", "bookings", indexed=False),
            Ref("driver_id", "drivers", "operator", indexed=False),
        ],
        indexes=[Index("driver_id, booking_id", "bookings of a driver")],
        may={**SEEN, "driver": May("select", f"driver_id = {ACTOR}")},
        staff=OWNED,
    )
    run(
        "create index booking_drivers_fleet_idx on booking_drivers (tenant_id, driver_id);"
        "comment on index booking_drivers_fleet_idx is 'foreign key to drivers, whichever brand'"
    )
    on_tour = "exists (select 1 from booking_drivers d where d.booking_id = bookings.id)"
    permit("bookings", "driver", f"select ({DRIVEN})", on_tour)


def downgrade() -> None:
    drop_tables(TABLES)
    for name in ("link", "customer", "partner"):
        run(f"revoke all on vehicles, drivers from {role(name)}")
    run(f"revoke all on vehicles from {role('driver')}")
