-- name: seats_left
-- How many seats each tour has left, whoever asks.
select shared_tour_id, seats
from seats_left(%(tours)s, %(now)s);

-- name: queue_for_seats
-- The tour is locked, whoever asks; then how many of its seats are taken by whose ticket is live.
select seats_taken(%(tour)s, %(nobody)s, %(now)s);

-- name: tour_of_ticket
-- Which tour a ticket is for, before anything is locked.
select shared_tour_id
from tickets
where id = %(id)s;

-- name: lock_ticket
-- One ticket, locked behind its tour.
select
    id, number, status, guests, total_cents, currency, customer_id, hold_expires_at, version
from tickets
where id = %(id)s
for update;

-- name: lock_live_tickets
-- The tickets of a tour that were not given back, locked behind the tour.
select
    id, number, status, guests, total_cents, currency, customer_id, hold_expires_at, version
from tickets
where shared_tour_id = %(tour)s and status <> 'cancelled'
order by id
for update;

-- name: expired_tickets
-- Tickets whose time to pay has run out, with their tours, longest ago first.
select id, shared_tour_id
from tickets
where status = 'pending' and hold_expires_at <= %(now)s
order by hold_expires_at
limit %(batch)s;

-- name: insert_ticket
-- A ticket that waits for its payment.
insert into tickets
(
    id, number, shared_tour_id, customer_id, status, guests, with_lunch, currency, subtotal_cents,
    tax_cents, total_cents, sale_id, sold_by_app_id, hold_expires_at, created_at
)
values
(
    %(id)s, %(number)s, %(tour)s, %(customer)s, 'pending', %(guests)s, %(with_lunch)s, %(currency)s,
    %(subtotal_cents)s, %(tax_cents)s, %(total_cents)s, %(sale)s, %(app)s, %(hold_expires_at)s,
    %(now)s
);

-- name: update_ticket_status
-- Where a ticket is in its life, and since when.
update tickets
set status = %(status)s, version = version + 1, updated_at = %(now)s
where id = %(id)s;

-- name: paid_for_ticket
-- What was received for a ticket and has not gone back, tips and fees apart; what the guest's bank
-- disputes is not ours to count until it has decided.
select
    coalesce(sum(p.amount_cents - (
        select coalesce(sum(r.amount_cents), 0)
        from refunds as r
        where r.payment_id = p.id and r.status <> 'failed'
    )), 0)::bigint
from payments as p
where
    p.ticket_id = %(id)s and p.kind not in ('tip', 'fee')
    and p.status in ('succeeded', 'partially_refunded', 'refunded');

-- name: insert_ticket_payment
-- Money that staff took for a ticket.
insert into payments
(
    id, ticket_id, customer_id, kind, method, status, currency, amount_cents, received_at,
    reference, created_at
)
select
    %(payment)s, t.id, t.customer_id, 'full', %(method)s, 'succeeded', t.currency, %(cents)s,
    %(now)s as received_at, %(reference)s, %(now)s as created_at
from tickets as t
where t.id = %(id)s;

-- name: refundable
-- The payments of tickets of which something was kept, with how much, and whether it is disputed.
select p.ticket_id, p.id, p.amount_cents - coalesce(r.cents, 0), p.status = 'disputed'
from payments as p
left join lateral (
    select sum(f.amount_cents) as cents
    from refunds as f
    where f.payment_id = p.id and f.status <> 'failed'
) as r on true
where
    p.ticket_id = any(%(tickets)s)
    and p.status in ('succeeded', 'partially_refunded', 'disputed')
    and p.amount_cents > coalesce(r.cents, 0)
order by p.id;

-- name: customer_is_there
-- Whether the brand has such a customer that may buy.
select id
from customers
where id = %(id)s and archived_at is null;

-- name: number_prefix
-- The prefix of the brand's numbers and how long a seat is held, as in force on a day.
select number_prefix, hold_minutes
from brand_settings
where effective_from <= %(today)s
order by effective_from desc
limit 1;
