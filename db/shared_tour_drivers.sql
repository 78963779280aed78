-- name: insert_driver
-- A driver of a shared tour.
insert into shared_tour_drivers (shared_tour_id, driver_id, assigned_at)
values (%(tour)s, %(driver)s, %(now)s);

-- name: delete_driver
-- Take a driver off a shared tour; the events keep that they were there.
delete from shared_tour_drivers
where shared_tour_id = %(tour)s and driver_id = %(driver)s;

-- name: block_driver
-- The time of a driver that the tour and the pause behind it take.
insert into blocks (id, brand_id, driver_id, shared_tour_id, kind, starts_at, ends_at)
select
    %(id)s as block_id, s.brand_id, %(driver)s, s.id, 'shared_tour', s.starts_at,
    s.ends_at + make_interval(mins => t.buffer_minutes)
from shared_tours as s
cross join tenants as t
where s.id = %(tour)s;

-- name: release_driver
-- A driver who leaves a tour is free again.
update blocks
set released_at = %(now)s
where shared_tour_id = %(tour)s and driver_id = %(driver)s and released_at is null;

-- name: move_drivers
-- The new period of those who drive a tour; the exclusion constraint decides.
update blocks
set starts_at = %(starts_at)s, ends_at = %(free_at)s
where shared_tour_id = %(tour)s and driver_id is not null and released_at is null;
