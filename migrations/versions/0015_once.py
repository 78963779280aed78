"""A request that is repeated: one at a time by its key's lock, then what was answered before."""

from migrations.tables import ACTOR, permit, role, run

revision = "0015"
down_revision = "0014"
CALLERS = ("link", "customer", "partner", "driver")
MAY = "select, insert, update"
BEGIN = """
create function begin_once(key text, request_hash bytea, clock timestamptz,
  out state text, out answer jsonb) language plpgsql
set search_path = public, pg_temp as $$
declare
  whose text := concat_ws(':', current_setting('app.tenant_id', true),
    current_setting('app.brand_id', true), current_setting('app.actor_id', true));
  kept record;
begin
  -- Never waits: a second request would hold its connection for as long as the first takes.
  if not pg_try_advisory_xact_lock(hashtextextended(whose || ':once:' || key, 0)) then
    state := 'in_flight';
    return;
  end if;
  -- Looked for after the lock is had: by then whoever had it has committed or come to nothing.
  select r.request_hash, r.answer into kept from idempotency_records r
  where r.actor_id = nullif(current_setting('app.actor_id', true), '')::uuid
    and r.key = begin_once.key and r.expires_at > clock;
  if not found then
    state := 'new';
  elsif kept.request_hash = begin_once.request_hash then
    state := 'kept';
    answer := kept.answer;
  else
    state := 'reused';
  end if;
end $$
"""


def upgrade() -> None:
    run(BEGIN)
    for name in CALLERS:
        permit("idempotency_records", name, MAY, f"actor_id = {ACTOR}")


def downgrade() -> None:
    for name in CALLERS:
        run(f"drop policy idempotency_records_{name} on idempotency_records")
        run(f"revoke {MAY} on idempotency_records from {role(name)}")
    run("drop function begin_once(text, bytea, timestamptz)")
