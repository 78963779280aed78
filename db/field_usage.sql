-- name: add_field_uses
-- What was asked for since the last time, on top of what the day has.
insert into field_usage as f (id, coordinate, caller, app_id, day, uses)
select n.id, n.coordinate, n.caller, n.app_id, %(day)s, n.uses
from
    unnest(
        %(ids)s::uuid[], %(coordinates)s::text[], %(callers)s::text[], %(apps)s::uuid[],
        %(uses)s::bigint[]
    ) as n (id, coordinate, caller, app_id, uses)
order by n.coordinate, n.caller, n.app_id
on conflict on constraint field_usage_day_key do update set uses = f.uses + excluded.uses;

-- name: add_document_uses
-- Of registered documents alone: another text of the app is none of them.
insert into document_usage as u (id, document_id, day, uses)
select n.id, d.id as document_id, %(day)s, n.uses
from
    unnest(%(ids)s::uuid[], %(apps)s::uuid[], %(shas)s::text[], %(uses)s::bigint[])
        as n (id, app_id, digest, uses)
inner join trusted_documents as d on n.app_id = d.app_id and n.digest = d.digest
order by d.id
on conflict on constraint document_usage_day_key do update set uses = u.uses + excluded.uses;

-- name: purge_field_uses
-- Days that are too long ago.
delete from field_usage
where day < %(day)s;

-- name: purge_document_uses
-- Days that are too long ago.
delete from document_usage
where day < %(day)s;
