-- name: lock_prices
-- Whoever edits prices of the brand waits here: two rows of one code must know of each other.
select code
from brands
where code = %(code)s
for no key update;

-- name: lock_rate_cards
-- One rate, locked against a concurrent change.
select
    id, version, effective_from, effective_to, kind, code, weekdays, guests_min, guests_max,
    rate_cents, minutes_min, miles_included
from rate_cards
where id = %(id)s
for update;

-- name: lock_tour_packages
-- One package, locked against a concurrent change.
select
    id, version, effective_from, effective_to, code, name, price_cents, minutes, guests_min,
    guests_max, weekdays, start_times, includes, excludes
from tour_packages
where id = %(id)s
for update;

-- name: lock_price_rules
-- One rule, locked against a concurrent change and against its own redemption.
select
    id, version, effective_from, effective_to, kind, name, promo_code, percent_ppm, amount_cents,
    redemptions_max, redemptions, conditions
from price_rules
where id = %(id)s
for update;

-- name: beside_rate_cards
-- Rates of the same code or kind whose days meet these.
select code, kind, weekdays, guests_min, guests_max
from rate_cards
where
    (code = %(code)s or kind = %(kind)s) and id <> %(id)s
    and (effective_from < %(ends_on)s or %(ends_on)s::date is null)
    and (effective_to is null or effective_to > greatest(%(starts_on)s, effective_from))
order by code, effective_from;

-- name: beside_tour_packages
-- Packages of the same code whose days meet these.
select code
from tour_packages
where
    code = %(code)s and id <> %(id)s
    and (effective_from < %(ends_on)s or %(ends_on)s::date is null)
    and (effective_to is null or effective_to > greatest(%(starts_on)s, effective_from));

-- name: beside_price_rules
-- Rules of the same promo code whose days meet these.
select promo_code
from price_rules
where
    promo_code = %(promo_code)s and id <> %(id)s
    and (effective_from < %(ends_on)s or %(ends_on)s::date is null)
    and (effective_to is null or effective_to > greatest(%(starts_on)s, effective_from));

-- name: insert_rate_cards
-- A rate, in force from a day on.
insert into rate_cards (
    id, kind, code, weekdays, guests_min, guests_max, rate_cents, minutes_min, miles_included,
    effective_from, effective_to
)
values (
    %(id)s, %(kind)s, %(code)s, %(weekdays)s::integer[], %(guests_min)s, %(guests_max)s,
    %(rate_cents)s, %(minutes_min)s, %(miles_included)s, %(starts_on)s, %(ends_on)s
);

-- name: insert_tour_packages
-- A package at a price per person, in force from a day on.
insert into tour_packages (
    id, code, name, pricing, price_cents, minutes, guests_min, guests_max, weekdays, start_times,
    includes, excludes, effective_from, effective_to
)
values (
    %(id)s, %(code)s, %(name)s, 'per_person', %(price_cents)s, %(minutes)s, %(guests_min)s,
    %(guests_max)s, %(weekdays)s::integer[], %(start_times)s::time[], %(includes)s::text[],
    %(excludes)s::text[], %(starts_on)s, %(ends_on)s
);

-- name: insert_price_rules
-- A rule, in force from a day on; what takes the place of a promo code goes on counting.
insert into price_rules (
    id, kind, name, promo_code, percent_ppm, amount_cents, redemptions_max, redemptions,
    conditions, effective_from, effective_to
)
values (
    %(id)s, %(kind)s, %(name)s, %(promo_code)s, %(percent_ppm)s, %(amount_cents)s,
    %(redemptions_max)s, %(redemptions)s, %(conditions)s::jsonb, %(starts_on)s, %(ends_on)s
);

-- name: update_rate_cards
-- A rate that has not begun, corrected.
update rate_cards
set
    weekdays = %(weekdays)s::integer[],
    guests_min = %(guests_min)s,
    guests_max = %(guests_max)s,
    rate_cents = %(rate_cents)s,
    minutes_min = %(minutes_min)s,
    miles_included = %(miles_included)s,
    effective_from = %(starts_on)s,
    effective_to = %(ends_on)s,
    version = %(version)s
where id = %(id)s;

-- name: update_tour_packages
-- A package that has not begun, corrected.
update tour_packages
set
    name = %(name)s,
    price_cents = %(price_cents)s,
    minutes = %(minutes)s,
    guests_min = %(guests_min)s,
    guests_max = %(guests_max)s,
    weekdays = %(weekdays)s::integer[],
    start_times = %(start_times)s::time[],
    includes = %(includes)s::text[],
    excludes = %(excludes)s::text[],
    effective_from = %(starts_on)s,
    effective_to = %(ends_on)s,
    version = %(version)s
where id = %(id)s;

-- name: update_price_rules
-- A rule that has not begun, corrected; what was redeemed of it stays counted.
update price_rules
set
    name = %(name)s,
    percent_ppm = %(percent_ppm)s,
    amount_cents = %(amount_cents)s,
    redemptions_max = %(redemptions_max)s,
    conditions = %(conditions)s::jsonb,
    effective_from = %(starts_on)s,
    effective_to = %(ends_on)s,
    version = %(version)s
where id = %(id)s;

-- name: end_rate_cards
-- The first day on which a rate no longer holds.
update rate_cards
set effective_to = %(ends_on)s, version = %(version)s
where id = %(id)s;

-- name: end_tour_packages
-- The first day on which a package no longer holds.
update tour_packages
set effective_to = %(ends_on)s, version = %(version)s
where id = %(id)s;

-- name: end_price_rules
-- The first day on which a rule no longer holds.
update price_rules
set effective_to = %(ends_on)s, version = %(version)s
where id = %(id)s;
