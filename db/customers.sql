-- name: lock_customer
-- What the rules need to know of one customer, locked against a concurrent change.
select id, name, email, phone, version
from customers
where id = %(id)s and archived_at is null
for update;

-- name: update_contact
-- The new contact details and version of a customer.
update customers
set
    name = %(name)s,
    email = %(email)s,
    phone = %(phone)s,
    version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;
