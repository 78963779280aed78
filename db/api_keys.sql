-- name: lock_app
-- All that is stored of one app, locked against a concurrent change.
select id, name, kind, contact_email, status, version
from apps
where id = %(id)s
for update;

-- name: insert_app
-- A new app.
insert into apps (id, name, kind, contact_email, status, created_at, version)
values (
    %(id)s, %(name)s, %(kind)s, %(contact_email)s, %(status)s, %(now)s, %(version)s
);

-- name: update_app
-- Whether an app works, and its version.
update apps
set
    status = %(status)s,
    version = %(version)s
where id = %(id)s;

-- name: lock_key
-- All that is stored of one key but its hash, locked against a concurrent change.
select
    id, app_id, kind, mode, label, scopes, prefix, last_four, created_at, expires_at, revoked_at,
    replaced_by, version
from api_keys
where id = %(id)s
for update;

-- name: insert_key
-- A new key: its hash, and what may be shown of it.
insert into api_keys
(
    id, app_id, kind, mode, label, scopes, prefix, last_four, key_hash, created_at, expires_at,
    version
)
values (
    %(id)s, %(app_id)s, %(kind)s, %(mode)s, %(label)s, %(scopes)s, %(prefix)s, %(last_four)s,
    %(key_hash)s, %(created_at)s, %(expires_at)s, %(version)s
);

-- name: end_key
-- What ends a key: a day, another key, or a person.
update api_keys
set
    expires_at = %(expires_at)s,
    revoked_at = %(revoked_at)s,
    replaced_by = %(replaced_by)s,
    version = %(version)s
where id = %(id)s;
