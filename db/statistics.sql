-- name: bookings_by_tour_day
-- Bookings whose tours begin in a time, in groups of those alike, by local month.
select
    date_trunc('month', starts_at at time zone %(zone)s)::date as month,
    case
        when status = 'held' and hold_expires_at <= now() then 'expired' else status
    end as status_by_now,
    source, tour_type, count(*)::integer, sum(party_size)::integer, sum(total_cents)::bigint,
    sum(tax_cents)::bigint
from bookings
where
    starts_at >= %(since)s and starts_at < %(until)s
    and (source = any(%(sources)s::text[]) or %(sources)s is null)
    and (tour_type = any(%(tour_types)s::text[]) or %(tour_types)s is null)
group by month, status_by_now, source, tour_type;

-- name: bookings_by_creation
-- Bookings that were made in a time, in groups of those alike, by local month.
select
    date_trunc('month', created_at at time zone %(zone)s)::date as month,
    case
        when status = 'held' and hold_expires_at <= now() then 'expired' else status
    end as status_by_now,
    source, tour_type, count(*)::integer, sum(party_size)::integer, sum(total_cents)::bigint,
    sum(tax_cents)::bigint
from bookings
where
    created_at >= %(since)s and created_at < %(until)s
    and (source = any(%(sources)s::text[]) or %(sources)s is null)
    and (tour_type = any(%(tour_types)s::text[]) or %(tour_types)s is null)
group by month, status_by_now, source, tour_type;

-- name: inquiries_by_creation
-- Inquiries that were made in a time, and those of them that came to a booking in some states.
select
    count(*)::integer,
    count(*) filter (
        where exists (
            select 1
            from bookings as b
            where b.inquiry_id = i.id and b.status = any(%(sold)s)
        )
    )::integer
from inquiries as i
where
    i.created_at >= %(since)s and i.created_at < %(until)s
    and (i.source = any(%(sources)s::text[]) or %(sources)s is null)
    and (i.tour_type = any(%(tour_types)s::text[]) or %(tour_types)s is null);

-- name: proposals_by_tour_day
-- Proposals whose first day lies in a range, in groups of those alike, by month.
select
    date_trunc('month', starts_on)::date as month,
    case
        when status in ('sent', 'viewed') and valid_until <= now() then 'expired' else status
    end as status_by_now,
    (sent_at is not null or status <> 'draft') as was_sent,
    count(*)::integer, sum(party_size)::integer, sum(total_cents)::bigint, sum(tax_cents)::bigint
from proposals
where starts_on >= %(first)s and starts_on <= %(last)s
group by month, status_by_now, was_sent;

-- name: proposals_by_creation
-- Proposals that were made in a time, in groups of those alike, by local month.
select
    date_trunc('month', created_at at time zone %(zone)s)::date as month,
    case
        when status in ('sent', 'viewed') and valid_until <= now() then 'expired' else status
    end as status_by_now,
    (sent_at is not null or status <> 'draft') as was_sent,
    count(*)::integer, sum(party_size)::integer, sum(total_cents)::bigint, sum(tax_cents)::bigint
from proposals
where created_at >= %(since)s and created_at < %(until)s
group by month, status_by_now, was_sent;
