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

-- name: customer_for
-- Whoever has that address, or a new customer; nothing of a known one is shown or changed.
select customer, is_new
from customer_for(%(id)s, %(name)s, %(email)s, %(phone)s, %(now)s);
