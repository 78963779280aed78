-- name: tour_of_the_day
-- A booking as the day of its tour needs it.
select id, number, status, version, starts_at, ends_at, time_zone
from bookings
where id = %(id)s;

-- name: readiness
-- How far the vans and drivers of a tour are: inspections since an instant, and who is on duty.
select name, is_driver, in_service, ready_at, done_at, critical
from readiness_of_tour(%(id)s, %(since)s, %(now)s)
order by is_driver, name;

-- name: run_tour
-- The next status of a tour that is still at the version that was seen.
select run_tour(%(id)s, %(seen)s, %(next_status)s, %(no_show)s, %(now)s);

-- name: lock_stops
-- The stops of a tour, locked against a second arrival.
select position, arrived_at, departed_at
from booking_stops
where booking_id = %(id)s
order by position
for no key update;

-- name: update_arrival
-- A stop is reached.
update booking_stops
set arrived_at = %(now)s
where booking_id = %(id)s and position = %(position)s;

-- name: update_departure
-- A stop is left.
update booking_stops
set departed_at = %(now)s
where booking_id = %(id)s and position = %(position)s;
