-- name: member_by_email
-- Who an e-mail address is at a tenant, and the hash of their password.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, password_hash, changed_at
from look_up_sign_in(%(tenant)s, %(brand)s, %(email)s);

-- name: member_by_session
-- Who a session is of, while it is open, and how often it was refreshed.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, turn
from look_up_session(%(presented)s, %(now)s);

-- name: member_by_code
-- Who a code was given to, while it may be used, and what for.
select
    tenant_id, brand_id, tenant_slug, brand_code, brand_name, time_zone, currency,
    actor_id, role, grants, denies, label, kind, mail
from look_up_staff_code(%(presented)s, %(now)s);

-- name: password_as_seen
-- Whether a member's password is still the one that was looked at; it stays so until the end.
select changed_at
from staff_passwords
where staff_user_id = %(staff)s and changed_at = %(changed_at)s
for update;

-- name: sign_on_is_enforced
-- Whether members sign in by the issuer alone; so it stays until the transaction ends.
select enforced
from identity_providers
where removed_at is null
for share;

-- name: insert_session
-- A session that begins, once.
insert into staff_sessions
(
    id, staff_user_id, brand_code, user_agent, address, created_at, refreshed_at, expires_at,
    proved_at, methods, provider_id
)
values (
    %(id)s, %(staff)s, %(brand)s, %(user_agent)s, %(address)s, %(now)s, %(now)s, %(expires_at)s,
    %(proved_at)s, %(methods)s, %(provider)s
)
on conflict (tenant_id, id) do nothing
returning id;

-- name: take_turn
-- A session goes on by the token that it gave last, and by no other.
update staff_sessions
set turn = turn + 1, refreshed_at = %(now)s
where id = %(id)s and turn = %(turn)s and revoked_at is null
returning turn;

-- name: revoke_session
-- A session that is over.
update staff_sessions set revoked_at = %(now)s
where id = %(id)s and revoked_at is null;

-- name: revoke_sessions_of
-- All sessions of a member are over.
update staff_sessions set revoked_at = %(now)s
where staff_user_id = %(staff)s and revoked_at is null;

-- name: set_password
-- A member's password, in place of the one before.
insert into staff_passwords (staff_user_id, password_hash, changed_at)
values (%(staff)s, %(password_hash)s, %(now)s)
on conflict (tenant_id, staff_user_id)
do update set password_hash = %(password_hash)s, changed_at = %(now)s;

-- name: use_code
-- A code that was used, if nobody was faster.
update staff_codes set used_at = %(now)s
where id = %(id)s and used_at is null
returning id;

-- name: use_codes_of
-- All codes of a member: none outlives the password that was set by one of them.
update staff_codes set used_at = %(now)s
where staff_user_id = %(staff)s and used_at is null;

-- name: code_to_mail
-- What a code is for, and whose it is, while it may be used.
select s.email, s.name, t.slug, c.kind, c.expires_at
from staff_codes as c
inner join staff_users as s on c.staff_user_id = s.id
cross join tenants as t
where c.id = %(id)s and c.used_at is null and c.expires_at > %(now)s and s.status = 'active';

-- name: insert_code
-- A code that sets a member's password, once.
insert into staff_codes (id, staff_user_id, kind, created_at, expires_at)
values (%(id)s, %(staff)s, %(kind)s, %(now)s, %(expires_at)s);
