-- name: days_of_tours
-- Each wished day with the hours and the two packages that are in force on it.
select
    d.day, s.opens_at, s.closes_at, t.buffer_minutes,
    p.name, p.price_cents, p.minutes, p.guests_min, p.guests_max, p.weekdays, p.start_times,
    l.name, l.price_cents, l.minutes, l.guests_min, l.guests_max, l.weekdays, l.start_times
from unnest(%(days)s::date[]) as d (day)
cross join tenants as t
left join lateral (
    select b.opens_at, b.closes_at
    from brand_settings as b
    where b.effective_from <= d.day
    order by b.effective_from desc
    limit 1
) as s on true
left join lateral (
    select
        k.name, k.price_cents, k.minutes, k.guests_min, k.guests_max, k.weekdays, k.start_times
    from tour_packages as k
    where
        k.code = %(code)s and k.pricing = 'per_person' and k.minutes is not null
        and k.effective_from <= d.day and (k.effective_to is null or k.effective_to > d.day)
    order by k.effective_from desc
    limit 1
) as p on true
left join lateral (
    select
        k.name, k.price_cents, k.minutes, k.guests_min, k.guests_max, k.weekdays, k.start_times
    from tour_packages as k
    where
        k.code = %(with_lunch)s and k.pricing = 'per_person' and k.minutes is not null
        and k.effective_from <= d.day and (k.effective_to is null or k.effective_to > d.day)
    order by k.effective_from desc
    limit 1
) as l on true
order by d.day;

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
    coalesce(array_agg(b.starts_at order by b.starts_at) filter (where b.starts_at is not null), '{}'),
    coalesce(array_agg(b.ends_at order by b.starts_at) filter (where b.starts_at is not null), '{}')
from vehicles as v
left join busy_periods(%(vehicles)s, '{}', %(since)s, %(until)s) as b on b.vehicle_id = v.id
where v.id = any(%(vehicles)s) and v.status = 'active' and v.archived_at is null
group by v.id, v.seats, v.name
order by v.seats desc, v.name asc, v.id asc;

-- name: seats_of_van
-- The seats of a van that may go on the road.
select seats
from vehicles
where id = %(id)s and status = 'active' and archived_at is null;

-- name: scheduled_at
-- The first of these starts at which the brand has a tour already.
select starts_at
from shared_tours
where starts_at = any(%(starts)s) and status = 'scheduled'
order by starts_at
limit 1;

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

-- name: van_of_tour
-- Which van a tour has, before anything is locked.
select vehicle_id
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
-- The new van and period of what a tour blocks; the exclusion constraint decides.
update blocks
set vehicle_id = %(vehicle_id)s, starts_at = %(starts_at)s, ends_at = %(free_at)s
where shared_tour_id = %(tour)s and released_at is null;

-- name: release_block
-- The van is anybody's again.
update blocks
set released_at = %(now)s
where shared_tour_id = %(tour)s and released_at is null;
