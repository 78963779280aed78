-- name: lock_offer
-- One offer as the rules need it, locked against another answer.
select
    id, booking_id, driver_id, replaces_driver_id, status, starts_at, ends_at, expires_at, version
from tour_offers
where id = %(id)s
for update;

-- name: offered_tour
-- The tour of an offer that is the caller's, behind the lock of its booking.
select
    id, number, status, version, party_size, starts_at, ends_at, buffer_minutes, standing_minutes,
    vans, seats, guests, drivers
from offered_tour(%(offer_id)s);

-- name: take_offered_tour
-- The first yes: the driver is on the tour, and others' offers of it are withdrawn.
select id, version
from take_offered_tour(%(offer_id)s, %(block_id)s, %(next_status)s, %(closes)s, %(now)s);

-- name: ask_for_substitute
-- The caller's tour on offer to whoever else is free, and a task for the staff.
select offer_id, driver_id
from
    ask_for_substitute(
        %(booking_id)s, %(task_id)s, %(title)s, %(title_alone)s, %(due_alone)s,
        %(offer_ids)s::uuid[], %(until)s, %(now)s
    );

-- name: drivers_at_work
-- Which of the named drivers work here.
select id
from drivers
where id = any(%(ids)s::uuid[]) and status = 'active' and archived_at is null;

-- name: insert_offers
-- One offer a driver, of the tour as it is now.
insert into tour_offers
(
    id, booking_id, driver_id, starts_at, ends_at, party_size, pickup, expires_at, created_at
)
select
    each.offer_id, b.id, each.driver_id, b.starts_at, b.ends_at, b.party_size, b.pickup,
    %(expires_at)s, %(now)s
from bookings as b
cross join unnest(%(ids)s::uuid[], %(driver_ids)s::uuid[]) as each (offer_id, driver_id)
where b.id = %(booking_id)s;

-- name: answer_offer
-- A driver's no, or the staff's taking back.
update tour_offers
set
    status = %(next_status)s, reason = %(reason)s, answered_at = %(now)s,
    version = version + 1
where id = %(id)s;

-- name: withdraw_offers
-- What is still on offer of a tour in a driver's place, or in nobody's, taken back.
update tour_offers
set status = 'withdrawn', answered_at = %(now)s, version = version + 1
where
    booking_id = %(booking_id)s and status = 'offered'
    and replaces_driver_id is not distinct from %(replaces_driver_id)s::uuid
returning id, version;

-- name: expire_offers
-- All that nobody has answered in time, of one tour or of all.
update tour_offers
set status = 'expired', version = version + 1
where
    status = 'offered' and expires_at <= %(now)s
    and booking_id = coalesce(%(booking_id)s::uuid, booking_id)
returning id, version;
