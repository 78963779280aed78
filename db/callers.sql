-- name: caller_by_key
-- The app behind a key that is neither revoked nor expired.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, until, key_id, app_id, mode, scopes
from look_up_key(%(key_hash)s, %(now)s);

-- name: caller_by_member
-- A member of the brand's staff, while the session that they ask with is open.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, until, proved_at, coalesce(owes_factor, false)
from look_up_member(%(tenant)s, %(brand)s, %(subject)s, %(now)s)
left join
    session_standing(%(tenant)s, %(subject)s, %(session)s::uuid, %(now)s)
    on true
where %(session)s::uuid is null or proved_at is not null;

-- name: caller_by_customer
-- A customer of the brand, while the session that they ask with is open.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from look_up_customer(%(tenant)s, %(brand)s, %(subject)s)
where
    %(session)s::uuid is null
    or guest_session_is_open('customer', %(tenant)s, %(subject)s, %(session)s::uuid, %(now)s);

-- name: caller_by_driver
-- A driver of the brand's operator, while the session that they ask with is open.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label
from look_up_driver(%(tenant)s, %(brand)s, %(subject)s)
where
    %(session)s::uuid is null
    or guest_session_is_open('driver', %(tenant)s, %(subject)s, %(session)s::uuid, %(now)s);

-- name: brand_by_code
-- A brand by its tenant's slug and its own code.
select tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency
from look_up_brand(%(tenant)s, %(brand)s);

-- name: origin_is_known
-- Whether an origin is a website of a brand, or of any brand if none is named.
select look_up_origin(%(origin)s, %(tenant)s, %(brand)s);

-- name: caller_by_link
-- Whoever holds the token of one object, while the object is worth opening.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency, actor_id, role,
    grants, denies, label, object_id
from look_up_link(%(link)s, %(now)s);

-- name: session_end
-- When a session ends by itself.
select session_ends_at(%(session)s);

-- name: note_key_uses
-- When keys of any brand were used, if that is news.
select note_key_uses(
    %(tenants)s::integer[], %(brands)s::integer[], %(used)s::uuid[], %(used_at)s::timestamptz[]
);
