-- name: person
-- A customer with all who were merged into them, and into whom they were merged, locked.
with recursive
kept as (
    select id, merged_into_id from customers
    where id = %(id)s
    union
    select c.id, c.merged_into_id
    from customers as c
    inner join kept as k on c.id = k.merged_into_id
),

family as (
    select id from kept
    union
    select c.id
    from customers as c
    inner join family as f on c.merged_into_id = f.id
)

select c.id, c.erased_at
from customers as c
where c.id in (select f.id from family as f)
order by c.id
for update;

-- name: addresses
-- Where a person is and was reached: nobody else has these, so what names them is about them.
select c.email
from customers as c
where c.id = any(%(customers)s) and c.email is not null
union
select v.said
from events as e
inner join event_personal_values as p on e.id = p.event_id
cross join lateral (values (p.before), (p.after)) as v (said)
where e.entity_id = any(%(customers)s) and p.field = 'email' and v.said is not null;

-- name: belongings
-- What is a person's, by kind: what names them, and what was asked for from their address.
with
own as (
    select 'customer' as kind, c.id from customers as c
    where c.id = any(%(customers)s)
    union all
    select 'booking' as kind, b.id from bookings as b
    where b.customer_id = any(%(customers)s)
    union all
    select 'reservation' as kind, r.id from reservations as r
    where r.customer_id = any(%(customers)s)
    union all
    select 'proposal' as kind, p.id from proposals as p
    where p.customer_id = any(%(customers)s)
    union all
    select 'ticket' as kind, t.id from tickets as t
    where t.customer_id = any(%(customers)s)
    union all
    select 'payment' as kind, y.id from payments as y
    where y.customer_id = any(%(customers)s)
    union all
    select 'inquiry' as kind, i.id from inquiries as i
    where i.customer_id = any(%(customers)s) or i.email = any(%(emails)s)
    union all
    select 'customer_session' as kind, s.id from customer_sessions as s
    where s.customer_id = any(%(customers)s)
    union all
    select 'privacy_request' as kind, q.id from privacy_requests as q
    where q.customer_id = any(%(customers)s)
),

guests as (
    select 'proposal_guest' as kind, g.id from proposal_guests as g
    where
        g.proposal_id in (select o.id from own as o where o.kind = 'proposal')
        or g.email = any(%(emails)s)
)

select o.kind, o.id from own as o
union all
select g.kind, g.id from guests as g
union all
select 'task' as kind, t.id
from tasks as t
where t.subject_id in (select o.id from own as o)
union all
select 'link' as kind, l.id
from links as l
where
    l.object_id in (select o.id from own as o)
    or l.object_id in (select g.id from guests as g);

-- name: handed_over
-- Bookings that were a person's once, each with the event by which they became another's.
select e.entity_id, (array_agg(e.id order by e.id desc))[1]
from events as e
where
    e.entity = 'booking' and e.kind = 'BookingTransferred'
    and e.changes -> 'customer_id' ->> 0 = any(%(texts)s)
    and e.entity_id <> all(%(bookings)s)
group by e.entity_id;

-- name: still_open
-- What a person is needed for: what is ahead of them, and money that one owes the other.
with
own as (
    select b.id, b.number, b.status, b.total_cents, coalesce(b.proposal_id, b.id) as deal_id
    from bookings as b
    where b.customer_id = any(%(customers)s)
),

paid as (
    select
        p.id, coalesce(o.deal_id, g.proposal_id, p.proposal_id) as deal_id,
        p.amount_cents - (
            select coalesce(sum(r.amount_cents), 0)
            from refunds as r
            where r.payment_id = p.id and r.status <> 'failed'
        ) as cents
    from payments as p
    left join own as o on p.booking_id = o.id
    left join proposal_guests as g on p.proposal_guest_id = g.id
    where
        p.customer_id = any(%(customers)s) and p.kind not in ('tip', 'fee')
        and p.status in ('succeeded', 'partially_refunded', 'refunded')
),

owed as (
    select o.deal_id, min(o.number) as number, sum(o.total_cents) as cents
    from own as o
    where o.status = 'completed'
    group by o.deal_id
)

select 'booking' as kind, o.number
from own as o
where o.status in ('held', 'draft', 'pending', 'confirmed', 'assigned', 'in_progress')
union all
select 'balance of' as kind, w.number
from owed as w
where w.cents > (select coalesce(sum(p.cents), 0) from paid as p where p.deal_id = w.deal_id)
union all
select 'reservation' as kind, r.number
from reservations as r
where r.customer_id = any(%(customers)s) and r.status in ('pending', 'contacted', 'confirmed')
union all
select 'proposal' as kind, p.number
from proposals as p
where p.customer_id = any(%(customers)s) and p.status = 'accepted'
union all
select 'ticket' as kind, t.number
from tickets as t
inner join shared_tours as s on t.shared_tour_id = s.id
where
    t.customer_id = any(%(customers)s) and t.status in ('pending', 'confirmed')
    and s.ends_at > %(now)s
union all
select 'payment' as kind, null
from payments as y
where
    y.customer_id = any(%(customers)s)
    and y.status in ('pending', 'requires_action', 'disputed')
union all
select 'refund' as kind, null
from refunds as f
inner join payments as y on f.payment_id = y.id
where y.customer_id = any(%(customers)s) and f.status = 'pending'
union all
select 'refund of' as kind, o.number
from tasks as t
inner join own as o on t.subject_id = o.id
where t.kind in ('refund', 'overpayment') and t.done_at is null and not t.settled
order by kind, number;

-- name: insert_request
-- Somebody asks for what is known of a customer, or that it be forgotten.
insert into privacy_requests
(id, kind, customer_id, ground, status, requested_by, requested_at, version)
values (
    %(id)s, %(kind)s, %(customer_id)s, %(ground)s, %(status)s, %(requested_by)s,
    %(requested_at)s, %(version)s
);

-- name: pending_request
-- The request of a kind that is under way for a customer.
select id
from privacy_requests
where customer_id = any(%(customers)s) and kind = %(kind)s and status = 'pending'
order by id
limit 1;

-- name: done_erasure
-- The receipt of a customer's erasure.
select id
from privacy_requests
where customer_id = any(%(customers)s) and kind = 'erasure' and status = 'done'
order by requested_at desc
limit 1;

-- name: lock_request
-- A request that is to be done, held until the transaction ends.
select id, kind, customer_id, ground, status, requested_by, requested_at, version
from privacy_requests
where id = %(id)s
for update;

-- name: finish_request
-- What a request came to.
update privacy_requests
set
    status = %(status)s, refusal = %(refusal)s, finished_at = %(now)s, counts = %(counts)s::jsonb,
    sha256 = %(sha256)s, size_bytes = %(size_bytes)s, expires_at = %(expires_at)s,
    version = %(version)s
where id = %(id)s;

-- name: keep_export
-- An export, as long as it can be fetched.
insert into customer_exports (request_id, body, expires_at)
values (%(id)s, %(body)s, %(expires_at)s);

-- name: export_body
-- An export that is fetched, if its time has not run out.
select body
from customer_exports
where request_id = %(id)s and expires_at > %(now)s;

-- name: purge_customer_exports
-- Exports that nobody can fetch any more.
delete from customer_exports
where expires_at <= %(now)s;
