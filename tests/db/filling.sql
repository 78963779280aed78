-- A few thousand rows in every hot table, over three brands of one tenant and one of another.
-- Run as a superuser with triggers off; ids are `md5(name || n)`, so that a test can know them.

insert into tenants (tenant_id, slug, name, created_at)
values (1, 'one', 'One', now()), (2, 'two', 'Two', now());

insert into brands (tenant_id, id, code, name, time_zone, currency)
select case when n = 4 then 2 else 1 end, n, 'b' || n, 'Brand ' || n, 'America/Los_Angeles', 'USD'
from generate_series(1, 4) as n;

create temporary table few on commit drop as select * from brands;

insert into tenants (tenant_id, slug, name, created_at)
select -n, 'tenant-' || n, 'Tenant', now() from generate_series(1, 2000) as n;

insert into brands (tenant_id, id, code, name, time_zone, currency)
select -n, -n, 'other', 'Brand', 'UTC', 'EUR' from generate_series(1, 2000) as n;

insert into brand_settings (tenant_id, brand_id, number_prefix, cancellation_tiers, effective_from)
select tenant_id, id, upper(code), '[]', date '2000-01-01' + 3 * n
from few cross join generate_series(1, 3000) as n;

insert into websites (tenant_id, brand_id, origin)
select tenant_id, id, 'https://w' || n || '.b' || id || '.example.com'
from few cross join generate_series(1, 1000) as n;

insert into counters (tenant_id, brand_id, kind, year, last)
select tenant_id, id, 'kind-' || k, year, 7
from few cross join generate_series(1, 20) as k cross join generate_series(2001, 2030) as year;

insert into idempotency_records
(tenant_id, brand_id, key, actor_id, request_hash, answer, created_at, expires_at)
select tenant_id, id, n::text, md5('staff' || n)::uuid, '\x00', '{}', now(), now() + n * interval '1 minute'
from few cross join generate_series(1, 1000) as n;

insert into wineries (id, slug, name, ava)
select md5('winery' || n)::uuid, 'winery-' || n, 'Winery ' || n, 'AVA ' || n % 20
from generate_series(1, 3000) as n;

insert into restaurants (id, slug, name)
select md5('restaurant' || n)::uuid, 'restaurant-' || n, 'Restaurant ' || n from generate_series(1, 3000) as n;

insert into hotels (id, slug, name)
select md5('hotel' || n)::uuid, 'hotel-' || n, 'Hotel ' || n from generate_series(1, 3000) as n;

insert into staff_users (tenant_id, id, email, name, created_at)
select 1 + n % 2, md5('staff' || n)::uuid, 'staff' || n || '@example.com', 'Staff ' || n, now()
from generate_series(1, 2000) as n;

insert into memberships (tenant_id, brand_id, staff_user_id, role)
select b.tenant_id, b.id, s.id, 'sales'
from few as b inner join staff_users as s on s.tenant_id = b.tenant_id;

insert into scope_grants (tenant_id, brand_id, id, membership_id, scope, effect, reason, given_at)
select m.tenant_id, m.brand_id, md5('grant' || m.id || n)::uuid, m.id, 'notes:read', 'deny', 'x', now()
from memberships as m cross join generate_series(1, 5) as n;

insert into staff_passwords (tenant_id, staff_user_id, password_hash, changed_at)
select tenant_id, id, 'hash', created_at from staff_users;

insert into staff_sessions
(tenant_id, id, staff_user_id, brand_code, address, created_at, refreshed_at, expires_at)
select s.tenant_id, md5('session' || s.id || n)::uuid, s.id, 'b1', '', now(), now(), 'infinity'
from staff_users as s cross join generate_series(1, 5) as n;

insert into identity_providers (
    tenant_id, id, issuer, client_id, scopes, role_claim, rules, provisioning, email_domains,
    verified_claim, strong_acrs, enforced, created_at, removed_at
)
select
    1 + n % 2, md5('provider' || n)::uuid, 'https://id.example/' || n, 'c', '{openid}', '{}', '[]',
    'invited', '{}', '{email_verified}', '{}', false, now(), now()
from generate_series(1, 2000) as n;

insert into staff_identities (tenant_id, id, staff_user_id, issuer, subject, linked_at)
select s.tenant_id, md5('identity' || s.id || n)::uuid, s.id, 'https://id.example/' || n, s.email, now()
from staff_users as s cross join generate_series(1, 3) as n;

insert into staff_codes (tenant_id, id, staff_user_id, kind, created_at, expires_at)
select tenant_id, md5('code' || id)::uuid, id, 'reset', now(), 'infinity' from staff_users;

insert into sealed_secrets
(tenant_id, id, kind, owner_id, key_id, box, created_at, sealed_at)
select tenant_id, md5('secret' || id)::uuid, 'totp', id, 'key' || tenant_id, sha256('x'), now(), now()
from staff_users;

insert into staff_factors (tenant_id, staff_user_id, secret_id, confirmed_at, created_at)
select tenant_id, owner_id, id, now(), now() from sealed_secrets;

insert into staff_recovery_codes (tenant_id, staff_user_id, code_hash, created_at)
select s.tenant_id, s.id, sha256(n::text::bytea), now()
from staff_users as s cross join generate_series(1, 10) as n;

insert into security_rules (tenant_id, id, name, required, version, changed_at)
select tenant_id, md5('rule' || tenant_id)::uuid, 'second_factor', false, 1, now() from tenants;

insert into apps (tenant_id, brand_id, id, name, kind, created_at)
select tenant_id, id, md5('app' || id || '-' || n)::uuid, 'App ' || n, 'partner', now()
from few cross join generate_series(1, 500) as n;

insert into api_keys
(tenant_id, brand_id, id, app_id, kind, mode, label, prefix, last_four, key_hash, created_at)
select
    tenant_id, brand_id, md5('key' || id::text)::uuid, id, 'partner', 'live', 'Key',
    'tbsk_live_abcd', 'abcd',
    sha256(id::text::bytea), now()
from apps;

insert into trusted_documents (tenant_id, brand_id, id, app_id, digest, text, pushed_at)
select
    tenant_id, brand_id, md5('document' || id::text || n)::uuid, id,
    encode(sha256((id::text || n)::bytea), 'hex'), '{ a }', now() + n * interval '1 minute'
from apps cross join generate_series(1, 4) as n;

insert into document_usage (tenant_id, brand_id, id, document_id, day, uses)
select
    tenant_id, brand_id, md5('use' || id::text || n)::uuid, id, date '2026-03-01' + n, 1
from trusted_documents cross join generate_series(1, 2) as n;

insert into field_usage (tenant_id, brand_id, id, coordinate, caller, app_id, day, uses)
select
    tenant_id, brand_id, md5('use' || id::text || n)::uuid,
    'Type' || abs(hashtext(id::text || n)) % 400 || '.field', 'partner', id,
    date '2026-03-01' + n % 90, 1
from apps cross join generate_series(1, 10) as n;

insert into vehicles (tenant_id, id, name, seats)
select 1 + n % 2, md5('vehicle' || n)::uuid, 'Van ' || n, 4 + n % 40 from generate_series(1, 2000) as n;

insert into drivers (tenant_id, id, name)
select 1 + n % 2, md5('driver' || n)::uuid, 'Driver ' || n from generate_series(1, 2000) as n;

update drivers set email = 'driver-' || id || '@example.com';

insert into driver_sessions
(tenant_id, id, driver_id, brand_code, address, created_at, refreshed_at, expires_at)
select tenant_id, md5('session' || id || n)::uuid, id, 'b1', '', now(), now(), 'infinity'
from drivers cross join generate_series(1, 20) as n;

insert into driver_codes (tenant_id, id, driver_id, created_at, expires_at)
select tenant_id, md5('code' || id)::uuid, id, now(), 'infinity' from drivers;

insert into documents (tenant_id, id, vehicle_id, kind, expires_on)
select tenant_id, md5('document' || id::text)::uuid, id, 'insurance', current_date + seats from vehicles;

insert into duty_entries (tenant_id, id, driver_id, kind, starts_at)
select tenant_id, md5('duty' || id::text)::uuid, id, 'driving', now() from drivers;

insert into inspections (tenant_id, id, vehicle_id, driver_id, kind, inspected_at)
select
    v.tenant_id, md5('report' || v.id::text)::uuid, v.id, d.id, 'pre_trip',
    now() - make_interval(hours => v.seats * 7)
from vehicles as v
inner join drivers as d on d.id = md5('driver' || substr(v.name, 5))::uuid;

insert into own_places (tenant_id, id, kind, name, created_at)
select 1 + n % 2, md5('place' || n)::uuid, 'winery', 'Place ' || n, now()
from generate_series(1, 2000) as n;

insert into directory_terms (tenant_id, id, place_kind, place_id, commission_ppm)
select tenant_id, md5('terms' || id::text)::uuid, 'winery', id, 1 from own_places;

insert into directory_notes (tenant_id, brand_id, id, place_kind, place_id)
select p.tenant_id, b.id, md5('note' || p.id::text || b.id)::uuid, 'winery', p.id
from own_places as p inner join few as b on b.tenant_id = p.tenant_id;

insert into driver_availability (tenant_id, id, driver_id, weekday)
select tenant_id, md5('week' || id::text || day)::uuid, id, day
from drivers cross join generate_series(1, 7) as day;

insert into rate_cards
(tenant_id, brand_id, id, kind, code, guests_min, guests_max, rate_cents, effective_from)
select
    tenant_id, id, md5('rate' || id || '-' || n)::uuid, 'hourly', 'r' || n % 30, 1, 14, 100,
    date '2000-01-01' + n
from few cross join generate_series(1, 5000) as n;

insert into price_rules (tenant_id, brand_id, id, kind, name, percent_ppm, effective_from)
select
    tenant_id, id, md5('rule' || id || '-' || n)::uuid, 'season', 'Rule ' || n, 1,
    date '2000-01-01' + 20 * n
from few cross join generate_series(1, 1000) as n;

insert into price_rules
(tenant_id, brand_id, id, kind, name, promo_code, percent_ppm, effective_from)
select
    tenant_id, id, md5('promo' || id || '-' || n)::uuid, 'promo_code', 'Promo ' || n, 'PROMO-' || n, 1,
    '2020-01-01'
from few cross join generate_series(1, 1000) as n;

insert into tour_packages
(
    tenant_id, brand_id, id, code, name, pricing, price_cents, guests_min, guests_max, effective_from
)
select
    tenant_id, id, md5('package' || id || '-' || n)::uuid, 'p' || n, 'Package ' || n, 'flat', 100, 1, 14,
    '2020-01-01'
from few cross join generate_series(1, 3000) as n;

insert into customers (tenant_id, brand_id, id, name, email, created_at, updated_at)
select
    tenant_id, id, md5('customer' || id || '-' || n)::uuid, 'Guest ' || n, 'guest' || n || '@example.com',
    timestamptz '2026-01-01' + n * interval '7 minutes', now()
from few cross join generate_series(1, 1500) as n;

insert into customer_sessions
(tenant_id, brand_id, id, customer_id, brand_code, address, created_at, refreshed_at, expires_at)
select tenant_id, brand_id, md5('session' || id)::uuid, id, 'b1', '', now(), now(), 'infinity'
from customers;

insert into customer_codes (tenant_id, brand_id, id, customer_id, created_at, expires_at)
select tenant_id, brand_id, md5('code' || id)::uuid, id, now(), 'infinity' from customers;

insert into inquiries (tenant_id, brand_id, id, number, customer_id, name, status, source, created_at)
select
    tenant_id, id, md5('inquiry' || id || '-' || n)::uuid, 'N-EXP-2026-' || lpad(n::text, 5, '0'), md5('customer' || id || '-' || n)::uuid,
    'Guest ' || n, (array['new', 'contacted', 'quoted', 'won', 'lost'])[1 + n % 5], 'website',
    timestamptz '2026-01-01' + n * interval '11 minutes'
from few cross join generate_series(1, 1500) as n;

insert into tasks (tenant_id, brand_id, id, kind, title, subject_kind, subject_id, due_at, created_at)
select
    tenant_id, id, md5('task' || id || '-' || n)::uuid, 'call', 'Call', 'inquiry',
    md5('inquiry' || id || '-' || n)::uuid, timestamptz '2026-01-01' + n * interval '13 minutes', now()
from few cross join generate_series(1, 1500) as n;

insert into reservations
(
    tenant_id, brand_id, id, number, customer_id, preferred_on, party_size, tour_type, method, currency,
    deposit_cents, consult_by, created_at
)
select
    tenant_id, id, md5('reservation' || id || '-' || n)::uuid, 'N-RES-2026-' || lpad(n::text, 5, '0'),
    md5('customer' || id || '-' || 1 + n % 1500)::uuid, date '2026-01-01' + n % 700, 4, 'wine_tour', 'card', 'USD', 25000,
    timestamptz '2026-01-02' + n * interval '17 minutes', timestamptz '2026-01-01' + n * interval '17 minutes'
from few cross join generate_series(1, 4500) as n;

insert into bookings
(
    tenant_id, brand_id, id, number, status, tour_type, source, customer_id, customer_name, sold_by_app_id,
    reservation_id, party_size, starts_at, ends_at, time_zone, currency, subtotal_cents, tax_cents,
    total_cents, deposit_cents, policy, deposit_received_at, created_at, updated_at
)
select
    tenant_id, id, md5('booking' || id || '-' || n)::uuid, 'N-2026-' || lpad(n::text, 5, '0'),
    (array['draft', 'pending', 'confirmed', 'assigned', 'completed', 'cancelled'])[1 + n % 6], 'wine_tour',
    (array['website', 'console', 'phone', 'partner'])[1 + n % 4],
    md5('customer' || id || '-' || 1 + n % 1500)::uuid, 'Guest ' || n, md5('app' || id || '-' || 1 + n % 500)::uuid,
    md5('reservation' || id || '-' || 1 + n % 1500)::uuid, 4, timestamptz '2026-01-01' + n * interval '3 hours',
    timestamptz '2026-01-01' + n * interval '3 hours' + interval '6 hours', 'America/Los_Angeles', 'USD',
    57000, 5187, 62187, 31094, '[]', now(), timestamptz '2025-06-01' + n * interval '1 hour', now()
from few cross join generate_series(1, 3000) as n;

insert into booking_price_lines
(
    tenant_id, brand_id, id, booking_id, position, kind, label, rule, unit_cents, amount_cents, taxable
)
select tenant_id, brand_id, md5('line' || id || p)::uuid, id, p, 'rate', 'Tour', 'hourly', 9500, 57000, true
from bookings cross join generate_series(1, 2) as p;

insert into promo_redemptions (tenant_id, brand_id, booking_id, price_rule_id, redeemed_at)
select tenant_id, brand_id, id, md5('rule' || brand_id || '-' || 1 + party_size % 1000)::uuid, now()
from bookings
where id <> md5('booking1-7')::uuid;

insert into booking_stops (tenant_id, brand_id, id, booking_id, position, kind, winery_id)
select
    tenant_id, brand_id, md5('stop' || id || p)::uuid, id, p, 'winery',
    md5('winery' || 1 + (substr(number, 8)::integer + p) % 3000)::uuid
from bookings cross join generate_series(1, 2) as p;

insert into booking_vehicles (tenant_id, brand_id, booking_id, vehicle_id, party_size)
select
    tenant_id, brand_id, id,
    md5('vehicle' || 2 * (1 + 300 * ((brand_id - 1) % 3) + substr(number, 8)::integer % 300) + tenant_id - 1)::uuid, 4
from bookings;

insert into booking_drivers (tenant_id, brand_id, booking_id, driver_id, assigned_at)
select
    tenant_id, brand_id, id,
    md5('driver' || 2 * (1 + 300 * ((brand_id - 1) % 3) + substr(number, 8)::integer % 300) + tenant_id - 1)::uuid, now()
from bookings;

insert into documents (tenant_id, id, driver_id, kind, expires_on)
select tenant_id, md5('licence' || id::text)::uuid, id, 'licence', current_date from drivers;

insert into inspections (tenant_id, id, vehicle_id, driver_id, kind, inspected_at)
select v.tenant_id, md5('inspection' || v.id || n)::uuid, v.id, d.id, 'pre_trip', now() - n * interval '1 day'
from vehicles as v
inner join drivers as d on v.tenant_id = d.tenant_id and substr(v.name, 5) = substr(d.name, 8)
cross join generate_series(1, 5) as n;

insert into tour_offers
(
    tenant_id, brand_id, id, booking_id, driver_id, status, starts_at, ends_at, party_size, expires_at, created_at
)
select
    b.tenant_id, b.brand_id, md5('offer' || b.id)::uuid, b.id, w.driver_id,
    (array['offered', 'accepted', 'declined', 'expired', 'withdrawn'])[1 + substr(b.number, 8)::integer % 5],
    b.starts_at, b.ends_at, 4, b.starts_at, b.created_at
from bookings as b
inner join booking_drivers as w on b.tenant_id = w.tenant_id and b.brand_id = w.brand_id and b.id = w.booking_id;

insert into app_grants (tenant_id, brand_id, app_id, booking_id, granted_at)
select tenant_id, brand_id, sold_by_app_id, id, now() from bookings where substr(number, 8)::integer % 5 = 0;

insert into blocks
(tenant_id, brand_id, id, vehicle_id, booking_id, kind, starts_at, ends_at, expires_at)
select
    tenant_id, brand_id, md5('block' || booking_id::text)::uuid, vehicle_id, booking_id,
    case when status = 'draft' then 'hold' else 'booking' end, starts_at, ends_at,
    case when status = 'draft' then starts_at end
from bookings inner join booking_vehicles using (tenant_id, brand_id) where booking_id = id;

insert into blocks (tenant_id, id, driver_id, kind, starts_at, ends_at)
select 1, md5('rest' || n)::uuid, md5('driver' || 2 * (1 + n % 900))::uuid, 'time_off',
    timestamptz '2026-01-01' + n * interval '2 days', timestamptz '2026-01-02' + n * interval '2 days'
from generate_series(1, 3000) as n;

insert into proposals
(
    tenant_id, brand_id, id, number, title, customer_id, party_size, starts_on, ends_on, valid_until, currency,
    created_at
)
select
    tenant_id, id, md5('proposal' || id || '-' || n)::uuid, 'N-TP-2026-' || lpad(n::text, 5, '0'), 'Tour ' || n,
    md5('customer' || id || '-' || 1 + n % 1500)::uuid, 4, date '2026-01-01' + n % 700, date '2026-01-03' + n % 700, now(), 'USD',
    timestamptz '2026-01-01' + n * interval '19 minutes'
from few cross join generate_series(1, 4500) as n;

insert into proposal_days (tenant_id, brand_id, id, proposal_id, position, on_date)
select tenant_id, brand_id, md5('day' || id::text)::uuid, id, 1, starts_on from proposals;

insert into proposal_stops (tenant_id, brand_id, id, proposal_id, day_id, position, kind, winery_id)
select tenant_id, brand_id, md5('pstop' || id::text)::uuid, proposal_id, id, 1, 'winery', md5('winery' || 1)::uuid
from proposal_days;

insert into proposal_inclusions
(
    tenant_id, brand_id, id, proposal_id, position, kind, label, pricing, unit_cents, line_cents, taxable
)
select tenant_id, brand_id, md5('inclusion' || id::text)::uuid, id, 1, 'dining', 'Lunch', 'flat', 1, 1, true
from proposals;

insert into proposal_guests (tenant_id, brand_id, id, proposal_id, position, name)
select tenant_id, brand_id, md5('guest' || id::text)::uuid, id, 1, 'Guest' from proposals;

insert into proposal_notes (tenant_id, brand_id, id, proposal_id, author_kind, internal, body, created_at)
select tenant_id, brand_id, md5('note' || id::text)::uuid, id, 'staff', false, 'A note', created_at from proposals;

insert into proposal_versions
(
    tenant_id, brand_id, id, proposal_id, number, snapshot, currency, total_cents, sent_at
)
select tenant_id, brand_id, md5('version' || id::text)::uuid, id, 1, '{}', 'USD', 0, created_at from proposals;

insert into payments
(
    tenant_id, brand_id, id, booking_id, reservation_id, proposal_id, customer_id, kind, method, status, currency,
    amount_cents, received_at, created_at
)
select
    tenant_id, brand_id, md5('payment' || id::text)::uuid, case when n % 3 = 0 then id end,
    case when n % 3 = 1 then reservation_id end,
    case when n % 3 = 2 then md5('proposal' || brand_id || '-' || 1 + n % 1500)::uuid end,
    customer_id, 'deposit', 'check',
    case when n % 4 = 0 then 'succeeded' else 'refunded' end, 'USD', 31094, now(), created_at
from (select b.*, substr(b.number, 8)::integer as n from bookings as b) as numbered;

insert into refunds (tenant_id, brand_id, id, payment_id, status, amount_cents, reason, created_at)
select tenant_id, brand_id, md5('refund' || id::text)::uuid, id, 'succeeded', 1, 'Rain', now() from payments;

insert into invoices
(
    tenant_id, brand_id, id, number, booking_id, kind, status, currency, lines, subtotal_cents, tax_cents,
    total_cents, issued_on, due_on
)
select
    tenant_id, brand_id, md5('invoice' || id::text)::uuid, 'N-INV-2026-' || right(number, 5), id, 'final', 'sent', 'USD', '[]', 100, 9,
    109, starts_at::date, starts_at::date + 2
from bookings;

insert into shared_tours
(
    tenant_id, brand_id, id, title, starts_at, ends_at, time_zone, currency, seat_cents, seat_with_lunch_cents,
    sales_close_at, cancel_until
)
select
    tenant_id, id, md5('shared' || id || '-' || n)::uuid, 'Shared', at, at + interval '6 hours', 'America/Los_Angeles',
    'USD', 9500, 11500, at, at
from few cross join generate_series(1, 5000) as n
cross join lateral (select timestamptz '2026-01-01' + n * interval '1 day') as day (at);

insert into shared_tour_drivers (tenant_id, brand_id, shared_tour_id, driver_id, assigned_at)
select
    tenant_id, id, md5('shared' || id || '-' || n)::uuid,
    md5('driver' || 2 * (1 + 300 * ((id - 1) % 3) + n % 300) + tenant_id - 1)::uuid, now()
from few cross join generate_series(1, 5000) as n;

insert into tickets
(
    tenant_id, brand_id, id, number, shared_tour_id, customer_id, guests, with_lunch, currency, subtotal_cents,
    tax_cents, total_cents, created_at
)
select
    tenant_id, id, md5('ticket' || id || '-' || n)::uuid, 'N-ST-2026-' || lpad(n::text, 5, '0'), md5('shared' || id || '-' || 1 + n % 1000)::uuid,
    md5('customer' || id || '-' || 1 + n % 1500)::uuid, 2, false, 'USD', 100, 9, 109, now()
from few cross join generate_series(1, 2000) as n;

insert into events
(
    tenant_id, brand_id, id, kind, entity, entity_id, entity_version, actor_kind, actor_id, actor_role, address,
    occurred_at
)
select
    tenant_id, brand_id, md5('event' || id::text)::uuid, 'BookingMade', 'booking', id, 1, 'staff',
    md5('staff' || right(number, 1))::uuid, 'owner', '192.0.2.' || right(number, 1), created_at
from bookings;

insert into event_personal_values (tenant_id, brand_id, event_id, field, after)
select tenant_id, brand_id, id, 'customer_name', 'Guest ' || entity_id from events;

insert into outbox (tenant_id, brand_id, event_id, entity, entity_id, kind, claimed_until)
select tenant_id, brand_id, id, entity, entity_id, kind, null from events;

insert into links (tenant_id, brand_id, id, object_kind, object_id, created_at)
select tenant_id, brand_id, md5('link' || id::text)::uuid, 'booking', id, created_at from bookings;

insert into privacy_requests (tenant_id, brand_id, id, kind, customer_id, status, requested_at, finished_at)
select
    tenant_id, id, md5('request' || id || '-' || n)::uuid, 'export', md5('customer' || id || '-' || 1 + n % 1500)::uuid, 'done',
    now() - n * interval '1 minute', now()
from few cross join generate_series(1, 2000) as n;

insert into schedules (tenant_id, brand_id, id, task, cron, next_run_at)
select tenant_id, id, md5('schedule' || id || '-' || n)::uuid, 'task-' || n, '0 7 * * *', now() + n * interval '1 minute'
from few cross join generate_series(1, 1000) as n;

analyze;
