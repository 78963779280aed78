-- name: insert_inspection
-- A report on a vehicle.
insert into inspections
(id, vehicle_id, driver_id, kind, inspected_at, mileage, defects, critical)
values (
    %(id)s, %(vehicle_id)s, %(driver_id)s, %(kind)s, %(inspected_at)s, %(mileage)s,
    %(defects)s::jsonb, %(critical)s
);

-- name: take_in_inspection
-- What the report that was just written does to its vehicle.
select vehicle_id, status_before, status, mileage_before, mileage, version
from take_in_inspection(%(id)s);
