"""Parts of revision 0006: words and columns, the blocks, and what others than staff see."""

from migrations.tables import ACTOR, OBJECT, Index, May, Ref, fleet_table, permit

EMAIL = "check ({0} = lower(btrim({0})) and {0} like '%_@_%')"
PHONE = "check ({0} ~ '^\\+[1-9][0-9]{{6,14}}$')"
SOURCES = (
    "'website', 'console', 'phone', 'email', 'partner', 'proposal', 'reservation', 'assistant'"
)
TOUR_TYPES = (
    "'wine_tour', 'private_transportation', 'airport_transfer', 'local_transfer', 'corporate',"
    " 'wedding', 'celebration', 'shared_tour', 'custom'"
)
IN_ITS_CURRENCY = (
    "constraint {0}_currency_fkey foreign key (tenant_id, brand_id, currency)"
    " references brands (tenant_id, id, currency)"
)
BOOKING = (
    "tenant_id, brand_id, id, number, status, tour_type, source, customer_id, customer_name,"
    " customer_email, customer_phone, sold_by_app_id, reservation_id, party_size, starts_at,"
    " ends_at, time_zone, pickup, dropoff, special_requests, currency, subtotal_cents,"
    " discount_cents, tax_cents, total_cents, deposit_cents, balance_cents, policy,"
    " deposit_received_at, hold_expires_at, no_show, cancelled_at, completed_at, created_at,"
    " updated_at, version, search"
)
DRIVEN = (
    "tenant_id, brand_id, id, number, status, tour_type, party_size, starts_at, ends_at, time_zone,"
    " pickup, dropoff, guest_first_name, driver_notes, special_requests, created_at, updated_at,"
    " version"
)
NUMBER = (
    "number text not null constraint {0}_number_form"
    " check (number ~ '^[A-Z0-9]{{1,12}}-{1}[0-9]{{4}}-([0-9]{{5}}|[1-9][0-9]{{5,}})$')"
)
ON_BOOKING = "exists (select 1 from bookings b where b.id = booking_id)"
SEEN = {name: May("select", ON_BOOKING) for name in ("link", "customer", "partner")}


def blocks() -> None:
    """The time that vehicles and drivers are taken, by a booking or by nobody."""
    fleet_table(
        "blocks",
        """
        id uuid not null,
        vehicle_id uuid,
        driver_id uuid,
        booking_id uuid,
        kind text not null
          check (kind in ('booking', 'hold', 'maintenance', 'blackout', 'time_off')),
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        expires_at timestamptz,
        released_at timestamptz,
        reason text,
        offset_pair_id uuid,
        offset_pair_side integer check (offset_pair_side in (1, 2)),
        pair_key uuid generated always as (coalesce(offset_pair_id, id)) stored,
        period tstzrange generated always as (tstzrange(starts_at, ends_at)) stored,
        constraint blocks_one_resource check (num_nonnulls(vehicle_id, driver_id) = 1),
        constraint blocks_end_after_start check (ends_at > starts_at),
        constraint blocks_booking_has_brand check (booking_id is null or brand_id is not null),
        constraint blocks_kind_fits
          check ((booking_id is not null) = (kind in ('booking', 'hold'))),
        constraint blocks_hold_expires check ((kind = 'hold') = (expires_at is not null)),
        constraint blocks_pair_has_side
          check ((offset_pair_id is null) = (offset_pair_side is null)),
        constraint blocks_booking_id_fkey foreign key (tenant_id, brand_id, booking_id)
          references bookings (tenant_id, brand_id, id),
        constraint blocks_vehicle_busy exclude using gist
          (tenant_id with =, vehicle_id with =, pair_key with <>, period with &&)
          where (vehicle_id is not null and released_at is null),
        constraint blocks_driver_busy exclude using gist
          (tenant_id with =, driver_id with =, pair_key with <>, period with &&)
          where (driver_id is not null and released_at is null)
        """,
        refs=[Ref("vehicle_id", "vehicles", "operator"), Ref("driver_id", "drivers", "operator")],
        indexes=[
            Index("vehicle_id, starts_at, ends_at", "busy times of a vehicle"),
            Index("driver_id, starts_at, ends_at", "busy times of a driver"),
            Index("brand_id, booking_id", "blocks of a booking"),
            Index("expires_at", "expired holds", where="kind = 'hold' and released_at is null"),
            *(
                Index(
                    f"offset_pair_id, offset_pair_side, {resource}",
                    "an offset pair has two sides: one live block of a resource on each",
                    unique=True,
                    where=f"offset_pair_id is not null and {resource} is not null"
                    " and released_at is null",
                )
                for resource in ("vehicle_id", "driver_id")
            ),
        ],
        may={"driver": May("select", f"driver_id = {ACTOR}")},
    )


def what_others_see() -> None:
    """What customers, partners, links and drivers see of people, reservations and the fleet."""
    own_customer = "exists (select 1 from bookings b where b.customer_id = customers.id)"
    contact = "tenant_id, brand_id, id, name, email, phone, created_at, updated_at, version, search"
    permit("customers", "partner", f"select ({contact})", own_customer)
    permit("customers", "link", f"select ({contact})", own_customer)
    permit(
        "customers",
        "customer",
        f"select ({contact}, preferences, consents)",
        f"id = {ACTOR}",
    )
    reservation = (
        "tenant_id, brand_id, id, number, status, customer_id, preferred_on, alternate_on,"
        " party_size, tour_type, method, currency, deposit_cents, consult_by, special_requests,"
        " created_at, version"
    )
    permit("reservations", "customer", f"select ({reservation})", f"customer_id = {ACTOR}")
    permit("reservations", "link", f"select ({reservation})", f"id = {OBJECT}")
    van = "exists (select 1 from booking_vehicles v where v.vehicle_id = vehicles.id)"
    at_the_wheel = "exists (select 1 from booking_drivers d where d.driver_id = drivers.id)"
    for name in ("link", "customer", "partner"):
        permit("vehicles", name, "select (tenant_id, id, name, seats, status, version)", van)
        permit("drivers", name, "select (tenant_id, id, name, status, version)", at_the_wheel)
    permit("vehicles", "driver", "select", van)
