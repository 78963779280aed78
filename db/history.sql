-- name: changes_since
-- What happened to one object after a version of it, oldest first, with what was not erased.
select
    e.id, e.kind, e.entity, e.entity_id, e.entity_version,
    e.actor_kind, e.actor_id, e.occurred_at, e.changes,
    (
        select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
        from event_personal_values as p
        where p.event_id = e.id
    )
from events as e
where e.entity_id = %(id)s and e.entity_version > %(version)s
order by e.id
limit 500;
