-- name: told
-- What each of some events told of fields that are kept apart, as far as it was not erased.
select event_id, field, before, after
from event_personal_values
where event_id = any(%(keys)s)
order by event_id, field;

-- name: actors
-- Who did it, by the event, as far as there is a name.
select
    e.id,
    case e.actor_kind
        when 'staff' then (select s.name from staff_users as s where s.id = e.actor_id)
        when 'driver' then (select d.name from drivers as d where d.id = e.actor_id)
        when 'customer' then (select c.name from customers as c where c.id = e.actor_id)
        when 'site' then (select a.name from apps as a where a.id = e.actor_id)
        when 'partner' then (select a.name from apps as a where a.id = e.actor_id)
    end
from events as e
where e.id = any(%(keys)s);

-- name: export_events
-- A page of everything that happened, as one JSON document each, in the order of the ids.
select
    e.id,
    (
        to_jsonb(e) - '{tenant_id,brand_id}'::text[]
        || jsonb_build_object('personal', (
            select jsonb_object_agg(p.field, jsonb_build_array(p.before, p.after))
            from event_personal_values as p
            where p.event_id = e.id
        ))
    )::text
from events as e
where
    e.id > %(after)s and e.occurred_at >= %(starts_at)s and e.occurred_at < %(ends_at)s
order by e.id
limit %(size)s;

-- name: forget_addresses
-- Where old acts came from, forgotten.
select forget_addresses(%(before)s, %(batch)s);

-- name: forget_personal_values
-- What old events told of persons, forgotten.
delete from event_personal_values
where (event_id, field) in (
    select p.event_id, p.field
    from event_personal_values as p
    inner join events as e on p.event_id = e.id
    where e.occurred_at < %(before)s
    order by e.occurred_at
    limit %(batch)s
);
