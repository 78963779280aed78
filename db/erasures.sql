-- name: erase_customers
-- Nobody is left: a customer without a name, an address or a preference.
update customers
set
    name = 'Erased', email = null, phone = null, preferences = '{}', consents = '{}', tags = '{}',
    internal_notes = null, stripe_customer_id = null, vip = false, erased_at = %(now)s,
    archived_at = coalesce(archived_at, %(now)s), version = version + 1, updated_at = %(now)s
where id = any(%(customer)s)
returning id, version;

-- name: erase_bookings
-- Tours without who took part, where they were met and what was said; sums and times stay.
update bookings
set
    customer_name = case when customer_name is not null then 'Erased' end, customer_email = null,
    customer_phone = null, pickup = null, dropoff = null, special_requests = null,
    internal_notes = null, driver_notes = null,
    cancel_reason = case when cancel_reason is not null then 'Erased' end,
    deposit_waiver_reason = case when deposit_waiver_reason is not null then 'Erased' end,
    version = version + 1, updated_at = %(now)s
where id = any(%(booking)s)
returning id, version;

-- name: erase_booking_stops
-- Stops without the names and addresses that were written for them; places of the directory stay.
update booking_stops
set name = null, address = null
where booking_id = any(%(booking)s) and num_nonnulls(name, address) > 0
returning id;

-- name: erase_tour_offers
-- What drivers were offered, without where the guests were met and what the driver wrote.
update tour_offers
set pickup = null, reason = null, version = version + 1
where booking_id = any(%(booking)s) and num_nonnulls(pickup, reason) > 0
returning id;

-- name: erase_blocks
-- The time of vans and drivers, without why.
update blocks
set reason = null, version = version + 1
where booking_id = any(%(booking)s) and reason is not null
returning id;

-- name: erase_reservations
-- Reservations without who reserved and what was said.
update reservations
set
    contact_name = case when contact_name is not null then 'Erased' end, contact_email = null,
    contact_phone = null, special_requests = null, internal_notes = null,
    cancel_reason = case when cancel_reason is not null then 'Erased' end, version = version + 1
where id = any(%(reservation)s)
returning id, version;

-- name: erase_inquiries
-- Inquiries without who asked and what.
update inquiries
set
    name = 'Erased', email = null, phone = null, message = null,
    lost_reason = case when lost_reason is not null then 'Erased' end, version = version + 1
where id = any(%(inquiry)s)
returning id, version;

-- name: erase_proposals
-- Proposals without their titles, notes and signatures; lines and sums stay as they were accepted.
update proposals
set
    title = 'Erased', client_notes = null, internal_notes = null,
    signature_name = case when signature_name is not null then 'Erased' end,
    decline_reason = case when decline_reason is not null then 'Erased' end, version = version + 1
where id = any(%(proposal)s)
returning id, version;

-- name: erase_proposal_days
-- Days of proposals without the titles that were written for them.
update proposal_days
set title = null
where proposal_id = any(%(proposal)s) and title is not null
returning id;

-- name: erase_proposal_stops
-- Stops of proposals without the names and notes that were written for them.
update proposal_stops
set name = null, driver_notes = null
where proposal_id = any(%(proposal)s) and num_nonnulls(name, driver_notes) > 0
returning id;

-- name: erase_proposal_guests
-- Guests of a person's proposals, and the person as a guest of others'; shares and sums stay.
update proposal_guests
set name = 'Erased', email = null, dietary = null, room = null
where id = any(%(proposal_guest)s)
returning id;

-- name: erase_proposal_notes
-- What client and staff have written to each other.
update proposal_notes
set body = 'Erased'
where proposal_id = any(%(proposal)s)
returning id;

-- name: erase_proposal_versions
-- What the client was sent, without titles, notes and places; lines and sums stay.
update proposal_versions
set
    snapshot = snapshot || jsonb_build_object(
        'title', 'Erased', 'client_notes', null,
        'days', (
            select
                coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'on_date', d.day -> 'on_date', 'title', null,
                            'stops', (
                                select
                                    coalesce(
                                        jsonb_agg(
                                            s.stop || '{"place": null}'::jsonb order by s.position
                                        ),
                                        '[]'
                                    )
                                from
                                    jsonb_array_elements(d.day -> 'stops')
                                    with ordinality as s (stop, position)
                            )
                        )
                        order by d.position
                    ),
                    '[]'
                )
            from jsonb_array_elements(snapshot -> 'days') with ordinality as d (day, position)
        )
    )
where proposal_id = any(%(proposal)s)
returning id;

-- name: erase_payments
-- Money received, without what was noted of it by hand.
update payments
set reference = null, version = version + 1
where id = any(%(payment)s) and reference is not null
returning id, version;

-- name: erase_refunds
-- Money returned, without what was noted of it by hand.
update refunds
set reason = 'Erased'
where payment_id = any(%(payment)s)
returning id;

-- name: erase_tasks
-- What staff were told to do, without whom it was about.
update tasks
set title = 'Erased', version = version + 1
where id = any(%(task)s)
returning id, version;

-- name: erase_links
-- What opened a person's objects opens them no more.
update links
set revoked_at = %(now)s, version = version + 1
where id = any(%(link)s) and revoked_at is null
returning id;

-- name: erase_customer_sessions
-- Where a person signed in from, and that they did.
delete from customer_sessions
where customer_id = any(%(customer)s)
returning id;

-- name: erase_customer_codes
-- What a person could still sign in by.
delete from customer_codes
where customer_id = any(%(customer)s)
returning id;

-- name: erase_exports
-- What was handed out of a person is not kept here any more.
delete from customer_exports
where request_id = any(%(privacy_request)s)
returning request_id;

-- name: erase_told
-- What events told of these objects, each up to an event if one is named: figures and times stay.
select erase_told(%(objects)s::uuid[], %(lasts)s::uuid[]);
