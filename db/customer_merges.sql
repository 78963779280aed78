-- name: payments_of_customer
-- The payments of a customer, before what they are for takes them along.
select id
from payments
where customer_id = %(gone)s
order by id
for update;

-- name: move_bookings
-- The bookings of one customer to another; their payments follow by the foreign key.
update bookings
set customer_id = %(kept)s, version = version + 1, updated_at = %(now)s
where customer_id = %(gone)s
returning id, version;

-- name: move_reservations
-- The reservations of one customer to another; their payments follow by the foreign key.
update reservations
set customer_id = %(kept)s, version = version + 1
where customer_id = %(gone)s
returning id, version;

-- name: move_proposals
-- The proposals of one customer to another; their payments follow by the foreign key.
update proposals
set customer_id = %(kept)s, version = version + 1
where customer_id = %(gone)s
returning id, version;

-- name: move_tickets
-- The tickets of one customer to another; their payments follow by the foreign key.
update tickets
set customer_id = %(kept)s, version = version + 1
where customer_id = %(gone)s
returning id, version;

-- name: move_inquiries
-- The inquiries of one customer to another.
update inquiries
set customer_id = %(kept)s, version = version + 1
where customer_id = %(gone)s
returning id, version;

-- name: move_payments
-- The payments that were one customer's, whether they have followed already or not.
update payments
set customer_id = %(kept)s, version = version + 1
where id = any(%(ids)s)
returning id, version;

-- name: move_tasks
-- The tasks about one customer to another.
update tasks
set subject_id = %(kept)s, version = version + 1
where subject_kind = 'customer' and subject_id = %(gone)s
returning id, version;
