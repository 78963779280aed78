-- name: customer_for
-- Whoever has that address, or a new customer; of a known one nothing is shown, and nothing is
-- changed but that who was put away is back.
select customer, is_new, seen, put_away_at
from customer_for(%(id)s, %(name)s, %(email)s, %(phone)s, %(now)s);

-- name: contact_of_customer
-- Name, e-mail and phone of a customer who is not archived.
select name, email, phone
from customers
where id = %(id)s and archived_at is null;
