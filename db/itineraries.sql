-- name: lock_itinerary
-- Whose stops they are, locked against everybody who changes the booking.
select id, status, starts_at, ends_at, version, hold_expires_at
from bookings
where id = %(id)s
for update;

-- name: lock_stops
-- The stops of a booking in order, locked against a driver who arrives.
select
    id, kind, coalesce(winery_id, restaurant_id, hotel_id), name, address, planned_arrival_at,
    minutes, third_party_status, arrived_at, own_place_id
from booking_stops
where booking_id = %(id)s
order by position
for update;

-- name: known_places
-- Which of these the directory has.
select
    'winery' as place,
    id
from wineries
where id = any(%(wineries)s::uuid[])
union all
select
    'restaurant' as place,
    id
from restaurants
where id = any(%(restaurants)s::uuid[])
union all
select
    'hotel' as place,
    id
from hotels
where id = any(%(hotels)s::uuid[])
union all
select
    'own_' || kind as place,
    id
from own_places
where id = any(%(own_places)s::uuid[]);

-- name: remove_stops
-- Stops that are not on the way any more.
delete from booking_stops
where booking_id = %(id)s and id = any(%(stops)s::uuid[]);

-- name: write_stops
-- Stops that are new, changed or elsewhere in the order; what the driver reports is not touched.
insert into booking_stops
(
    id, booking_id, position, kind, winery_id, restaurant_id, hotel_id, own_place_id, name,
    address, planned_arrival_at, minutes, third_party_status
)
select
    s.id, %(booking_id)s, s.position, s.kind, s.winery_id, s.restaurant_id, s.hotel_id,
    s.own_place_id, s.name, s.address, s.planned_arrival_at, s.minutes, s.third_party_status
from jsonb_populate_recordset(null::booking_stops, %(stops)s::jsonb) as s
on conflict on constraint booking_stops_pkey do update
    set
        position = excluded.position,
        kind = excluded.kind,
        winery_id = excluded.winery_id,
        restaurant_id = excluded.restaurant_id,
        hotel_id = excluded.hotel_id,
        own_place_id = excluded.own_place_id,
        name = excluded.name,
        address = excluded.address,
        planned_arrival_at = excluded.planned_arrival_at,
        minutes = excluded.minutes,
        third_party_status = excluded.third_party_status
    where booking_stops.booking_id = excluded.booking_id;

-- name: itinerary_changed
-- The booking's version counts its stops too.
update bookings
set version = %(version)s, updated_at = %(now)s
where id = %(id)s;
