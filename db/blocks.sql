-- name: find_block
-- What the rules need to know of one block; whoever changes it has locked its vehicle or driver.
select
    id, vehicle_id, driver_id, kind, starts_at, ends_at, reason, released_at, offset_pair_id,
    offset_pair_side, version
from blocks
where id = %(id)s;

-- name: insert_block
-- A time of a vehicle or driver that no booking has; the exclusion constraints decide.
insert into blocks
(
    id, brand_id, vehicle_id, driver_id, kind, starts_at, ends_at, reason, offset_pair_id,
    offset_pair_side, version
)
values (
    %(id)s, %(brand)s, %(vehicle_id)s, %(driver_id)s, %(kind)s, %(starts_at)s, %(ends_at)s,
    %(reason)s, %(offset_pair_id)s, %(offset_pair_side)s, %(version)s
);

-- name: update_block
-- Whether a block is given back, and the pair that it is in.
update blocks
set
    released_at = %(released_at)s,
    offset_pair_id = %(offset_pair_id)s,
    offset_pair_side = %(offset_pair_side)s,
    version = %(version)s
where id = %(id)s;

-- name: take_time_off
-- A driver's own time off.
select take_time_off(%(id)s, %(starts_at)s, %(ends_at)s, %(reason)s);

-- name: give_back_time_off
-- A driver's own time off, given back.
select give_back_time_off(%(id)s, %(released_at)s);
