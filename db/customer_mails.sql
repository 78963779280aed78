-- name: new_time
-- What a mail about a booking's new time says, and to whom; nobody is told of a tour that is off.
select
    b.number, b.starts_at, b.time_zone,
    case when b.status not in ('cancelled', 'expired') then coalesce(c.email, b.customer_email) end
from bookings as b
left join customers as c on b.customer_id = c.id
where b.id = %(booking_id)s;
