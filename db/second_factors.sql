-- name: lock_factor
-- A member's own second factor, held until the transaction ends.
select staff_user_id, secret_id, confirmed_at, last_step, version
from staff_factors
where staff_user_id = %(staff)s
for update;

-- name: insert_factor
-- A second factor that is to be confirmed.
insert into staff_factors (staff_user_id, secret_id, created_at)
values (%(staff)s, %(secret_id)s, %(now)s);

-- name: confirm_factor
-- A second factor that counts, and the step of the code that confirmed it.
update staff_factors
set confirmed_at = %(now)s, last_step = %(step)s, version = version + 1
where staff_user_id = %(staff)s;

-- name: take_step
-- A code of the authenticator that was used: of several at once, one.
update staff_factors set last_step = %(step)s
where staff_user_id = %(staff)s and last_step < %(step)s
returning last_step;

-- name: forget_factor
-- A second factor that is no more, with its secret and its recovery codes.
with
codes as (
    delete from staff_recovery_codes where staff_user_id = %(staff)s
),

factor as (
    delete from staff_factors where staff_user_id = %(staff)s
)

delete from sealed_secrets
where owner_id = %(staff)s and kind = 'totp';

-- name: replace_recovery_codes
-- Digests of recovery codes, in place of all of before.
with
before as (
    delete from staff_recovery_codes
    where staff_user_id = %(staff)s
)

insert into staff_recovery_codes (staff_user_id, code_hash, created_at)
select %(staff)s, each.digest, %(now)s
from unnest(%(digests)s::bytea[]) as each (digest);

-- name: use_recovery_code
-- A recovery code that was used: of several at once, one.
update staff_recovery_codes set used_at = %(now)s
where staff_user_id = %(staff)s and code_hash = %(digest)s and used_at is null
returning staff_user_id;

-- name: state_of_factor
-- What a member may know of their second factor, and whether the operator asks for one.
select
    f.confirmed_at,
    (
        select count(*)
        from staff_recovery_codes as c
        where c.staff_user_id = %(staff)s and c.used_at is null
    ),
    coalesce(r.required, false), coalesce(r.version, 0)
from (values (true)) as one (row)
left join staff_factors as f on f.staff_user_id = %(staff)s
left join security_rules as r on r.name = 'second_factor';

-- name: end_factor_of
-- The second factor of another member, ended by an owner; whether there was one that counted.
select end_factor_of(%(staff)s);

-- name: lock_rule
-- What the operator asks of its members, held until the transaction ends.
select id, required, version
from security_rules
where name = 'second_factor'
for update;

-- name: store_rule
-- What the operator asks of its members, said for the first time or anew.
insert into security_rules (id, name, required, version, changed_at)
values (%(id)s, 'second_factor', %(required)s, %(version)s, %(now)s)
on conflict (tenant_id, name) do update
    set required = %(required)s, version = %(version)s, changed_at = %(now)s
    where security_rules.version = %(version)s - 1
returning version;

-- name: works_here
-- Whether somebody works for the brand.
select true from memberships where staff_user_id = %(staff)s and ended_at is null;

-- name: contact_of_member
-- How a member is written to, and the version of what is known of them.
select email, name, version
from staff_users
where id = %(staff)s;
