-- name: vans_of_booking
-- The vans of a booking with their seats; a draft has none yet.
select
    v.id,
    v.seats
from booking_vehicles as bv
inner join bookings as b on bv.booking_id = b.id
inner join vehicles as v on bv.vehicle_id = v.id
where bv.booking_id = %(id)s and b.status <> 'draft'
order by v.id;

-- name: lock_sold
-- What a party decides of one booking, locked against a concurrent change.
select
    b.id, b.status, b.tour_type, b.party_size, b.starts_at, b.ends_at, b.version, b.subtotal_cents,
    b.discount_cents, b.tax_cents, b.total_cents, b.deposit_cents,
    b.deposit_received_at is not null, b.number, b.currency,
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'kind', l.kind, 'label', l.label, 'rule', l.rule,
                        'quantity_thousandths', l.quantity_thousandths,
                        'unit_cents', l.unit_cents, 'amount_cents', l.amount_cents,
                        'taxable', l.taxable
                    )
                    order by l.position
                ),
                '[]'
            )
        from booking_price_lines as l
        where l.booking_id = b.id
    ),
    b.sold_as
from bookings as b
where b.id = %(id)s
for update of b;

-- name: update_party
-- The new party of a booking, and what it costs.
update bookings
set
    party_size = %(party_size)s, subtotal_cents = %(subtotal_cents)s,
    discount_cents = %(discount_cents)s, tax_cents = %(tax_cents)s, total_cents = %(total_cents)s,
    deposit_cents = %(deposit_cents)s, sold_as = %(sold_as)s::jsonb, version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;

-- name: remove_lines
-- The lines that a new price takes the place of; the event keeps them.
delete from booking_price_lines
where booking_id = %(id)s;

-- name: insert_lines
-- The lines of a new price, in their order.
insert into booking_price_lines
(
    id, booking_id, position, kind, label, rule, quantity_thousandths, unit_cents, amount_cents,
    taxable
)
select
    l.id, %(booking_id)s, l.position, l.kind, l.label, l.rule, l.quantity_thousandths,
    l.unit_cents, l.amount_cents, l.taxable
from jsonb_populate_recordset(null::booking_price_lines, %(lines)s::jsonb) as l;

-- name: leave_vans
-- Vans that the party does not need any more.
delete from booking_vehicles
where booking_id = %(id)s and vehicle_id = any(%(vehicles)s::uuid[]);

-- name: free_vans
-- What they took is free again.
update blocks set released_at = %(now)s
where booking_id = %(id)s and vehicle_id = any(%(vehicles)s::uuid[]) and released_at is null;

-- name: seat_guests
-- How many each van carries; one that is new is put on the booking.
insert into booking_vehicles (booking_id, vehicle_id, party_size)
select %(booking_id)s, v.vehicle_id, v.guests
from unnest(%(vehicles)s::uuid[], %(guests)s::integer[]) as v (vehicle_id, guests)
on conflict on constraint booking_vehicles_pkey do update
    set party_size = excluded.party_size;

-- name: take_vans
-- The time of the vans that are new; the exclusion constraint decides.
insert into blocks (id, brand_id, vehicle_id, booking_id, kind, starts_at, ends_at)
select v.block_id, b.brand_id, v.vehicle_id, b.id, 'booking', b.starts_at, %(until)s
from bookings as b
cross join unnest(%(block_ids)s::uuid[], %(vehicles)s::uuid[]) as v (block_id, vehicle_id)
where b.id = %(booking_id)s;
