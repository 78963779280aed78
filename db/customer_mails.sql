-- name: new_time
-- What a mail about a booking's new time says, and to whom; nobody is told of a tour that is off.
select
    b.number, b.starts_at, b.time_zone,
    case when b.status not in ('cancelled', 'expired') then coalesce(b.customer_email, c.email) end
from bookings as b
left join customers as c on b.customer_id = c.id
where b.id = %(booking_id)s;

-- name: called_off
-- What a mail about a cancelled booking says, and to whom.
select
    b.number, b.starts_at, b.time_zone, b.refund_due_cents, b.currency,
    case when b.status = 'cancelled' then coalesce(b.customer_email, c.email) end
from bookings as b
left join customers as c on b.customer_id = c.id
where b.id = %(booking_id)s;

-- name: sent_proposal
-- What a mail with a proposal says, to whom, and on which website it is opened; nobody is told of
-- one that may not be answered any more.
select
    p.number, p.title, p.valid_until, b.website,
    case when p.status in ('sent', 'viewed') and p.valid_until > %(now)s then c.email end
from proposals as p
inner join customers as c on p.customer_id = c.id
cross join brands as b
where p.id = %(proposal_id)s;
