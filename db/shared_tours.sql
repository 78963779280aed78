-- name: hours_by_day
-- The brand's hours, each from which day on they hold, until a last day.
select s.effective_from, s.opens_at, s.closes_at, t.buffer_minutes
from brand_settings as s
cross join tenants as t
where s.effective_from <= %(last)s
order by s.effective_from;

-- name: fares_by_day
-- The rows of a shared tour's packages that hold on some day of a range.
select
    code, effective_from, effective_to, name, price_cents, minutes, guests_min, guests_max,
    weekdays, start_times
from tour_packages
where
    code = any(%(codes)s) and pricing = 'per_person' and minutes is not null
    and effective_from <= %(last)s and (effective_to is null or effective_to > %(first)s)
order by code, effective_from;

-- name: vans_in_service
-- The ids of the operator's vans that may go on the road.
select id
from vehicles
where status = 'active' and archived_at is null
order by id;

-- name: vans_and_their_times
-- Vans that may go on the road, largest first, with the periods in which they are taken.
select
    v.id, v.seats,
    array_remove(array_agg(b.starts_at order by b.starts_at), null),
    array_remove(array_agg(b.ends_at order by b.starts_at), null)
from vehicles as v
left join busy_periods(%(vehicles)s, '{}', %(since)s, %(until)s) as b on v.id = b.vehicle_id
where v.id = any(%(vehicles)s) and v.status = 'active' and v.archived_at is null
group by v.id, v.seats, v.name
order by v.seats desc, v.name asc, v.id asc;

-- name: seats_of_van
-- The seats of a van that may go on the road.
select seats
from vehicles
where id = %(id)s and status = 'active' and archived_at is null;

-- name: scheduled_at
-- Those of these starts at which the brand has a tour already.
select starts_at
from shared_tours
where starts_at = any(%(starts)s) and status = 'scheduled';

-- name: insert_tour
-- A tour with its van.
insert into shared_tours
(
    id, title, status, starts_at, ends_at, time_zone, guests_min, guests_max, currency, seat_cents,
    seat_with_lunch_cents, sales_close_at, cancel_until, vehicle_id, version
)
values
(
    %(id)s, %(title)s, %(status)s, %(starts_at)s, %(ends_at)s, %(time_zone)s, %(guests_min)s,
    %(guests_max)s, %(currency)s, %(seat_cents)s, %(seat_with_lunch_cents)s, %(sales_close_at)s,
    %(cancel_until)s, %(vehicle_id)s, %(version)s
);

-- name: insert_block
-- The van's time, until the pause behind the tour is over.
insert into blocks (id, brand_id, vehicle_id, shared_tour_id, kind, starts_at, ends_at)
values
(
    %(id)s, nullif(current_setting('app.brand_id', true), '')::integer, %(vehicle_id)s, %(tour)s,
    'shared_tour', %(starts_at)s, %(free_at)s
);

-- name: resources_of_tour
-- Which van and which drivers a tour has, before anything is locked.
select
    s.vehicle_id,
    array(
        select d.driver_id
        from shared_tour_drivers as d
        where d.shared_tour_id = s.id
        order by d.driver_id
    )
from shared_tours as s
where s.id = %(id)s;

-- name: pause
-- The minutes that the operator keeps between two tours.
select buffer_minutes
from tenants;

-- name: drivers_of_tour
-- Who drives a tour, behind its lock.
select driver_id
from shared_tour_drivers
where shared_tour_id = %(id)s
order by driver_id;

-- name: read_tour
-- A tour with its price and its times, behind the lock that is taken for whoever sells.
select
    id, title, status, starts_at, ends_at, guests_min, guests_max, seat_cents,
    seat_with_lunch_cents, sales_close_at, cancel_until, vehicle_id, version
from shared_tours
where id = %(id)s;

-- name: lock_tour
-- A tour with its price and its times, locked: all who sell, change or end it queue here.
select
    id, title, status, starts_at, ends_at, guests_min, guests_max, seat_cents,
    seat_with_lunch_cents, sales_close_at, cancel_until, vehicle_id, version
from shared_tours
where id = %(id)s
for update;

-- name: update_tour
-- All of a tour that may change.
update shared_tours
set
    title = %(title)s, status = %(status)s, starts_at = %(starts_at)s, ends_at = %(ends_at)s,
    guests_min = %(guests_min)s, guests_max = %(guests_max)s, seat_cents = %(seat_cents)s,
    seat_with_lunch_cents = %(seat_with_lunch_cents)s, sales_close_at = %(sales_close_at)s,
    cancel_until = %(cancel_until)s, vehicle_id = %(vehicle_id)s, version = %(version)s
where id = %(id)s;

-- name: move_block
-- The new van of a tour, and its period; the exclusion constraint decides.
update blocks
set vehicle_id = %(vehicle_id)s, starts_at = %(starts_at)s, ends_at = %(free_at)s
where shared_tour_id = %(tour)s and vehicle_id is not null and released_at is null;

-- name: release_block
-- The van is anybody's again, and its drivers' time their own.
update blocks
set released_at = %(now)s
where shared_tour_id = %(tour)s and released_at is null;
