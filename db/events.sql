-- name: append_event
-- One event of one entity, its personal values apart so that they can be erased, and the notice
-- that the relay will publish: ids and names, no values.
with
happened as (
    insert into events
    (
        id, kind, entity, entity_id, entity_version, actor_kind, actor_id, occurred_at, changes,
        personal_fields, actor_role, address, credential, request_id
    )
    values (
        %(id)s, %(kind)s, %(entity)s, %(entity_id)s, %(entity_version)s,
        %(actor_kind)s, %(actor_id)s, %(occurred_at)s, %(changes)s::jsonb, %(fields)s::text[],
        %(actor_role)s, %(address)s, %(credential)s, %(request_id)s
    )
),

told as (
    insert into outbox (event_id, entity, entity_id, kind)
    values (%(id)s, %(entity)s, %(entity_id)s, %(kind)s)
)

insert into event_personal_values (event_id, field, before, after)
select %(id)s, each.field, each.before, each.after
from
    unnest(%(fields)s::text[], %(befores)s::text[], %(afters)s::text[])
        as each (field, before, after);

-- name: append_alike
-- Events of one kind about many objects, none of them with a personal value, and their notices.
with
happened as (
    insert into events
    (
        id, kind, entity, entity_id, entity_version, actor_kind, actor_id, occurred_at, changes,
        actor_role, address, credential, request_id
    )
    select
        each.id, %(kind)s, %(entity)s, each.entity_id, each.entity_version,
        %(actor_kind)s, %(actor_id)s, %(occurred_at)s, %(changes)s::jsonb,
        %(actor_role)s, %(address)s, %(credential)s, %(request_id)s
    from
        unnest(%(ids)s::uuid[], %(entities)s::uuid[], %(versions)s::integer[])
            as each (id, entity_id, entity_version)
)

insert into outbox (event_id, entity, entity_id, kind)
select each.id, %(entity)s, each.entity_id, %(kind)s
from unnest(%(ids)s::uuid[], %(entities)s::uuid[]) as each (id, entity_id);

-- name: claim_outbox
-- Notices of every brand, leased to this relay.
select tenant_id, brand_id, event_id, entity, entity_id, kind
from claim_outbox(%(batch)s, %(lease)s);

-- name: forget_relayed
-- Notices that Redis has taken.
select forget_relayed(%(tenants)s::integer[], %(brands)s::integer[], %(events)s::uuid[]);

-- name: pending_drops
-- Changes of kept tables that nobody has been told of, or not since they have settled.
select id, scope from pending_drops(%(settle)s, %(batch)s);

-- name: drops_told
-- Changes that every process has been told of.
select drops_told(%(drops)s::uuid[], %(settle)s);

-- name: outbox_backlog
-- How many notices wait for the relay, and the id of the oldest event, which tells its time.
select waiting, oldest
from outbox_backlog();
