-- name: lock_proposal
-- What staff write of one proposal, locked against a concurrent change.
select
    id, number, status, planning_phase, valid_until, version, edited_version,
    title, party_size, starts_on, ends_on, discount_ppm, gratuity_ppm, individual_billing,
    client_notes, internal_notes,
    subtotal_cents, discount_cents, tax_cents, total_cents, deposit_cents, gratuity_cents
from proposals
where id = %(id)s and archived_at is null
for update;

-- name: lock_offer
-- Where one proposal is in its life, locked; of columns that its client may read too.
select
    id, number, status, planning_phase, valid_until, version, edited_version, sent_version,
    sent_at, viewed_at, accepted_at, declined_at, decline_reason
from proposals
where id = %(id)s
for update;

-- name: see_offer
-- The same without the lock, for who has to lock others first.
select
    id, number, status, planning_phase, valid_until, version, edited_version, sent_version,
    sent_at, viewed_at, accepted_at, declined_at, decline_reason
from proposals
where id = %(id)s;

-- name: terms_of_drafts
-- The prefix of numbers, the tax and the share of the deposit, as in force on a local day.
select number_prefix, tax_ppm, deposit_percent
from brand_settings
where effective_from <= %(day)s
order by effective_from desc
limit 1;

-- name: known_customer
-- Whether there is such a customer to write a proposal for.
select 1
from customers
where id = %(id)s and archived_at is null;

-- name: insert_proposal
-- A new draft without lines.
insert into proposals
(
    id, number, title, customer_id, party_size, starts_on, ends_on, valid_until, currency,
    discount_ppm, gratuity_ppm, individual_billing, client_notes, internal_notes, created_at
)
values (
    %(id)s, %(number)s, %(title)s, %(customer_id)s, %(party_size)s, %(starts_on)s, %(ends_on)s,
    %(valid_until)s, %(currency)s, %(discount_ppm)s, %(gratuity_ppm)s, %(individual_billing)s,
    %(client_notes)s, %(internal_notes)s, %(now)s
);

-- name: update_proposal
-- The head and the sums after an edit.
update proposals
set
    title = %(title)s,
    party_size = %(party_size)s,
    starts_on = %(starts_on)s,
    ends_on = %(ends_on)s,
    discount_ppm = %(discount_ppm)s,
    gratuity_ppm = %(gratuity_ppm)s,
    individual_billing = %(individual_billing)s,
    client_notes = %(client_notes)s,
    internal_notes = %(internal_notes)s,
    subtotal_cents = %(subtotal_cents)s,
    discount_cents = %(discount_cents)s,
    tax_cents = %(tax_cents)s,
    gratuity_cents = %(gratuity_cents)s,
    total_cents = %(total_cents)s,
    deposit_cents = %(deposit_cents)s,
    version = %(version)s,
    edited_version = %(edited_version)s
where id = %(id)s;

-- name: update_life
-- Where a proposal is in its life, as staff and the sweep write it.
update proposals
set
    status = %(status)s,
    planning_phase = %(planning_phase)s,
    valid_until = %(valid_until)s,
    sent_version = %(sent_version)s,
    sent_at = %(sent_at)s,
    declined_at = %(declined_at)s,
    decline_reason = %(decline_reason)s,
    version = %(version)s
where id = %(id)s;

-- name: sign
-- A client's signature, and that they have agreed to the terms.
update proposals
set
    status = %(status)s,
    accepted_at = %(accepted_at)s,
    signature_name = %(signature_name)s,
    terms_accepted_at = %(accepted_at)s,
    version = %(version)s
where id = %(id)s;

-- name: update_answer
-- What a client says to a proposal: seen, or declined.
update proposals
set
    status = %(status)s,
    viewed_at = %(viewed_at)s,
    declined_at = %(declined_at)s,
    decline_reason = %(decline_reason)s,
    version = %(version)s
where id = %(id)s;

-- name: run_out
-- Open proposals whose time has run out, oldest first.
select id
from proposals
where status in ('sent', 'viewed') and valid_until <= %(now)s
order by valid_until, id
limit %(batch)s;

-- name: address_of_client
-- Whom a proposal is sent to.
select c.id, c.name, c.email, c.phone
from proposals as p
inner join customers as c on p.customer_id = c.id
where p.id = %(id)s;

-- name: deposit_received_at
-- When the last payment came in that made the deposit of a proposal full.
select max(received_at)
from payments
where proposal_id = %(id)s and status = 'succeeded' and kind not in ('tip', 'fee')
having sum(amount_cents) >= %(deposit_cents)s;

-- name: receive_deposits
-- The bookings of a proposal whose deposit was paid.
update bookings
set deposit_received_at = %(received_at)s
where proposal_id = %(id)s;
