-- name: insert_inquiry
-- A new inquiry, as anybody may make one.
insert into inquiries (
    id, number, name, email, phone, wished_on, party_size, tour_type, message, source,
    created_at
)
values (
    %(id)s, %(number)s, %(name)s, %(email)s, %(phone)s, %(wished_on)s, %(party_size)s,
    %(tour_type)s, %(message)s, %(source)s, %(created_at)s
);

-- name: lock_inquiry
-- What the rules need to know of one inquiry, locked against a concurrent change.
select
    id, number, status, customer_id, name, email, phone, wished_on, party_size, tour_type, message,
    source, assignee_id, lost_reason, created_at, version
from inquiries
where id = %(id)s
for update;

-- name: lock_own_inquiry
-- The same as whoever asked sees it: what they said themselves.
select
    id, number, status, null::uuid, name, email, phone, wished_on, party_size, tour_type, message,
    source, null::uuid, null::text, created_at, version
from inquiries
where id = %(id)s
for update;

-- name: withdraw_inquiry
-- An inquiry that whoever asked takes back.
update inquiries
set status = %(status)s, lost_reason = %(lost_reason)s, version = %(version)s
where id = %(id)s;

-- name: update_inquiry
-- All of an inquiry that may change.
update inquiries
set
    status = %(status)s,
    customer_id = %(customer_id)s,
    name = %(name)s,
    email = %(email)s,
    phone = %(phone)s,
    wished_on = %(wished_on)s,
    party_size = %(party_size)s,
    tour_type = %(tour_type)s,
    message = %(message)s,
    assignee_id = %(assignee_id)s,
    lost_reason = %(lost_reason)s,
    version = %(version)s
where id = %(id)s;

-- name: step_inquiry
-- The next status alone, on the way to another.
update inquiries
set status = %(status)s
where id = %(id)s;

-- name: number_of_inquiry
-- What whoever asked is told of it.
select number
from inquiries
where id = %(id)s;
