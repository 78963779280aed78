-- name: assigned_to_booking
-- The vehicles and drivers that a booking has, whether or not it blocks them.
select
    array(
        select bv.vehicle_id
        from booking_vehicles as bv
        where bv.booking_id = %(id)s
        order by bv.vehicle_id
    ),
    array(
        select bd.driver_id
        from booking_drivers as bd
        where bd.booking_id = %(id)s
        order by bd.driver_id
    );

-- name: lock_closed
-- What decides whether a booking that is off comes back, locked against a concurrent change.
select
    b.id, b.status, b.starts_at, b.ends_at, b.version, b.customer_id, b.cancelled_at,
    b.cancel_reason, b.refund_due_cents, b.deposit_cents, b.deposit_received_at,
    t.buffer_minutes,
    (
        select count(*)
        from booking_vehicles as bv
        inner join vehicles as v on bv.vehicle_id = v.id
        where
            bv.booking_id = b.id
            and (v.status in ('out_of_service', 'retired') or v.archived_at is not null)
    ),
    (
        select count(*)
        from booking_drivers as bd
        inner join drivers as d on bd.driver_id = d.id
        where bd.booking_id = b.id and (d.status <> 'active' or d.archived_at is not null)
    )
from bookings as b
cross join tenants as t
where b.id = %(id)s
for update of b;

-- name: reopen_booking
-- A booking that is on again; what was to be paid back is kept.
update bookings
set
    status = 'pending', cancelled_at = null, cancel_reason = null, refund_due_cents = null,
    deposit_received_at = %(deposit_received_at)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: block_again
-- New blocks of what the booking has; the exclusion constraints decide.
insert into blocks (id, brand_id, vehicle_id, driver_id, booking_id, kind, starts_at, ends_at)
select a.block_id, b.brand_id, a.vehicle_id, a.driver_id, b.id, 'booking', b.starts_at, %(until)s
from bookings as b
cross join
    unnest(%(block_ids)s::uuid[], %(vehicles)s::uuid[], %(drivers)s::uuid[])
        as a (block_id, vehicle_id, driver_id)
where b.id = %(id)s;
