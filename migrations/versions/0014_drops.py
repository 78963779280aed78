"""What must be dropped from the cache, told in the transaction of the change itself.

A trigger of each kept table writes one row a statement and owner, however many rows were changed,
whoever changed them and in whatever way. The relay reads these rows and tells every process.
"""

from migrations.tables import May, drop_tables, operator_table, permit, role, run, shared_table

revision = "0014"
down_revision = "0013"
TABLES = ("cache_drops", "directory_drops")

DROP = "relation text not null, told_at timestamptz"
# What a change is told as, by whose the rows of the table are.
OF_AN_OWNER = """
insert into cache_drops (id, tenant_id, brand, relation)
select gen_random_uuid(), tenant_id, brand, tg_table_name
from (select distinct tenant_id, {brand} as brand from changed) as whose
"""
TOLD = {
    "shared": """
insert into directory_drops (id, relation)
select gen_random_uuid(), tg_table_name where exists (select from changed)
""",
    "tenant": OF_AN_OWNER.replace("{brand}", "null::integer"),
    "brand": OF_AN_OWNER.replace("{brand}", "brand_id"),
    "itself": OF_AN_OWNER.replace("{brand}", "id"),
}
KEPT = {
    "wineries": "shared",
    "restaurants": "shared",
    "hotels": "shared",
    "vehicles": "tenant",
    "brands": "itself",
    "brand_settings": "brand",
    "tour_packages": "brand",
    "rate_cards": "brand",
    "price_rules": "brand",
}
EVENTS = {"insert": "new", "update": "new", "delete": "old"}

PENDING = """
create function pending_drops(settle interval, batch integer)
returns table (id uuid, scope text)
language sql stable security definer set search_path = public, pg_temp as $$
  select d.id, concat_ws(':', d.relation, d.tenant_id, d.brand) from cache_drops d
  where d.told_at is null or d.told_at < now() - settle
  union all
  select d.id, d.relation from directory_drops d
  where d.told_at is null or d.told_at < now() - settle
  limit batch
$$
"""
TELL = """
create function drops_told(drops uuid[], settle interval) returns void
language sql security definer set search_path = public, pg_temp as $$
  -- Told twice, and only then forgotten: a replica may have shown the old rows after the first.
  delete from cache_drops d where d.id = any (drops) and d.told_at < now() - settle;
  delete from directory_drops d where d.id = any (drops) and d.told_at < now() - settle;
  update cache_drops d set told_at = now() where d.id = any (drops) and d.told_at is null;
  update directory_drops d set told_at = now() where d.id = any (drops) and d.told_at is null;
$$
"""
FUNCTIONS = {
    "pending_drops(interval, integer)": PENDING,
    "drops_told(uuid[], interval)": TELL,
}


def upgrade() -> None:
    operator_table("cache_drops", f"id uuid not null, brand integer, {DROP}", staff=May("insert"))
    run(
        f"create policy cache_drops_owner on cache_drops to {role('owner')}"
        " using (true) with check (true)"
    )
    shared_table("directory_drops", f"id uuid primary key, {DROP}", readers=())
    for table in TABLES:
        permit(table, "relay", "select, update (told_at), delete")
    _triggers()
    _functions()


def _triggers() -> None:
    for owner, told in TOLD.items():
        run(
            f"create function tell_change_of_{owner}() returns trigger language plpgsql"
            f" set search_path = public, pg_temp as $$ begin {told}; return null; end $$"
        )
    for table, owner in KEPT.items():
        for event, side in EVENTS.items():
            run(
                f"create trigger {table}_{event}_told after {event} on {table}"
                f" referencing {side} table as changed"
                f" for each statement execute function tell_change_of_{owner}()"
            )


def _functions() -> None:
    run(f"grant create on schema public to {role('relay')}")
    run(f"set local role {role('relay')}")
    for signature, source in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {role('write')}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('relay')}")


def downgrade() -> None:
    for table in KEPT:
        for event in EVENTS:
            run(f"drop trigger {table}_{event}_told on {table}")
    for owner in TOLD:
        run(f"drop function tell_change_of_{owner}()")
    run(f"set local role {role('relay')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    drop_tables(TABLES)
