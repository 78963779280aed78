with page as materialized (
    select *
    from bookings
    where starts_at >= %(from)s
    order by starts_at, id
    limit 21
),
shown as materialized (
    select *
    from page
    order by starts_at, id
    limit 20
)
select json_build_object('bookings', json_build_object(
    'edges', coalesce((
        select json_agg(json_build_object('node', json_build_object(
            'id', rtrim(translate(encode('Booking:'::bytea || uuid_send(b.id), 'base64'), '+/', '-_'), '='),
            'number', b.number, 'status', upper(b.status), 'tourType', upper(b.tour_type),
            'partySize', b.party_size, 'startsAt', b.starts_at, 'endsAt', b.ends_at,
            'startsAtLocal', b.starts_at at time zone b.time_zone, 'timeZone', b.time_zone,
            'version', b.version,
            'total', json_build_object(
                'amountCents', b.total_cents, 'currency', b.currency,
                'formatted', to_char(b.total_cents / 100.0, 'FM"$"999,999,990.00')
            ),
            'deposit', json_build_object('amountCents', b.deposit_cents),
            'balance', json_build_object('amountCents', b.balance_cents),
            'customer', case when c.id is not null then json_build_object(
                'id', rtrim(translate(encode('Customer:'::bytea || uuid_send(c.id), 'base64'), '+/', '-_'), '='),
                'name', c.name, 'email', c.email, 'phone', c.phone
            ) end,
            'payments', (
                select coalesce(json_agg(json_build_object(
                    'id', rtrim(translate(encode('Payment:'::bytea || uuid_send(p.id), 'base64'), '+/', '-_'), '='),
                    'status', upper(p.status), 'kind', upper(p.kind), 'method', upper(p.method),
                    'amount', json_build_object('amountCents', p.amount_cents)
                ) order by p.created_at, p.id), '[]')
                from payments as p
                where p.booking_id = b.id
            ),
            'stops', (
                select coalesce(json_agg(json_build_object(
                    'position', s.position, 'plannedArrivalAt', s.planned_arrival_at,
                    'minutes', s.minutes,
                    'winery', case when w.id is not null then json_build_object(
                        'slug', w.slug, 'name', w.name
                    ) end
                ) order by s.position), '[]')
                from booking_stops as s
                left join wineries as w on w.id = s.winery_id
                where s.booking_id = b.id
            ),
            'vehicles', (
                select coalesce(json_agg(json_build_object(
                    'name', v.name, 'seats', v.seats
                ) order by v.name, v.id), '[]')
                from booking_vehicles as j
                inner join vehicles as v on v.id = j.vehicle_id
                where j.booking_id = b.id
            ),
            'drivers', (
                select coalesce(json_agg(json_build_object(
                    'name', d.name
                ) order by d.name, d.id), '[]')
                from booking_drivers as j
                inner join drivers as d on d.id = j.driver_id
                where j.booking_id = b.id
            )
        )) order by b.starts_at, b.id)
        from shown as b
        left join customers as c on c.id = b.customer_id
    ), '[]'),
    'pageInfo', json_build_object('hasNextPage', (select count(*) > 20 from page))
))::text
