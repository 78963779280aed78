select json_build_object('booking', (
    select json_build_object(
        'id', rtrim(translate(encode('Booking:'::bytea || uuid_send(b.id), 'base64'), '+/', '-_'), '='),
        'number', b.number, 'status', upper(b.status), 'tourType', upper(b.tour_type),
        'partySize', b.party_size, 'startsAt', b.starts_at, 'endsAt', b.ends_at,
        'version', b.version,
        'total', json_build_object('amountCents', b.total_cents, 'currency', b.currency),
        'customer', (
            select json_build_object(
                'id', rtrim(translate(encode('Customer:'::bytea || uuid_send(c.id), 'base64'), '+/', '-_'), '='),
                'name', c.name, 'email', c.email
            )
            from customers as c
            where c.id = b.customer_id
        ),
        'payments', (
            select coalesce(json_agg(json_build_object(
                'id', rtrim(translate(encode('Payment:'::bytea || uuid_send(p.id), 'base64'), '+/', '-_'), '='),
                'status', upper(p.status), 'kind', upper(p.kind),
                'amount', json_build_object('amountCents', p.amount_cents)
            ) order by p.created_at, p.id), '[]')
            from payments as p
            where p.booking_id = b.id
        ),
        'stops', (
            select coalesce(json_agg(json_build_object(
                'position', s.position, 'kind', upper(s.kind), 'minutes', s.minutes
            ) order by s.position), '[]')
            from booking_stops as s
            where s.booking_id = b.id
        )
    )
    from bookings as b
    where b.id = %(id)s
))::text
