-- name: plan
-- The days of a proposal by date, each with its stops in order.
select
    d.on_date, d.title,
    (
        select coalesce(jsonb_agg(to_jsonb(s) order by s.position), '[]')
        from (
            select
                p.position, p.kind, p.winery_id, p.restaurant_id, p.hotel_id, p.own_place_id,
                p.name, p.starts_at_local, p.minutes, p.driver_notes
            from proposal_stops as p
            where p.day_id = d.id
        ) as s
    )
from proposal_days as d
where d.proposal_id = %(proposal_id)s
order by d.position;

-- name: delete_stops
-- Takes all stops away, before the plan is written anew.
delete from proposal_stops
where proposal_id = %(proposal_id)s;

-- name: delete_days
-- Takes all days away, before the plan is written anew.
delete from proposal_days
where proposal_id = %(proposal_id)s;

-- name: insert_days
-- The days of a plan.
insert into proposal_days (id, proposal_id, position, on_date, title)
select d.id, %(proposal_id)s, d.position, d.on_date, d.title
from jsonb_to_recordset(%(days)s::jsonb)
    as d (id uuid, position integer, on_date date, title text);

-- name: insert_stops
-- The stops of all days of a plan.
insert into proposal_stops
(
    id, proposal_id, day_id, position, kind, winery_id, restaurant_id, hotel_id, own_place_id,
    name, starts_at_local, minutes, driver_notes
)
select
    s.id, %(proposal_id)s, s.day_id, s.position, s.kind, s.winery_id, s.restaurant_id,
    s.hotel_id, s.own_place_id, s.name, s.starts_at_local, s.minutes, s.driver_notes
from jsonb_to_recordset(%(stops)s::jsonb)
    as s (
        id uuid, day_id uuid, position integer, kind text, winery_id uuid, restaurant_id uuid,
        hotel_id uuid, own_place_id uuid, name text, starts_at_local time, minutes integer,
        driver_notes text
    );

-- name: known_places
-- How many of the named wineries, restaurants, hotels and own places there are.
select
    (select count(*) from wineries where id = any(%(winery_ids)s)),
    (select count(*) from restaurants where id = any(%(restaurant_ids)s)),
    (select count(*) from hotels where id = any(%(hotel_ids)s)),
    (select count(*) from own_places where id = any(%(own_place_ids)s));
