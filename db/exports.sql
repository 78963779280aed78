-- name: export_customers
-- Who they are: all customers that the person was.
select (to_jsonb(c) - '{tenant_id,brand_id,search}'::text[])::text
from customers as c
where c.id = any(%(customer)s);

-- name: export_bookings
-- Their tours.
select (to_jsonb(b) - '{tenant_id,brand_id,search}'::text[])::text
from bookings as b
where b.id = any(%(booking)s);

-- name: export_booking_price_lines
-- What their tours are charged for.
select (to_jsonb(l) - '{tenant_id,brand_id,search}'::text[])::text
from booking_price_lines as l
where l.booking_id = any(%(booking)s);

-- name: export_booking_stops
-- Where their tours go.
select (to_jsonb(s) - '{tenant_id,brand_id,search}'::text[])::text
from booking_stops as s
where s.booking_id = any(%(booking)s);

-- name: export_booking_vehicles
-- In what they ride.
select (to_jsonb(v) - '{tenant_id,brand_id,search}'::text[])::text
from booking_vehicles as v
where v.booking_id = any(%(booking)s);

-- name: export_booking_drivers
-- Who drives them, by id.
select (to_jsonb(d) - '{tenant_id,brand_id,search}'::text[])::text
from booking_drivers as d
where d.booking_id = any(%(booking)s);

-- name: export_blocks
-- The time that their tours take of vans and drivers.
select (to_jsonb(k) - '{tenant_id,brand_id,search}'::text[])::text
from blocks as k
where k.booking_id = any(%(booking)s);

-- name: export_tour_offers
-- Which drivers were asked to drive them.
select (to_jsonb(o) - '{tenant_id,brand_id,search}'::text[])::text
from tour_offers as o
where o.booking_id = any(%(booking)s);

-- name: export_app_grants
-- Which partners may see their tours.
select (to_jsonb(g) - '{tenant_id,brand_id,search}'::text[])::text
from app_grants as g
where g.booking_id = any(%(booking)s);

-- name: export_promo_redemptions
-- The promotions that they used.
select (to_jsonb(u) - '{tenant_id,brand_id,search}'::text[])::text
from promo_redemptions as u
where u.booking_id = any(%(booking)s);

-- name: export_invoices
-- What they were billed.
select (to_jsonb(i) - '{tenant_id,brand_id,search}'::text[])::text
from invoices as i
where i.booking_id = any(%(booking)s);

-- name: export_reservations
-- Their reservations.
select (to_jsonb(r) - '{tenant_id,brand_id,search}'::text[])::text
from reservations as r
where r.id = any(%(reservation)s);

-- name: export_inquiries
-- What they asked for.
select (to_jsonb(q) - '{tenant_id,brand_id,search}'::text[])::text
from inquiries as q
where q.id = any(%(inquiry)s);

-- name: export_proposals
-- What was proposed to them.
select (to_jsonb(p) - '{tenant_id,brand_id,search}'::text[])::text
from proposals as p
where p.id = any(%(proposal)s);

-- name: export_proposal_days
-- The days of their proposals.
select (to_jsonb(d) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_days as d
where d.proposal_id = any(%(proposal)s);

-- name: export_proposal_stops
-- The stops of their proposals.
select (to_jsonb(s) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_stops as s
where s.proposal_id = any(%(proposal)s);

-- name: export_proposal_inclusions
-- The lines of their proposals.
select (to_jsonb(n) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_inclusions as n
where n.proposal_id = any(%(proposal)s);

-- name: export_proposal_guests
-- The guests of their proposals, and themselves as a guest of others'.
select (to_jsonb(g) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_guests as g
where g.id = any(%(proposal_guest)s);

-- name: export_proposal_notes
-- What they and staff wrote to each other.
select (to_jsonb(n) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_notes as n
where n.proposal_id = any(%(proposal)s);

-- name: export_proposal_versions
-- What they were sent.
select (to_jsonb(v) - '{tenant_id,brand_id,search}'::text[])::text
from proposal_versions as v
where v.proposal_id = any(%(proposal)s);

-- name: export_tickets
-- Their seats in shared tours.
select (to_jsonb(t) - '{tenant_id,brand_id,search}'::text[])::text
from tickets as t
where t.id = any(%(ticket)s);

-- name: export_payments
-- What they paid.
select (to_jsonb(y) - '{tenant_id,brand_id,search}'::text[])::text
from payments as y
where y.id = any(%(payment)s);

-- name: export_refunds
-- What they got back.
select (to_jsonb(f) - '{tenant_id,brand_id,search}'::text[])::text
from refunds as f
where f.payment_id = any(%(payment)s);

-- name: export_tasks
-- What staff were told to do about them.
select (to_jsonb(t) - '{tenant_id,brand_id,search}'::text[])::text
from tasks as t
where t.id = any(%(task)s);

-- name: export_links
-- What opens their objects: the ids, which open nothing without a signature.
select (to_jsonb(l) - '{tenant_id,brand_id,search}'::text[])::text
from links as l
where l.id = any(%(link)s);

-- name: export_customer_sessions
-- When and from where they signed in.
select (to_jsonb(s) - '{tenant_id,brand_id,search}'::text[])::text
from customer_sessions as s
where s.customer_id = any(%(customer)s);

-- name: export_customer_codes
-- The mails by which they signed in: ids, which open nothing without a signature.
select (to_jsonb(c) - '{tenant_id,brand_id,search}'::text[])::text
from customer_codes as c
where c.customer_id = any(%(customer)s);

-- name: export_privacy_requests
-- What they asked about their data.
select (to_jsonb(q) - '{tenant_id,brand_id,search}'::text[])::text
from privacy_requests as q
where q.id = any(%(privacy_request)s);

-- name: export_events
-- What happened to all of these, with the values of it that are kept apart.
select
    (
        to_jsonb(e) - '{tenant_id,brand_id}'::text[]
        || jsonb_build_object('personal', (
            select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
            from event_personal_values as p
            where p.event_id = e.id
        ))
    )::text
from events as e
where e.entity_id = any(%(objects)s::uuid[])
order by e.id;
