-- name: changes_since
-- What happened to one object after a version of it, oldest first, with what was not erased.
select
    e.id, e.kind, e.entity, e.entity_id, e.entity_version,
    e.actor_kind, e.actor_id, e.occurred_at, e.changes, e.personal_fields,
    (
        select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
        from event_personal_values as p
        where p.event_id = e.id
    ),
    null
from events as e
where e.entity_id = %(id)s and e.entity_version > %(version)s
order by e.id
limit 500;

-- name: changes_after
-- What happened to one object after an instant, newest first.
select
    e.id, e.kind, e.entity, e.entity_id, e.entity_version,
    e.actor_kind, e.actor_id, e.occurred_at, e.changes, e.personal_fields,
    (
        select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
        from event_personal_values as p
        where p.event_id = e.id
    ),
    null
from events as e
where e.entity_id = %(id)s and e.occurred_at > %(at)s
order by e.id desc;

-- name: histories
-- A page of what happened to each of many objects, newest first, and by whom.
with
picked as (
    select
        e.id, e.kind, e.entity, e.entity_id, e.entity_version,
        e.actor_kind, e.actor_id, e.occurred_at, e.changes, e.personal_fields,
        row_number() over (partition by e.entity_id order by e.id desc) as place
    from events as e
    where e.entity_id = any(%(keys)s) and (%(after)s::uuid is null or e.id < %(after)s::uuid)
)

select
    e.id, e.kind, e.entity, e.entity_id, e.entity_version,
    e.actor_kind, e.actor_id, e.occurred_at, e.changes, e.personal_fields,
    (
        select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
        from event_personal_values as p
        where p.event_id = e.id
    ),
    case e.actor_kind
        when 'staff' then (select s.name from staff_users as s where s.id = e.actor_id)
        when 'driver' then (select d.name from drivers as d where d.id = e.actor_id)
        when 'customer' then (select c.name from customers as c where c.id = e.actor_id)
        when 'partner' then (select a.name from apps as a where a.id = e.actor_id)
    end
from picked as e
where e.place <= %(size)s
order by e.id desc;
