-- name: lock_booking
-- What the rules need to know of one booking, locked against a concurrent change.
select
    id, number, status, starts_at, ends_at, version, hold_expires_at,
    (
        select max(s.planned_arrival_at)
        from booking_stops as s
        where s.booking_id = bookings.id
    )
from bookings
where id = %(id)s
for update;

-- name: resources_of_booking
-- The vehicles and drivers whose time a booking blocks.
select
    coalesce(array_agg(vehicle_id order by vehicle_id) filter (where vehicle_id is not null), '{}'),
    coalesce(array_agg(driver_id order by driver_id) filter (where driver_id is not null), '{}')
from blocks
where booking_id = %(id)s and released_at is null;

-- name: move_stops
-- Shift planned arrivals by as much as the start moves; runs before the booking itself moves.
update booking_stops as s
set planned_arrival_at = s.planned_arrival_at + (%(starts_at)s::timestamptz - b.starts_at)
from bookings as b
where b.id = %(id)s and s.booking_id = b.id and s.planned_arrival_at is not null;

-- name: update_times
-- The new times and version of a booking.
update bookings
set starts_at = %(starts_at)s, ends_at = %(ends_at)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: move_blocks
-- The new period of every live block of a booking; the exclusion constraints decide.
update blocks
set starts_at = %(starts_at)s, ends_at = %(blocked_until)s
where booking_id = %(id)s and released_at is null;
