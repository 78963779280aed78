-- name: grants_of_member
-- All that was granted or denied a member and is not revoked, held until the transaction ends.
select
    id, membership_id, scope, effect, reason, given_by_id, given_at, ends_at, revoked_at, version
from scope_grants
where membership_id = %(member)s and revoked_at is null
for update;

-- name: lock_grant
-- One grant or deny, held until the transaction ends.
select
    id, membership_id, scope, effect, reason, given_by_id, given_at, ends_at, revoked_at, version
from scope_grants
where id = %(id)s
for update;

-- name: insert_grant
-- A right that a member has besides the role, or has not in spite of it.
insert into scope_grants
(id, membership_id, scope, effect, reason, given_by_id, given_at, ends_at)
values (
    %(id)s, %(membership_id)s, %(scope)s, %(effect)s, %(reason)s, %(given_by_id)s, %(given_at)s,
    %(ends_at)s
);

-- name: revoke_grant
-- One that counts no more.
update scope_grants set revoked_at = %(revoked_at)s, version = %(version)s
where id = %(id)s;

-- name: rights_of_members
-- Role, grants and denies of members, as far as they count now.
select
    m.id, m.role,
    array(
        select g.scope from scope_grants as g
        where
            g.membership_id = m.id and g.effect = 'grant' and g.revoked_at is null
            and (g.ends_at is null or g.ends_at > now())
    ),
    array(
        select g.scope from scope_grants as g
        where
            g.membership_id = m.id and g.effect = 'deny' and g.revoked_at is null
            and (g.ends_at is null or g.ends_at > now())
    )
from memberships as m
where m.id = any(%(keys)s) and m.ended_at is null;
