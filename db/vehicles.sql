-- name: lock_vehicle
-- All that is stored of one vehicle, locked against a concurrent change.
select id, name, seats, make, model, year, vehicle_type, status, mileage, version
from vehicles
where id = %(id)s and archived_at is null
for update;

-- name: seen_vehicle
-- The same, for those who may look at it and not change it.
select id, name, seats, make, model, year, vehicle_type, status, mileage, version
from vehicles
where id = %(id)s and archived_at is null;

-- name: insert_vehicle
-- A new vehicle.
insert into vehicles
(id, name, seats, make, model, year, vehicle_type, status, mileage, version)
values (
    %(id)s, %(name)s, %(seats)s, %(make)s, %(model)s, %(year)s, %(vehicle_type)s, %(status)s,
    %(mileage)s, %(version)s
);

-- name: update_vehicle
-- The facts, the status and the version of a vehicle.
update vehicles
set
    name = %(name)s,
    seats = %(seats)s,
    make = %(make)s,
    model = %(model)s,
    year = %(year)s,
    vehicle_type = %(vehicle_type)s,
    status = %(status)s,
    mileage = %(mileage)s,
    version = %(version)s
where id = %(id)s;
