-- name: lock_converted_reservation
-- A reservation that an inquiry is to have become.
select customer_id, inquiry_id, version
from reservations
where id = %(id)s
for update;

-- name: lock_converted_proposal
-- A proposal that an inquiry is to have become.
select customer_id, inquiry_id, version
from proposals
where id = %(id)s
for update;

-- name: lock_converted_booking
-- A booking that an inquiry is to have become.
select customer_id, inquiry_id, version
from bookings
where id = %(id)s
for update;

-- name: link_reservation
-- Which inquiry a reservation came of.
update reservations
set inquiry_id = %(inquiry_id)s, version = version + 1
where id = %(id)s;

-- name: link_proposal
-- Which inquiry a proposal came of.
update proposals
set inquiry_id = %(inquiry_id)s, version = version + 1
where id = %(id)s;

-- name: link_booking
-- Which inquiry a booking came of.
update bookings
set inquiry_id = %(inquiry_id)s, version = version + 1, updated_at = %(now)s
where id = %(id)s;
