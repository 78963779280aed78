-- Each query counts what breaks the sentence above it, in one brand; the day is 2026-06-15.

-- the partner app sold ten bookings, and no other app sold any
select abs(count(*) - 10) + abs(count(distinct sold_by_app_id) - 1)
from bookings where source = 'partner' or sold_by_app_id is not null

-- each booking has one event, at its creation
select count(*)
from bookings b
left join (
  select entity_id, count(*) as times, min(occurred_at) as at from events group by 1
) e on e.entity_id = b.id
where e.times is distinct from 1 or e.at <> b.created_at

-- nothing was made or changed after noon of the day
select count(*) from bookings
where created_at > '2026-06-15 19:00+00' or updated_at > '2026-06-15 19:00+00'
  or updated_at < created_at

-- finished tours are past, the one on its way is today's, open ones are ahead
select count(*) from bookings
where (status = 'completed' and ends_at > '2026-06-15 19:00+00')
  or (status = 'in_progress' and (starts_at at time zone time_zone)::date <> '2026-06-15')
  or (status in ('held', 'pending', 'draft', 'confirmed', 'assigned')
      and starts_at < '2026-06-15 19:00+00')

-- a tour with a van and a driver is assigned for tomorrow
select case when exists (
  select 1 from bookings b
  join booking_vehicles v on v.booking_id = b.id
  join booking_drivers d on d.booking_id = b.id
  where b.status = 'assigned' and (b.starts_at at time zone b.time_zone)::date = '2026-06-16'
) then 0 else 1 end

-- price lines sum to the total
select count(*) from bookings b
where total_cents is distinct from (
  select sum(amount_cents) from booking_price_lines l where l.booking_id = b.id
)

-- tax is the brand's share of the taxable lines
select count(*) from bookings b, brand_settings s
where b.tax_cents <> round(s.tax_ppm / 1000000.0 * (
  select sum(amount_cents) from booking_price_lines l where l.booking_id = b.id and taxable
))

-- the deposit is half the total, or what the reservation had paid
select count(*) from bookings
where deposit_cents <> round(total_cents / 2.0)
  and (reservation_id is null or deposit_cents not in (25000, 35000))

-- numbers follow creation without a gap
select count(*) from (
  select number, s.number_prefix || '-' || year || '-' || lpad(
    row_number() over (partition by year order by b.created_at, b.number)::text, 5, '0') as wanted
  from (
    select *, extract(year from created_at at time zone time_zone) as year from bookings
  ) b, brand_settings s
) numbered where number <> wanted

-- the next number of every kind follows the last
select count(*)
from counters c, brand_settings s
where s.number_prefix || '-' || c.year || '-' || lpad(c.last::text, 5, '0') not in (
  select max(replace(number, s.number_prefix || '-' || infix, s.number_prefix || '-'))
  from (
    select 'booking' as kind, '' as infix, number from bookings
    union all select 'inquiry', 'EXP-', number from inquiries
    union all select 'reservation', 'RES-', number from reservations
    union all select 'proposal', 'TP-', number from proposals
    union all select 'invoice', 'INV-', number from invoices
    union all select 'ticket', 'ST-', number from tickets
  ) n
  where n.kind = c.kind and n.number like s.number_prefix || '-' || infix || c.year || '-%'
)

-- blocks are live for what holds a van, released for what gave it up, absent for drafts
select count(*)
from bookings b left join blocks k on k.booking_id = b.id
where (b.status = 'draft') <> (k.id is null)
  or (k.id is not null
      and (k.released_at is not null) <> (b.status in ('cancelled', 'expired')))

-- a block ends half an hour after its tour
select count(*)
from blocks k join bookings b on b.id = k.booking_id
where k.starts_at <> b.starts_at or k.ends_at <> b.ends_at + interval '30 minutes'

-- each van and each driver of a booking has one live block, and no other has
select count(*)
from (
  select booking_id, vehicle_id as resource from booking_vehicles
  union all select booking_id, driver_id from booking_drivers
) a
full join (
  select booking_id, coalesce(vehicle_id, driver_id) as resource from blocks
  where booking_id is not null and released_at is null
) k using (booking_id, resource)
where a.booking_id is null or k.booking_id is null

-- vans seat their guests, and all guests have a seat
select count(*)
from bookings b
join (
  select v.booking_id, sum(v.party_size) as seated, bool_or(v.party_size > w.seats) as crowded
  from booking_vehicles v join vehicles w on w.id = v.vehicle_id group by 1
) s on s.booking_id = b.id
where s.seated <> b.party_size or s.crowded

-- there are as many drivers as vans from assigned on, none before
select count(*) from bookings b
where (select count(*) from booking_drivers d where d.booking_id = b.id)
  <> case when status in ('assigned', 'in_progress', 'completed')
     then (select count(*) from booking_vehicles v where v.booking_id = b.id) else 0 end

-- a deposit that was received is a payment, a waived one is none
select count(*) from bookings b
where (deposit_waiver_reason is not null and deposit_received_at is not null)
  or (deposit_received_at is not null)::integer <> (
    select count(*) from payments p
    where p.booking_id = b.id and p.kind = 'deposit'
      and p.received_at = b.deposit_received_at and p.amount_cents = b.deposit_cents
  )

-- refunds follow the policy of the day they were made
select count(*)
from (
  select r.amount_cents, b.deposit_cents,
    (b.starts_at at time zone b.time_zone)::date - (b.cancelled_at at time zone b.time_zone)::date
    as days
  from refunds r
  join payments p on p.id = r.payment_id
  join bookings b on b.id = p.booking_id
) back
where amount_cents <> case when days >= 45 then deposit_cents
  when days >= 21 then round(deposit_cents / 2.0) else 0 end

-- a payment's status says how much of it went back
select count(*)
from payments p
left join (select payment_id, sum(amount_cents) as cents from refunds group by 1) r
  on r.payment_id = p.id
where (p.status = 'refunded') <> (coalesce(r.cents, 0) = p.amount_cents)
  or (p.status = 'partially_refunded') <> (coalesce(r.cents, 0) between 1 and p.amount_cents - 1)

-- guests' shares sum to the proposal's total where guests pay
select count(*) from proposals p
where individual_billing and total_cents is distinct from (
  select sum(owed_cents) from proposal_guests g where g.proposal_id = p.id
)

-- the lines of a proposal sum to its subtotal
select count(*) from proposals p
where subtotal_cents <> (
  select sum(line_cents) from proposal_inclusions i where i.proposal_id = p.id
)

-- converted papers led to a booking of the same customer and party
select count(*)
from (
  select id, customer_id, party_size from reservations where status = 'converted'
  union all select id, customer_id, party_size from proposals where status = 'converted'
) o
left join bookings b on o.id in (b.reservation_id, b.proposal_id)
where b.id is null or (b.customer_id, b.party_size) <> (o.customer_id, o.party_size)

-- ids are UUIDv7 of the moment of creation
select count(*) from bookings
where substr(id::text, 15, 1) <> '7' or substr(id::text, 20, 1) not in ('8', '9', 'a', 'b')
  or created_at <> to_timestamp(
    ('x0000' || substr(replace(id::text, '-', ''), 1, 12))::bit(64)::bigint / 1000.0)

-- customers' telephones are the ones kept for fiction, and their addresses too
select count(*) from customers
where phone !~ '^\+150955501[0-9]{2}$' or email !~ '@example\.com$'

-- idempotency records are purged at the next quarter past three
select abs(count(*) - 1) from schedules
where task = 'purge_idempotency_records' and cron = '15 3 * * *'
  and next_run_at at time zone (select min(time_zone) from bookings) = '2026-06-16 03:15'

-- reservations that have run out are swept every five minutes
select abs(count(*) - 1) from schedules where task = 'expire_reservations' and cron = '*/5 * * * *'

-- a reservation's flat deposit is a row of the rate cards
select count(*) from reservations as r
where not exists (
  select 1 from rate_cards as c
  where c.kind = 'reservation_deposit' and c.rate_cents = r.deposit_cents
    and r.party_size between c.guests_min and c.guests_max)
