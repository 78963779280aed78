with page as materialized (
    select
        id, number, status, tour_type, source, party_size, starts_at, ends_at, time_zone, pickup,
        created_at, version, customer_id
    from bookings
    where starts_at >= %(from)s
    order by starts_at, id
    limit 201
),
shown as materialized (
    select *
    from page
    order by starts_at, id
    limit 200
)
select json_build_object('bookings', json_build_object(
    'edges', coalesce((
        select json_agg(json_build_object('node', json_build_object(
            'id', rtrim(translate(encode('Booking:'::bytea || uuid_send(b.id), 'base64'), '+/', '-_'), '='),
            'number', b.number, 'status', upper(b.status), 'tourType', upper(b.tour_type),
            'source', upper(b.source), 'partySize', b.party_size, 'startsAt', b.starts_at,
            'endsAt', b.ends_at, 'timeZone', b.time_zone, 'pickup', b.pickup,
            'createdAt', b.created_at, 'version', b.version,
            'customer', case when c.id is not null then json_build_object(
                'id', rtrim(translate(encode('Customer:'::bytea || uuid_send(c.id), 'base64'), '+/', '-_'), '='),
                'name', c.name, 'email', c.email
            ) end,
            'payments', (
                select coalesce(json_agg(json_build_object(
                    'id', rtrim(translate(encode('Payment:'::bytea || uuid_send(p.id), 'base64'), '+/', '-_'), '='),
                    'status', upper(p.status), 'kind', upper(p.kind),
                    'amount', json_build_object('amountCents', p.amount_cents)
                ) order by p.created_at, p.id), '[]')
                from payments as p
                where p.booking_id = b.id
            )
        )) order by b.starts_at, b.id)
        from shown as b
        left join customers as c on c.id = b.customer_id
    ), '[]'),
    'pageInfo', json_build_object('hasNextPage', (select count(*) > 200 from page))
))::text
