-- name: is_development
-- Has `seed` marked this database as one for development?
select exists(select 1 from installation where kind = 'development');

-- name: demo_staff
-- A manager of the brand.
select m.staff_user_id
from memberships as m
inner join staff_users as s on m.staff_user_id = s.id
where m.role = 'manager' and m.ended_at is null and s.status = 'active'
order by s.email
limit 1;

-- name: demo_owner
-- The owner.
select m.staff_user_id
from memberships as m
inner join staff_users as s on m.staff_user_id = s.id
where m.role = 'owner' and m.ended_at is null and s.status = 'active'
order by s.email
limit 1;

-- name: demo_customer
-- The customer with the most bookings.
select c.id
from customers as c
inner join bookings as b on c.id = b.customer_id
where c.archived_at is null
group by c.id
order by count(*) desc, c.id
limit 1;

-- name: demo_driver
-- The driver with the most tours of the brand.
select d.id
from drivers as d
inner join booking_drivers as b on d.id = b.driver_id
where d.status = 'active' and d.archived_at is null
group by d.id
order by count(*) desc, d.id
limit 1;

-- name: first_app
-- The app of that kind that sold most for the brand.
select a.id
from apps as a
left join bookings as b on a.id = b.sold_by_app_id
where a.status = 'active' and a.kind = %(kind)s
group by a.id
order by count(b.id) desc, a.id
limit 1;

-- name: insert_demo_app
-- The website of a demo brand that has none.
insert into apps (id, name, kind, created_at) values (%(id)s, 'Website', 'site', %(now)s);

-- name: insert_key
-- A key made by the command line, with an end.
insert into api_keys
(id, app_id, kind, mode, label, prefix, last_four, key_hash, created_at, expires_at)
values (
    %(id)s, %(app_id)s, %(kind)s, 'test', 'tourbase token', %(prefix)s, %(last_four)s,
    %(key_hash)s, %(created_at)s, %(expires_at)s
);
