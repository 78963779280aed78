-- name: brand_facts
-- The public facts of the brand that is asking.
select
    code, name, legal_name, website, email_support, phone, phone_display,
    primary_color, secondary_color, tagline, time_zone, currency
from brands
where code = %(code)s;

-- name: operating_hours
-- Opening, closing and buffer as in force on a local day.
select s.opens_at, s.closes_at, t.buffer_minutes
from brand_settings as s
cross join tenants as t
where s.effective_from <= %(day)s
order by s.effective_from desc
limit 1;

-- name: number_prefix
-- What the brand's human numbers begin with, as in force on a local day.
select number_prefix
from brand_settings
where effective_from <= %(day)s
order by effective_from desc
limit 1;
