-- name: price_book
-- What is in force on a day: rates, one package, rules, hours, and the settings of the brand.
select
    b.currency, s.tax_ppm, s.deposit_percent, s.gratuity_hint_percent, s.cancellation_tiers,
    s.version,
    (
        select coalesce(jsonb_agg(to_jsonb(r) order by r.code), '[]')
        from (
            select distinct on (c.code)
                c.kind, c.code, c.weekdays, c.guests_min, c.guests_max, c.rate_cents,
                c.minutes_min, c.miles_included
            from rate_cards as c
            where
                c.effective_from <= %(day)s and (c.effective_to is null or c.effective_to > %(day)s)
            order by c.code asc, c.effective_from desc
        ) as r
    ) as rates,
    (
        select to_jsonb(p)
        from (
            select
                t.code, t.name, t.price_cents, t.minutes, t.guests_min, t.guests_max, t.weekdays
            from tour_packages as t
            where
                t.code = %(code)s and t.pricing = 'per_person' and t.minutes is not null
                and t.effective_from <= %(day)s
                and (t.effective_to is null or t.effective_to > %(day)s)
            order by t.effective_from desc
            limit 1
        ) as p
    ) as package,
    (
        select coalesce(jsonb_agg(to_jsonb(a) order by a.kind, a.name), '[]')
        from (
            select x.kind, x.name, x.percent_ppm, x.amount_cents, x.promo_code, x.conditions
            from price_rules as x
            where
                x.kind <> 'promo_code' and x.effective_from <= %(day)s
                and (x.effective_to is null or x.effective_to > %(day)s)
            union all
            select 'promo_code', f.name, f.percent_ppm, f.amount_cents, %(promo)s, f.conditions
            from promo_in_force(%(promo)s, %(day)s) as f
        ) as a
    ) as rules,
    (
        select jsonb_build_array(d.opens_at, d.closes_at)
        from brand_settings as d
        where d.effective_from <= %(day)s
        order by d.effective_from desc
        limit 1
    ) as hours
from brand_settings as s
cross join brands as b
where s.effective_from <= %(today)s
order by s.effective_from desc
limit 1;

-- name: promo_of_booking
-- The promo code that a booking was sold with, if it holds on a day, used up or not.
select name, percent_ppm, amount_cents, conditions, promo_code
from promo_of_booking(%(booking_id)s, %(day)s);

-- name: redeem_promo
-- One redemption of a promo code for a booking; the narrow function counts, and knows the brand.
select redeem_promo(%(booking_id)s, %(promo)s, %(day)s, %(now)s);

-- name: return_promo
-- The redemption that a booking holds, if it holds one, is another's to take.
select return_promo(%(booking_id)s, %(now)s);
