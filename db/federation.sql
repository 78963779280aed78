-- name: provider_by_tenant
-- The brand that somebody of a tenant begins at, and the tenant's issuer.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency, provider_id
from look_up_provider(%(tenant)s, %(brand)s);

-- name: known_by_subject
-- Whom an issuer means by a subject.
select s.id, s.status, i.subject
from staff_identities as i
inner join staff_users as s on i.staff_user_id = s.id
where i.issuer = %(issuer)s and i.subject = %(known_as)s and i.unlinked_at is null;

-- name: known_by_email
-- Who has an address, and the subject that the issuer knows them by, if they are linked.
select s.id, s.status, i.subject
from staff_users as s
left join staff_identities as i
    on s.id = i.staff_user_id and i.issuer = %(issuer)s and i.unlinked_at is null
where s.email = %(email)s;

-- name: one_link_at_a_time
-- Nobody else of the tenant is linked until the transaction ends.
select pg_advisory_xact_lock(hashtextextended(%(tenant)s || ':identities', 0));

-- name: insert_identity
-- Whom an issuer means by a subject from now on.
insert into staff_identities (id, staff_user_id, issuer, subject, linked_at)
values (%(id)s, %(staff)s, %(issuer)s, %(known_as)s, %(now)s);

-- name: places_of
-- The tenant's brands, and what somebody is or was in each.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency, is_default,
    id, role, version, ended_at, left_at
from places_of(%(staff)s::uuid);

-- name: lock_seat
-- What somebody is or was in the brand, held until the transaction ends.
select id, role, version, ended_at, left_at
from memberships
where staff_user_id = %(staff)s
for update;

-- name: insert_seat
-- Somebody who begins to work for the brand, by the issuer's word.
insert into memberships (id, staff_user_id, role, created_at)
values (%(id)s, %(staff)s, %(role)s, %(now)s)
on conflict (tenant_id, brand_id, staff_user_id) do nothing
returning id;

-- name: update_seat
-- What a member is by the issuer's word, and when that ended.
update memberships
set
    role = %(role)s,
    ended_at = %(ended_at)s,
    left_at = %(left_at)s,
    version = %(version)s
where id = %(id)s;
