-- name: working_brand
-- The brand that a job works for, if its tenant and it are in business.
select b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency, b.email_from
from brands as b
inner join tenants as t on b.tenant_id = t.tenant_id
where
    b.id = current_setting('app.brand_id')::integer
    and b.status = 'active' and t.status = 'active';

-- name: names_of_brand
-- Slug and code of a brand, in business or not.
select t.slug, b.code
from brands as b
inner join tenants as t on b.tenant_id = t.tenant_id
where b.id = current_setting('app.brand_id')::integer;

-- name: free_name
-- A job that has begun waits no longer: its name is free, and a retry cannot collide with its heir.
update procrastinate_jobs
set queueing_lock = null
where id = %(id)s and status = 'doing';

-- name: rescue_stalled
-- Jobs whose worker gave no sign of life: back to the queue, or failed if tried enough.
update procrastinate_jobs as j
set
    status = case
        when j.attempts + 1 < %(attempts)s then 'todo' else 'failed'
    end::procrastinate_job_status,
    attempts = j.attempts + 1, worker_id = null, queueing_lock = null, scheduled_at = null,
    abort_requested = false
from (
    select s.id
    from procrastinate_jobs as s
    left join procrastinate_workers as w on s.worker_id = w.id
    where
        s.status = 'doing'
        and (w.id is null or w.last_heartbeat < now() - make_interval(secs => %(seconds)s))
    for update of s skip locked
) as stalled
where j.id = stalled.id
returning j.id, j.task_name, j.status = 'failed';

-- name: dead_jobs
-- Jobs that failed for good, oldest first.
select id, task_name, attempts, queue_name, args
from procrastinate_jobs
where status = 'failed'
order by id;

-- name: retry_job
-- A failed job, from the start: it has all its attempts again.
update procrastinate_jobs
set status = 'todo', attempts = 0, scheduled_at = null, queueing_lock = null, worker_id = null
where id = %(id)s and status = 'failed';

-- name: forget_done
-- Jobs that succeeded long ago.
delete from procrastinate_jobs as j
using procrastinate_events as e
where
    j.status = 'succeeded' and e.job_id = j.id and e.type = 'succeeded'
    and e.at < now() - make_interval(days => %(days)s);

-- name: queue_depth
-- Jobs that wait, run, or are dead, of every brand.
select status::text, count(*)
from procrastinate_jobs
where status in ('todo', 'doing', 'failed')
group by status;
