"""Background jobs in PostgreSQL: procrastinate's own schema, and the one way to enqueue a job.

`enqueue_job` runs with the rights of the queue's owner and writes tenant, brand and actor into the
job itself, from the settings of the caller's transaction: a caller can neither leave them out nor
forge them, and the job is stored if and only if the caller commits.
"""

from procrastinate.schema import SchemaManager

from migrations.tables import role, run

revision = "0012"
down_revision = "0011"

ENQUEUE = """
create function public.enqueue_job(
  task text, queue text, arguments jsonb, run_at timestamptz, once text
) returns bigint language plpgsql security definer set search_path = jobs, public, pg_temp as $$
declare
  tenant integer := nullif(current_setting('app.tenant_id', true), '')::integer;
  brand integer := nullif(current_setting('app.brand_id', true), '')::integer;
  actor uuid := nullif(current_setting('app.actor_id', true), '')::uuid;
  stored bigint;
begin
  if tenant is null or brand is null then
    raise exception 'a job needs a tenant and a brand' using errcode = 'insufficient_privilege';
  end if;
  select jobs[1] into stored from (
    select array_agg(id) as jobs from unnest(procrastinate_defer_jobs_v1(array[row(
      queue, task, 0, null, tenant || ':' || brand || ':' || once,
      arguments || jsonb_build_object('tenant_id', tenant, 'brand_id', brand, 'actor_id', actor),
      run_at
    )::procrastinate_job_to_defer_v1])) as id
  ) as deferred;
  return stored;
exception when unique_violation then
  return null;  -- the same job waits already
end $$
"""

EMPTY = """
do $$
declare
  commands text[];
  command text;
begin
  select array_agg(each) into commands from (
    select format('drop table if exists %s cascade', oid::regclass) as each
    from pg_class where relnamespace = 'jobs'::regnamespace and relkind = 'r'
    union all
    select format('drop function if exists %s cascade', oid::regprocedure)
    from pg_proc where pronamespace = 'jobs'::regnamespace
    union all
    select format('drop type if exists %s cascade', t.oid::regtype)
    from pg_type t left join pg_class c on c.oid = t.typrelid
    where t.typnamespace = 'jobs'::regnamespace and (t.typtype = 'e' or c.relkind = 'c')
  ) as things;
  foreach command in array commands loop
    execute command;
  end loop;
end $$
"""


def upgrade() -> None:
    run("set local search_path = jobs")
    run(SchemaManager.get_schema())
    run("set local search_path = public, jobs")
    run(ENQUEUE)
    signature = "public.enqueue_job(text, text, jsonb, timestamptz, text)"
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {role('staff')}, {role('worker')}")
    run(f"grant usage on schema jobs to {role('write')}")
    run(f"grant select, insert, update, delete on all tables in schema jobs to {role('write')}")
    run(f"grant usage, select on all sequences in schema jobs to {role('write')}")
    run("revoke execute on all functions in schema jobs from public")
    run(f"grant execute on all functions in schema jobs to {role('write')}")


def downgrade() -> None:
    run("drop function public.enqueue_job(text, text, jsonb, timestamptz, text)")
    run(EMPTY)
    run(f"revoke usage on schema jobs from {role('write')}")
