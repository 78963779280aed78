-- name: lock_details
-- What is written on one booking, locked against a concurrent change.
select
    id, status, version, hold_expires_at, pickup, dropoff, special_requests, internal_notes,
    driver_notes, customer_name, customer_email, customer_phone
from bookings
where id = %(id)s
for update;

-- name: update_details
-- The new details and version of a booking.
update bookings
set
    pickup = %(pickup)s,
    dropoff = %(dropoff)s,
    special_requests = %(special_requests)s,
    internal_notes = %(internal_notes)s,
    driver_notes = %(driver_notes)s,
    customer_name = %(customer_name)s,
    customer_email = %(customer_email)s,
    customer_phone = %(customer_phone)s,
    version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;
