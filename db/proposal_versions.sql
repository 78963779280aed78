-- name: freeze_version
-- What the client is sent: shown lines, days and stops without driver notes, and the sums.
insert into proposal_versions (id, proposal_id, number, snapshot, currency, total_cents, sent_at)
select
    %(id)s as version_id, p.id,
    (select coalesce(max(v.number), 0) + 1 from proposal_versions as v where v.proposal_id = p.id),
    jsonb_build_object(
        'title', p.title,
        'party_size', p.party_size,
        'starts_on', p.starts_on,
        'ends_on', p.ends_on,
        'valid_until', to_char(p.valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'client_notes', p.client_notes,
        'individual_billing', p.individual_billing,
        'subtotal_cents', p.subtotal_cents,
        'discount_cents', p.discount_cents,
        'tax_cents', p.tax_cents,
        'gratuity_cents', p.gratuity_cents,
        'total_cents', p.total_cents,
        'deposit_cents', p.deposit_cents,
        'inclusions', (
            select
                coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'kind', i.kind, 'label', i.label, 'pricing', i.pricing,
                            'unit_cents', i.unit_cents, 'quantity', i.quantity,
                            'line_cents', i.line_cents, 'taxable', i.taxable
                        )
                        order by i.position
                    ),
                    '[]'
                )
            from proposal_inclusions as i
            where i.proposal_id = p.id and i.shown
        ),
        'days', (
            select
                coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'on_date', d.on_date, 'title', d.title,
                            'stops', (
                                select
                                    coalesce(
                                        jsonb_agg(
                                            jsonb_build_object(
                                                'kind', s.kind,
                                                'place', coalesce(
                                                    w.name, r.name, h.name, o.name, s.name
                                                ),
                                                'starts_at_local', s.starts_at_local,
                                                'minutes', s.minutes
                                            )
                                            order by s.position
                                        ),
                                        '[]'
                                    )
                                from proposal_stops as s
                                left join wineries as w on s.winery_id = w.id
                                left join restaurants as r on s.restaurant_id = r.id
                                left join hotels as h on s.hotel_id = h.id
                                left join own_places as o on s.own_place_id = o.id
                                where s.day_id = d.id
                            )
                        )
                        order by d.position
                    ),
                    '[]'
                )
            from proposal_days as d
            where d.proposal_id = p.id
        )
    ),
    p.currency, p.total_cents, %(now)s
from proposals as p
where p.id = %(proposal_id)s
returning number;

-- name: two_versions
-- What the client was sent in two versions.
select number, snapshot
from proposal_versions
where proposal_id = %(proposal_id)s and number = any(%(numbers)s);
