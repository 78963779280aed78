-- name: insert_payment
-- Money for a booking that somebody has in hand.
insert into payments
(
    id, booking_id, customer_id, kind, method, status, currency, amount_cents, received_at,
    reference, created_at
)
values (
    %(id)s, %(booking_id)s, %(customer_id)s, %(kind)s, %(method)s, 'succeeded', %(currency)s,
    %(amount_cents)s, %(received_at)s, %(reference)s, %(now)s
);
