-- name: trusted
-- How an app is locked, and the digests of its documents in force.
select
    a.document_lock,
    coalesce(
        (
            select array_agg(d.digest order by d.digest)
            from trusted_documents as d
            where d.app_id = a.id and d.retired_at is null
        ),
        '{}'
    )
from apps as a
where a.id = %(app_id)s;

-- name: text_of_document
-- The text of one document in force.
select text
from trusted_documents
where app_id = %(app_id)s and digest = %(hash)s and retired_at is null;

-- name: push_target
-- The app that documents are pushed for, its version, and how many it has in force.
select
    a.version,
    (
        select count(*)
        from trusted_documents as d
        where d.app_id = a.id and d.retired_at is null
    )
from apps as a
where a.id = %(app_id)s;

-- name: lock_pushed
-- Those of the pushed documents that the app has already, in force or retired.
select id, app_id, digest, retired_at, version
from trusted_documents
where app_id = %(app_id)s and digest = any(%(shas)s)
order by digest
for update;

-- name: insert_documents
-- What is new to the app; another push may have been faster with the same.
insert into trusted_documents (id, app_id, digest, text, name, pushed_at, pushed_by)
select n.id, %(app_id)s, n.digest, n.text, n.name, %(now)s, %(pushed_by)s
from
    unnest(%(ids)s::uuid[], %(shas)s::text[], %(texts)s::text[], %(names)s::text[])
        as n (id, digest, text, name)
on conflict on constraint trusted_documents_digest_key do nothing;

-- name: lock_document
-- One document, held until the transaction ends.
select id, app_id, digest, retired_at, version
from trusted_documents
where id = %(id)s
for update;

-- name: set_retired
-- Retired, or in force again.
update trusted_documents
set retired_at = %(retired_at)s, version = %(version)s
where id = %(id)s;

-- name: version_of_app
-- The version of an app that the caller sees.
select version
from apps
where id = %(app_id)s;

-- name: lock_app
-- How an app is locked, held until the transaction ends.
select id, document_lock, version
from apps
where id = %(app_id)s
for update;

-- name: set_lock
-- Another lock of an app.
update apps
set document_lock = %(lock)s, version = %(version)s
where id = %(app_id)s;
