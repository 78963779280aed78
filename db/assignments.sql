-- name: lock_tour
-- Queue behind everybody who changes the tour; what is read afterwards is the present.
select id
from bookings
where id = %(id)s
for no key update;

-- name: tour
-- A booking with its vans, their guests and its drivers, and how long its guests stay at stops.
select
    b.id, b.number, b.status, b.version, b.party_size, b.starts_at, b.ends_at, t.buffer_minutes,
    (
        select coalesce(sum(s.minutes), 0)
        from booking_stops as s
        where s.booking_id = b.id and s.kind not in ('pickup', 'dropoff')
    ),
    array(
        select w.vehicle_id
        from booking_vehicles as w
        where w.booking_id = b.id
        order by w.vehicle_id
    ),
    array(
        select v.seats
        from booking_vehicles as w
        inner join vehicles as v on w.vehicle_id = v.id
        where w.booking_id = b.id
        order by w.vehicle_id
    ),
    array(
        select w.party_size
        from booking_vehicles as w
        where w.booking_id = b.id
        order by w.vehicle_id
    ),
    array(
        select d.driver_id
        from booking_drivers as d
        where d.booking_id = b.id
        order by d.driver_id
    )
from bookings as b
cross join tenants as t
where b.id = %(id)s;

-- name: insert_vehicle
-- A van of a booking, with the guests that it takes.
insert into booking_vehicles (booking_id, vehicle_id, party_size, faults_overridden)
values (%(booking_id)s, %(vehicle_id)s, %(guests)s, %(overridden)s);

-- name: delete_vehicle
-- Take a van off a booking; the events keep that it was there.
delete from booking_vehicles
where booking_id = %(booking_id)s and vehicle_id = %(vehicle_id)s;

-- name: insert_driver
-- A driver of a booking.
insert into booking_drivers (booking_id, driver_id, assigned_at)
values (%(booking_id)s, %(driver_id)s, %(now)s);

-- name: delete_driver
-- Take a driver off a booking; the events keep that they were there.
delete from booking_drivers
where booking_id = %(booking_id)s and driver_id = %(driver_id)s;

-- name: insert_block
-- The time of a van or driver that the tour and the pause behind it take.
insert into blocks
(id, brand_id, booking_id, vehicle_id, driver_id, kind, starts_at, ends_at)
select
    %(id)s as block_id, b.brand_id, b.id, %(vehicle_id)s, %(driver_id)s, 'booking',
    b.starts_at, %(blocked_until)s
from bookings as b
where b.id = %(booking_id)s;

-- name: release_block
-- A van or driver that leaves a booking is free again.
update blocks
set released_at = %(now)s
where
    booking_id = %(booking_id)s and released_at is null
    and coalesce(vehicle_id, driver_id) = %(resource_id)s;

-- name: update_state
-- The status and version of a booking.
update bookings
set status = %(next_status)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: free_vans
-- Vans in service that nothing blocks between two instants, whichever brand's tours do.
with busy as (
    select k.vehicle_id
    from
        busy_periods(
            (select array_agg(v.id) from vehicles as v), '{}',
            %(starts_at)s::timestamptz, %(ends_at)s::timestamptz
        ) as k
)

select id, seats
from vehicles
where
    status = 'active' and archived_at is null
    and not exists (select 1 from busy where busy.vehicle_id = vehicles.id);
