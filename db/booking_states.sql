-- name: state
-- What decides about a booking's next state.
select
    id, number, status, starts_at, ends_at, version, party_size, hold_expires_at, customer_id,
    currency,
    total_cents, deposit_cents, deposit_received_at is not null, policy, terms_accepted_at,
    guest_moves, proposal_id
from bookings
where id = %(id)s;

-- name: set_state
-- The next state of a booking.
update bookings
set status = %(status)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: confirm_booking
-- A booking that is confirmed, by its deposit or by a waiver with a reason.
update bookings
set
    status = 'confirmed', deposit_waiver_reason = %(waiver)s, version = %(version)s,
    updated_at = %(now)s
where id = %(id)s;

-- name: cancel_booking
-- A booking that is off, why, and what its guest is to have back.
update bookings
set
    status = 'cancelled', cancelled_at = %(now)s, cancel_reason = %(reason)s,
    refund_due_cents = %(refund_cents)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: extend_hold
-- A hold that lasts longer.
update bookings
set hold_expires_at = %(expires_at)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: extend_blocks
-- What a hold takes is taken for as long as the hold.
update blocks set expires_at = %(expires_at)s
where booking_id = %(id)s and released_at is null;

-- name: keep_blocks
-- What was held is taken for good.
update blocks set kind = 'booking', expires_at = null
where booking_id = %(id)s and released_at is null;

-- name: release_blocks
-- What a booking took is free again.
update blocks set released_at = %(now)s
where booking_id = %(id)s and released_at is null;

-- name: check_out
-- Who buys, and that they accepted the terms.
update bookings
set
    customer_id = %(customer_id)s, customer_name = %(name)s, customer_email = %(email)s,
    customer_phone = %(phone)s, terms_accepted_at = %(accepted_at)s,
    pickup = %(pickup)s, dropoff = %(dropoff)s, special_requests = %(special_requests)s,
    version = %(version)s, updated_at = %(now)s
where id = %(id)s;

-- name: lock_checkout
-- What a guest may say at the checkout, as it is stored.
select
    id, status, version, hold_expires_at, customer_name, customer_email, customer_phone,
    terms_accepted_at, pickup, dropoff, special_requests, customer_id
from bookings
where id = %(id)s
for update;

-- name: paid_for_booking
-- What was received for a booking and has not gone back, and its part of what its proposal was
-- paid, by its part of what the proposal's tours cost. What the payer's bank disputes is not ours
-- to count, and not ours to return, until it has decided: it is told by itself.
with
booked as (
    select id, proposal_id, total_cents from bookings
    where id = %(id)s
),

kept as (
    select p.booking_id, p.id, p.amount_cents, p.status = 'disputed' as is_disputed
    from payments as p
    where
        p.booking_id = %(id)s and p.kind in ('deposit', 'balance', 'full')
        and p.status in ('succeeded', 'partially_refunded', 'refunded', 'disputed')
    union all
    select p.booking_id, p.id, p.amount_cents, p.status = 'disputed' as is_disputed
    from payments as p
    inner join booked as b on p.proposal_id = b.proposal_id
    where
        p.kind in ('deposit', 'balance', 'full')
        and p.status in ('succeeded', 'partially_refunded', 'refunded', 'disputed')
),

net as (
    select
        k.booking_id,
        k.is_disputed,
        k.amount_cents - (
            select coalesce(sum(r.amount_cents), 0)
            from refunds as r
            where r.payment_id = k.id and r.status <> 'failed'
        ) as cents
    from kept as k
),

parts as (
    select
        n.is_disputed,
        coalesce(sum(n.cents) filter (where n.booking_id is not null), 0)
        + coalesce(
            sum(n.cents) filter (where n.booking_id is null) * b.total_cents
            / nullif(
                (select sum(s.total_cents) from bookings as s where s.proposal_id = b.proposal_id),
                0
            ),
            0
        ) as cents
    from net as n
    cross join booked as b
    group by n.is_disputed, b.total_cents, b.proposal_id
)

select
    coalesce((select p.cents from parts as p where not p.is_disputed), 0),
    coalesce((select p.cents from parts as p where p.is_disputed), 0)
from booked;

-- name: receive_deposit
-- That the deposit is there.
update bookings
set deposit_received_at = %(received_at)s, version = %(version)s, updated_at = %(now)s
where id = %(id)s;
