-- name: insert_reservation
-- A reservation as its guest or staff makes it: pending.
insert into reservations
(
    id, number, customer_id, inquiry_id, preferred_on, alternate_on, party_size, tour_type, method,
    currency, deposit_cents, consult_by, special_requests, internal_notes, policy, created_at,
    contact_name, contact_email, contact_phone
)
values
(
    %(id)s, %(number)s, %(customer_id)s, %(inquiry_id)s, %(preferred_on)s, %(alternate_on)s,
    %(party_size)s, %(tour_type)s, %(method)s, %(currency)s, %(deposit_cents)s, %(consult_by)s,
    %(special_requests)s, %(internal_notes)s, %(policy)s::jsonb, %(created_at)s,
    %(contact_name)s, %(contact_email)s, %(contact_phone)s
);

-- name: make_reservation
-- The same by a guest, who has no notes and came of no inquiry.
insert into reservations
(
    id, number, customer_id, preferred_on, alternate_on, party_size, tour_type, method,
    currency, deposit_cents, consult_by, special_requests, policy, created_at,
    contact_name, contact_email, contact_phone
)
values
(
    %(id)s, %(number)s, %(customer_id)s, %(preferred_on)s, %(alternate_on)s,
    %(party_size)s, %(tour_type)s, %(method)s, %(currency)s, %(deposit_cents)s, %(consult_by)s,
    %(special_requests)s, %(policy)s::jsonb, %(created_at)s,
    %(contact_name)s, %(contact_email)s, %(contact_phone)s
);

-- name: lock_reservation
-- One reservation, locked against a concurrent change: what is looked at from now on stays.
select id
from reservations
where id = %(id)s
for update;

-- name: look_at_reservation
-- What the rules need to know of one reservation.
select
    id, number, status, customer_id, inquiry_id, preferred_on, alternate_on, party_size, tour_type,
    method, currency, deposit_cents, consult_by, special_requests, internal_notes, policy,
    created_at, version, cancelled_at, cancel_reason, refund_due_cents, contact_name,
    contact_email, contact_phone
from reservations
where id = %(id)s;

-- name: look_at_own_reservation
-- The same as its guest sees it: without what staff note.
select
    id, number, status, customer_id, null::uuid, preferred_on, alternate_on, party_size, tour_type,
    method, currency, deposit_cents, consult_by, special_requests, null::text, policy,
    created_at, version, cancelled_at, null::text, refund_due_cents, contact_name, contact_email,
    contact_phone
from reservations
where id = %(id)s;

-- name: paid_for_reservation
-- What was received for a reservation, less what went back or is on its way back; what the payer's
-- bank disputes is not ours to count until it has decided.
select
    coalesce(sum(p.amount_cents - (
        select coalesce(sum(r.amount_cents), 0)
        from refunds as r
        where r.payment_id = p.id and r.status <> 'failed'
    )) filter (where p.status <> 'disputed'), 0)::bigint,
    coalesce(bool_or(p.status = 'disputed'), false),
    coalesce(sum(p.amount_cents - (
        select coalesce(sum(r.amount_cents), 0)
        from refunds as r
        where r.payment_id = p.id and r.status <> 'failed'
    )) filter (where p.status = 'disputed'), 0)::bigint
from payments as p
where
    p.reservation_id = %(id)s and p.kind not in ('tip', 'fee')
    and p.status in ('succeeded', 'partially_refunded', 'refunded', 'disputed');

-- name: update_internals
-- What of a reservation staff alone may change.
update reservations
set method = %(method)s, internal_notes = %(internal_notes)s
where id = %(id)s;

-- name: update_reservation
-- All of a reservation that its guest may change too.
update reservations
set
    status = %(status)s,
    preferred_on = %(preferred_on)s,
    alternate_on = %(alternate_on)s,
    party_size = %(party_size)s,
    tour_type = %(tour_type)s,
    deposit_cents = %(deposit_cents)s,
    special_requests = %(special_requests)s,
    contact_name = %(contact_name)s,
    contact_email = %(contact_email)s,
    contact_phone = %(contact_phone)s,
    cancelled_at = %(cancelled_at)s,
    cancel_reason = %(cancel_reason)s,
    refund_due_cents = %(refund_due_cents)s,
    version = %(version)s
where id = %(id)s;

-- name: run_out_reservations
-- Those that nobody has swept yet; one that somebody is changing is left for the next time.
select r.id
from reservations as r
where
    r.status in ('pending', 'contacted', 'confirmed')
    and (
        greatest(r.preferred_on, r.alternate_on) < %(today)s
        or (
            r.status = 'pending' and r.method = 'card' and r.consult_by <= %(now)s
            and not exists (
                select 1
                from payments as p
                where
                    p.reservation_id = r.id and p.kind not in ('tip', 'fee')
                    and p.status in ('succeeded', 'partially_refunded', 'disputed')
            )
        )
    )
order by r.consult_by, r.id
limit %(batch)s
for update skip locked;

-- name: hand_over_payments
-- What was paid for a reservation is its booking's.
update payments
set reservation_id = null, booking_id = %(booking_id)s, version = version + 1
where reservation_id = %(id)s
returning id, version, received_at;

-- name: confirm_converted_booking
-- A booking whose deposit came with its reservation.
update bookings
set
    status = 'confirmed', deposit_received_at = %(received_at)s, version = version + 1,
    updated_at = %(now)s
where id = %(id)s;

-- name: receipt_of_reservation
-- What whoever has made a reservation is told of it.
select number, currency, deposit_cents
from reservations
where id = %(id)s;
