-- name: lock_driver
-- All that is stored of one driver, locked against a concurrent change.
select id, name, email, phone, status, version
from drivers
where id = %(id)s and archived_at is null
for update;

-- name: driver_status
-- Whether the caller sees the driver, and whether they work here.
select status
from drivers
where id = %(id)s and archived_at is null;

-- name: working_drivers
-- The drivers who work here, by name.
select id
from drivers
where status = 'active' and archived_at is null
order by name, id
limit %(most)s;

-- name: insert_driver
-- A new driver.
insert into drivers (id, name, email, phone, status, version)
values (%(id)s, %(name)s, %(email)s, %(phone)s, %(status)s, %(version)s);

-- name: update_driver
-- How a driver is called and reached, their status and version.
update drivers
set
    name = %(name)s,
    email = %(email)s,
    phone = %(phone)s,
    status = %(status)s,
    version = %(version)s
where id = %(id)s;

-- name: working_day
-- What was said of one weekday of a driver.
select id, driver_id, weekday, from_local, to_local, version
from driver_availability
where driver_id = %(driver_id)s and weekday = %(weekday)s;

-- name: insert_working_day
-- The first that is said of a weekday.
insert into driver_availability (id, driver_id, weekday, from_local, to_local, version)
values (%(id)s, %(driver_id)s, %(weekday)s, %(from_local)s, %(to_local)s, %(version)s);

-- name: update_working_day
-- What is said of a weekday from now on.
update driver_availability
set from_local = %(from_local)s, to_local = %(to_local)s, version = %(version)s
where id = %(id)s;
