-- name: drivers_facts
-- What must be known of drivers before they go on a tour: their state, papers and working hours.
select
    d.id,
    case when d.archived_at is null then d.status else 'archived' end,
    array(select p.kind from documents as p where p.driver_id = d.id order by p.id),
    array(select p.expires_on from documents as p where p.driver_id = d.id order by p.id),
    array(
        select a.weekday from driver_availability as a
        where a.driver_id = d.id
        order by a.weekday
    ),
    array(
        select a.from_local from driver_availability as a
        where a.driver_id = d.id
        order by a.weekday
    ),
    array(
        select a.to_local from driver_availability as a
        where a.driver_id = d.id
        order by a.weekday
    )
from drivers as d
where d.id = any(%(ids)s::uuid[]);

-- name: working_hours
-- When drivers work on which weekdays, as they have said.
select driver_id, weekday, from_local, to_local
from driver_availability
where driver_id = any(%(ids)s::uuid[])
order by driver_id, weekday;

-- name: vehicle_facts
-- What must be known of a vehicle before it goes on a tour: its seats, state and papers.
select
    v.seats,
    case when v.archived_at is null then v.status else 'archived' end,
    array(select p.kind from documents as p where p.vehicle_id = v.id order by p.id),
    array(select p.expires_on from documents as p where p.vehicle_id = v.id order by p.id)
from vehicles as v
where v.id = %(id)s;

-- name: vans_of_tour
-- State and papers of the vans of a tour, but for those whose faults somebody has overridden.
select
    case when v.archived_at is null then v.status else 'archived' end,
    array(select p.kind from documents as p where p.vehicle_id = v.id order by p.id),
    array(select p.expires_on from documents as p where p.vehicle_id = v.id order by p.id)
from booking_vehicles as w
inner join vehicles as v on w.vehicle_id = v.id
where w.booking_id = %(id)s and not w.faults_overridden
order by v.id;

-- name: duty_entries
-- What drivers have worked in a time, as the duty clock has it.
select driver_id, kind, starts_at, ends_at
from duty_entries
where
    driver_id = any(%(ids)s::uuid[]) and starts_at < %(until)s
    and (ends_at is null or ends_at > %(since)s);

-- name: planned_duty
-- What drivers have planned in a time, whichever brand's: times alone.
select driver_id, starts_at, ends_at, standing_minutes
from planned_duty(%(ids)s::uuid[], %(since)s, %(until)s);

-- name: time_off
-- Which of the drivers are off at some moment of a time.
select distinct driver_id
from blocks
where
    driver_id = any(%(ids)s::uuid[]) and kind = 'time_off' and released_at is null
    and starts_at < %(until)s and ends_at > %(since)s;

-- name: busy_drivers
-- Which of the drivers anything takes at some moment of a time, whichever brand's it is.
select distinct driver_id
from busy_periods('{}', %(ids)s::uuid[], %(since)s, %(until)s);

-- name: van_of_shared_tour
-- The state of a shared tour's van, as whoever lets its guests board may see it.
select v.status
from shared_tours as s
inner join vehicles as v on s.vehicle_id = v.id
where s.id = %(id)s;
