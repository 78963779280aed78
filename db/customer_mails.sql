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

-- name: reminder
-- What a reminder of a tour says, and to whom: nobody, if it is off, not sure, or at another time.
select
    b.number, b.starts_at, b.time_zone, b.pickup,
    array(
        select
            concat_ws(
                ' ',
                to_char(s.planned_arrival_at at time zone b.time_zone, 'HH24:MI'),
                coalesce(s.name, w.name, r.name, h.name, o.name)
            )
        from booking_stops as s
        left join wineries as w on s.winery_id = w.id
        left join restaurants as r on s.restaurant_id = r.id
        left join hotels as h on s.hotel_id = h.id
        left join own_places as o on s.own_place_id = o.id
        where s.booking_id = b.id
        order by s.position
    ),
    case
        when b.status in ('confirmed', 'assigned') and b.starts_at = %(starts_at)s
            then coalesce(b.customer_email, c.email)
    end
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
