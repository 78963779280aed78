-- name: due_schedules
-- Schedules of every brand whose time has come.
select tenant_slug, brand_code, schedule_id
from due_schedules(%(now)s, %(batch)s);

-- name: lock_due_schedule
-- One schedule, if it is due still; one that another worker holds is that worker's.
select id, task, cron
from schedules
where id = %(id)s and enabled and next_run_at <= %(now)s
for update skip locked;

-- name: advance_schedule
-- When the schedule is due next.
update schedules
set next_run_at = %(next_run_at)s
where id = %(id)s;

-- name: disable_schedule
-- A schedule that cannot be read is not tried again.
update schedules
set enabled = false
where id = %(id)s;
