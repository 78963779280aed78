-- name: selling_terms
-- Opening, closing and buffer of a tour's day; how long a hold lasts and how numbers begin today.
with
of_today as (
    select hold_minutes, number_prefix
    from brand_settings
    where effective_from <= %(today)s
    order by effective_from desc
    limit 1
)

select s.opens_at, s.closes_at, t.buffer_minutes, n.hold_minutes, n.number_prefix
from brand_settings as s
cross join tenants as t
cross join of_today as n
where s.effective_from <= %(day)s
order by s.effective_from desc
limit 1;

-- name: insert_booking
-- A booking as it was sold.
insert into bookings
(
    id, number, status, tour_type, source, customer_id, customer_name, customer_email,
    customer_phone, sold_by_app_id, inquiry_id, reservation_id, proposal_id, party_size, starts_at,
    ends_at, time_zone, pickup, dropoff, special_requests, internal_notes, driver_notes, currency,
    subtotal_cents, discount_cents, tax_cents, total_cents, deposit_cents, policy, hold_expires_at,
    sold_as, created_at, updated_at
)
values (
    %(id)s, %(number)s, %(status)s, %(tour_type)s, %(source)s, %(customer_id)s,
    %(customer_name)s, %(customer_email)s, %(customer_phone)s, %(sold_by_app_id)s,
    %(inquiry_id)s, %(reservation_id)s, %(proposal_id)s, %(party_size)s, %(starts_at)s,
    %(ends_at)s, %(time_zone)s, %(pickup)s, %(dropoff)s, %(special_requests)s,
    %(internal_notes)s, %(driver_notes)s, %(currency)s, %(subtotal_cents)s,
    %(discount_cents)s, %(tax_cents)s, %(total_cents)s, %(deposit_cents)s, %(policy)s::jsonb,
    %(hold_expires_at)s, %(sold_as)s::jsonb, %(now)s, %(now)s
);

-- name: insert_parts
-- What belongs to a booking, however much it is: its lines, its stops, its vans and their time.
-- The exclusion constraint decides about the vans.
with
lines as (
    insert into booking_price_lines
    (
        id, booking_id, position, kind, label, rule, quantity_thousandths, unit_cents,
        amount_cents, taxable
    )
    select
        l.id, %(booking_id)s, l.position, l.kind, l.label, l.rule, l.quantity, l.unit, l.amount,
        l.taxable
    from
        unnest(
            %(line_ids)s::uuid[], %(line_kinds)s::text[], %(line_labels)s::text[],
            %(line_rules)s::text[], %(line_quantities)s::integer[], %(line_units)s::bigint[],
            %(line_amounts)s::bigint[], %(line_taxables)s::boolean[]
        )
        with ordinality
            as l (id, kind, label, rule, quantity, unit, amount, taxable, position)
),

stops as (
    insert into booking_stops
    (
        id, booking_id, position, kind, winery_id, restaurant_id, hotel_id, own_place_id, name,
        address, planned_arrival_at, minutes
    )
    select
        s.id, %(booking_id)s, s.position, s.kind, s.winery_id, s.restaurant_id, s.hotel_id,
        s.own_place_id, s.name, s.address, s.planned_arrival_at, s.minutes
    from
        unnest(
            %(stop_ids)s::uuid[], %(stop_kinds)s::text[], %(stop_wineries)s::uuid[],
            %(stop_restaurants)s::uuid[], %(stop_hotels)s::uuid[],
            %(stop_own_places)s::uuid[], %(stop_names)s::text[], %(stop_addresses)s::text[],
            %(stop_arrivals)s::timestamptz[], %(stop_minutes)s::integer[]
        )
        with ordinality as s (
            id, kind, winery_id, restaurant_id, hotel_id, own_place_id, name, address,
            planned_arrival_at, minutes, position
        )
),

vans as (
    insert into booking_vehicles (booking_id, vehicle_id, party_size)
    select %(booking_id)s, v.id, v.guests
    from unnest(%(vehicle_ids)s::uuid[], %(vehicle_guests)s::integer[]) as v (id, guests)
)

insert into blocks
(id, brand_id, vehicle_id, booking_id, kind, starts_at, ends_at, expires_at)
select
    v.block_id,
    b.brand_id,
    v.van_id,
    b.id,
    case b.status when 'held' then 'hold' else 'booking' end,
    b.starts_at, %(blocked_until)s, b.hold_expires_at
from bookings as b
cross join unnest(%(block_ids)s::uuid[], %(vehicle_ids)s::uuid[]) as v (block_id, van_id)
where b.id = %(booking_id)s;

-- name: held_since
-- When a booking was made, and for how many minutes its brand holds today.
select b.created_at, s.hold_minutes
from bookings as b
cross join brand_settings as s
where b.id = %(id)s and s.effective_from <= %(today)s
order by s.effective_from desc
limit 1;
