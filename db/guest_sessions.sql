-- name: customer_by_email
-- Who may sign in by an address at a brand.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from look_up_customer_by_email(%(tenant)s, %(brand)s, %(email)s);

-- name: driver_by_email
-- Which driver may sign in by an address at an operator.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from look_up_driver_by_email(%(tenant)s, %(email)s);

-- name: guest_by_code
-- Who may sign in once by an attempt that is under way.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from look_up_guest_code(%(kind)s, %(presented)s, %(now)s);

-- name: guest_by_try
-- The same, by digits: the try is counted, whatever was said.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from try_guest_code(%(kind)s, %(presented)s, %(now)s);

-- name: guest_by_session
-- Who a session is of, while it is open, and how often it was refreshed.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, turn
from look_up_guest_session(%(kind)s, %(presented)s, %(now)s);

-- name: insert_code_of_customer
-- An attempt to sign in, which a mail is to be sent of.
insert into customer_codes (id, customer_id, created_at, expires_at)
values (%(id)s, %(subject)s, %(now)s, %(expires_at)s);

-- name: use_code_of_customer
-- An attempt that came to its end, if nobody was faster.
update customer_codes set used_at = %(now)s
where id = %(id)s and used_at is null
returning id;

-- name: code_of_customer_to_mail
-- Whom an attempt is mailed to, and where the brand's website is, while it may be used.
select c.email, c.name, b.website, x.expires_at
from customer_codes as x
inner join customers as c on x.customer_id = c.id
cross join brands as b
where
    x.id = %(id)s and x.used_at is null and x.expires_at > %(now)s
    and c.archived_at is null and c.email is not null;

-- name: insert_session_of_customer
-- A session that begins.
insert into customer_sessions
(id, customer_id, brand_code, user_agent, address, created_at, refreshed_at, expires_at)
values (
    %(id)s, %(subject)s, %(brand)s, %(user_agent)s, %(address)s, %(now)s, %(now)s, %(expires_at)s
);

-- name: take_turn_of_customer
-- A session goes on by the token that it gave last, and by no other.
update customer_sessions
set turn = turn + 1, refreshed_at = %(now)s
where id = %(id)s and turn = %(turn)s and revoked_at is null
returning turn;

-- name: revoke_session_of_customer
-- A session that is over.
update customer_sessions set revoked_at = %(now)s
where id = %(id)s and revoked_at is null
returning turn;

-- name: insert_code_of_driver
-- An attempt to sign in, which a mail is to be sent of.
insert into driver_codes (id, driver_id, created_at, expires_at)
values (%(id)s, %(subject)s, %(now)s, %(expires_at)s);

-- name: use_code_of_driver
-- An attempt that came to its end, if nobody was faster.
update driver_codes set used_at = %(now)s
where id = %(id)s and used_at is null
returning id;

-- name: code_of_driver_to_mail
-- The same of a driver.
select d.email, d.name, b.website, x.expires_at
from driver_codes as x
inner join drivers as d on x.driver_id = d.id
cross join brands as b
where
    x.id = %(id)s and x.used_at is null and x.expires_at > %(now)s
    and d.archived_at is null and d.status = 'active' and d.email is not null;

-- name: insert_session_of_driver
-- A session that begins.
insert into driver_sessions
(id, driver_id, brand_code, user_agent, address, created_at, refreshed_at, expires_at)
values (
    %(id)s, %(subject)s, %(brand)s, %(user_agent)s, %(address)s, %(now)s, %(now)s, %(expires_at)s
);

-- name: take_turn_of_driver
-- A session goes on by the token that it gave last, and by no other.
update driver_sessions
set turn = turn + 1, refreshed_at = %(now)s
where id = %(id)s and turn = %(turn)s and revoked_at is null
returning turn;

-- name: revoke_session_of_driver
-- A session that is over.
update driver_sessions set revoked_at = %(now)s
where id = %(id)s and revoked_at is null
returning turn;

-- name: session_of_customer
-- Whether a session is one of those that the caller sees.
select id from customer_sessions
where id = %(id)s;

-- name: session_of_driver
-- Whether a session is one of those that the caller sees.
select id from driver_sessions
where id = %(id)s;
