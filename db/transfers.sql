-- name: lock_owned
-- Whose a booking is, locked against a concurrent change.
select
    id, status, starts_at, version, customer_id, customer_name, customer_email, customer_phone,
    guest_moves
from bookings
where id = %(id)s
for update;

-- name: transfer_booking
-- Another person's booking; its payments follow by their foreign key.
update bookings
set
    customer_id = %(customer_id)s, customer_name = %(name)s, customer_email = %(email)s,
    customer_phone = %(phone)s, guest_moves = %(guest_moves)s, version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;

-- name: allowance_of_guest
-- What a guest may still move by themselves, and by which policy.
select starts_at, policy, guest_moves
from bookings
where id = %(id)s;

-- name: sold_tour
-- What a guest's move is priced by; the booking is locked by now.
select tour_type, party_size, starts_at, ends_at, total_cents, currency, sold_as
from bookings
where id = %(id)s;

-- name: spend_move
-- A guest has moved a tour by themselves.
update bookings
set guest_moves = %(guest_moves)s
where id = %(id)s;
