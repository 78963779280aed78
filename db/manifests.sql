-- name: tours_of_day
-- The tours between two instants that go or went, without prices, as a driver may read them.
select
    b.id, b.number, b.status, b.tour_type, b.party_size, b.starts_at, b.ends_at, b.pickup,
    b.dropoff, b.guest_first_name, b.driver_notes, b.special_requests,
    array(
        select d.driver_id
        from booking_drivers as d
        where d.booking_id = b.id
        order by d.driver_id
    )
from bookings as b
where
    b.starts_at >= %(since)s and b.starts_at < %(until)s
    and b.status in ('confirmed', 'assigned', 'in_progress', 'completed')
    and (
        %(driver_id)s::uuid is null
        or exists (
            select 1 from booking_drivers as d
            where d.booking_id = b.id and d.driver_id = %(driver_id)s::uuid
        )
    )
order by b.starts_at, b.id
limit %(most)s;

-- name: stops_of_tours
-- The itineraries of several tours, each place by its own name and address.
select
    s.booking_id, s.position, s.kind, coalesce(s.name, w.name, r.name, h.name, o.name),
    coalesce(s.address, w.address, r.address, h.address, o.address), s.planned_arrival_at,
    s.minutes, s.arrived_at, s.departed_at, s.third_party_status
from booking_stops as s
left join wineries as w on s.winery_id = w.id
left join restaurants as r on s.restaurant_id = r.id
left join hotels as h on s.hotel_id = h.id
left join own_places as o on s.own_place_id = o.id
where s.booking_id = any(%(tours)s)
order by s.booking_id, s.position;

-- name: vehicles_of_tours
-- The vans of several tours, and who rides in which.
select bv.booking_id, v.id, v.name, bv.party_size
from booking_vehicles as bv
inner join vehicles as v on bv.vehicle_id = v.id
where bv.booking_id = any(%(tours)s)
order by bv.booking_id, v.name, v.id;

-- name: shared_tours_of_day
-- The shared tours between two instants that go or went, each with its van and its drivers.
select
    s.id, s.title, s.status, s.starts_at, s.ends_at, s.version, v.id as vehicle_id, v.name,
    array(
        select d.driver_id
        from shared_tour_drivers as d
        where d.shared_tour_id = s.id
        order by d.driver_id
    )
from shared_tours as s
left join vehicles as v on s.vehicle_id = v.id
where
    s.starts_at >= %(since)s and s.starts_at < %(until)s
    and s.status in ('scheduled', 'completed')
    and (
        %(driver_id)s::uuid is null
        or exists (
            select 1 from shared_tour_drivers as d
            where d.shared_tour_id = s.id and d.driver_id = %(driver_id)s::uuid
        )
    )
order by s.starts_at, s.id
limit %(most)s;

-- name: parties_of_shared_tours
-- Who sits in several shared tours, by first names; a driver is told of their own.
select shared_tour_id, ticket_id, number, status, guests, with_lunch, first_name, version
from parties_of_shared_tours(%(tours)s, %(now)s);

-- name: names_of_drivers
-- How the drivers are called; a driver sees nobody's name but their own.
select id, name
from drivers
where id = any(%(drivers)s);

-- name: phones_of_tours
-- The telephone of each party, for those who may see a customer.
select id, customer_phone
from bookings
where id = any(%(tours)s);

-- name: phones_on_the_day
-- The telephone of each party of a driver, today's and tomorrow's tours alone.
select booking_id, phone
from phones_on_the_day(%(tours)s);
