-- name: lock_customers
-- What the rules need to know of customers, archived or not, locked in the order of their ids.
select
    id, name, email, phone, version, vip, tags, internal_notes, preferences, consents,
    archived_at, merged_into_id, stripe_customer_id
from customers
where id = any(%(ids)s)
order by id
for update;

-- name: insert_customer
-- A new customer.
insert into customers
(
    id, name, email, phone, vip, tags, internal_notes, preferences,
    created_at, updated_at, version
)
values (
    %(id)s, %(name)s, %(email)s, %(phone)s, %(vip)s, %(tags)s, %(internal_notes)s,
    %(preferences)s::jsonb, %(now)s, %(now)s, %(version)s
);

-- name: update_customer
-- All that can be changed of a customer.
update customers
set
    name = %(name)s,
    email = %(email)s,
    phone = %(phone)s,
    vip = %(vip)s,
    tags = %(tags)s,
    internal_notes = %(internal_notes)s,
    preferences = %(preferences)s::jsonb,
    consents = %(consents)s::jsonb,
    archived_at = %(archived_at)s,
    merged_into_id = %(merged_into_id)s,
    stripe_customer_id = %(stripe_customer_id)s,
    version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;

-- name: unknown_wineries
-- Which of some ids are not those of wineries.
select wanted.id
from unnest(%(ids)s::uuid[]) as wanted (id)
where not exists (select from wineries as w where w.id = wanted.id);

-- name: lifetimes
-- What customers have bought: sold tours, and the money that stayed.
with
sold as (
    select
        b.customer_id,
        count(*) as bookings,
        count(*) filter (where b.status = 'completed') as completed,
        count(*) filter (where b.status = 'cancelled') as cancelled,
        min(b.starts_at) filter (where b.status <> 'cancelled') as first_at,
        max(b.starts_at) filter (where b.status <> 'cancelled') as last_at
    from bookings as b
    where b.customer_id = any(%(keys)s) and b.status not in ('held', 'draft', 'expired')
    group by b.customer_id
),

paid as (
    select
        p.customer_id,
        sum(
            p.amount_cents - coalesce((
                select sum(r.amount_cents)
                from refunds as r
                where r.payment_id = p.id and r.status = 'succeeded'
            ), 0)
        )::bigint as cents
    from payments as p
    where
        p.customer_id = any(%(keys)s)
        and p.status in ('succeeded', 'partially_refunded', 'refunded', 'disputed')
    group by p.customer_id
)

select
    wanted.id, coalesce(sold.bookings, 0), coalesce(sold.completed, 0),
    coalesce(sold.cancelled, 0), sold.first_at, sold.last_at, coalesce(paid.cents, 0)
from unnest(%(keys)s::uuid[]) as wanted (id)
left join sold on wanted.id = sold.customer_id
left join paid on wanted.id = paid.customer_id;
