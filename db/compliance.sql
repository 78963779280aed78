-- name: driver_facts
-- What must be known of a driver before they go on a tour: their state, and their papers.
select
    case when d.archived_at is null then d.status else 'archived' end,
    array(select p.kind from documents as p where p.driver_id = d.id order by p.id),
    array(select p.expires_on from documents as p where p.driver_id = d.id order by p.id)
from drivers as d
where d.id = %(id)s;

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
-- What a driver has worked in a time, as the duty clock has it.
select kind, starts_at, ends_at
from duty_entries
where
    driver_id = %(id)s and starts_at < %(until)s
    and (ends_at is null or ends_at > %(since)s);

-- name: planned_duty
-- What a driver has planned in a time, whichever brand's: times alone.
select starts_at, ends_at, standing_minutes
from planned_duty(array[%(id)s]::uuid[], %(since)s, %(until)s);
