-- name: insert_payment
-- Money that somebody has in hand for a booking, a reservation or a proposal.
insert into payments
(
    id, booking_id, reservation_id, proposal_id, customer_id, kind, method, status, currency,
    amount_cents, received_at, reference, created_at
)
values (
    %(id)s, %(booking_id)s, %(reservation_id)s, %(proposal_id)s, %(customer_id)s, %(kind)s,
    %(method)s, 'succeeded', %(currency)s, %(amount_cents)s, %(received_at)s, %(reference)s,
    %(now)s
);

-- name: lock_proposal_to_pay
-- What a proposal is owed, its row held until the transaction ends.
select status, customer_id, currency, deposit_cents
from proposals
where id = %(id)s and archived_at is null
for update;

-- name: paid_for_proposal
-- What was received for a proposal, less what went back or is on its way back; what the payer's
-- bank disputes is not ours to count.
select
    coalesce(sum(p.amount_cents - (
        select coalesce(sum(r.amount_cents), 0)
        from refunds as r
        where r.payment_id = p.id and r.status <> 'failed'
    )), 0)::bigint
from payments as p
where
    p.proposal_id = %(id)s and p.kind not in ('tip', 'fee')
    and p.status in ('succeeded', 'partially_refunded', 'refunded');
