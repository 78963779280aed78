-- name: lock_resources
-- One advisory lock a tenant and resource, taken in sorted order so that nobody waits in a circle.
select
    pg_advisory_xact_lock(
        hashtextextended(current_setting('app.tenant_id') || ':' || wanted.key, 0)
    )
from (select unnest(%(keys)s::text[]) as key order by 1) as wanted;

-- name: release_expired_holds
-- Holds that have run out no longer block the wanted vehicles.
select release_expired_holds(%(vehicles)s, %(now)s);

-- name: fleet_busy_times
-- Every van that is in service by its seats, with the periods in which it is taken.
select seats, starts, ends
from fleet_busy_times(%(since)s, %(until)s, %(now)s);

-- name: claim_free_vans
-- The locks of every van in service, then those that are free.
select vehicle_id, seats
from claim_free_vans(%(since)s, %(until)s, %(now)s);
