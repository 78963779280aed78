-- name: profile
-- What the brand that is asking says of itself, with the origins of its websites.
select
    b.public_id, b.code, b.name, b.legal_name, b.website, b.email_from, b.email_support, b.phone,
    b.phone_display, b.primary_color, b.secondary_color, b.tagline, b.time_zone, b.currency,
    b.version,
    array(select w.origin from websites as w order by w.origin limit 100)
from brands as b
where b.code = %(code)s;

-- name: lock_profile
-- Whoever changes the brand waits here.
select version
from brands
where code = %(code)s
for no key update;

-- name: update_profile
-- What the brand says of itself from now on.
update brands
set
    name = %(name)s,
    legal_name = %(legal_name)s,
    website = %(website)s,
    email_from = %(email_from)s,
    email_support = %(email_support)s,
    phone = %(phone)s,
    phone_display = %(phone_display)s,
    primary_color = %(primary_color)s,
    secondary_color = %(secondary_color)s,
    tagline = %(tagline)s,
    version = %(version)s
where code = %(code)s;

-- name: insert_origins
-- Origins whose pages may speak for the brand.
insert into websites (origin)
select unnest(%(origins)s::text[])
on conflict do nothing;

-- name: delete_origins
-- Origins whose pages may not any more.
delete from websites
where origin <> all(%(origins)s::text[]);

-- name: make_brand
-- A brand of the caller's operator, with the caller as its owner and what every brand begins with.
select
    make_brand(
        %(public_id)s, %(code)s, %(name)s, %(time_zone)s, %(currency)s, %(email_from)s,
        %(membership_id)s, %(settings_id)s, %(number_prefix)s, %(cancellation_tiers)s::jsonb,
        %(effective_from)s, %(schedule_ids)s::uuid[], %(tasks)s::text[], %(crons)s::text[], %(now)s
    );
