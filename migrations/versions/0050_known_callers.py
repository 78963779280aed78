"""What ends the memory of a caller, when a session ends, and when a key was used."""

from migrations.tables import permit, role, run
from migrations.told import TELL, Told, lay, lift

revision = "0050"
down_revision = "0049"

REFRESHED = ("turn", "refreshed_at")
OPEN = "old.revoked_at is null and old.expires_at > now()"
TELLING = (
    Told("api_keys", "keys", "id", but=("last_used_at",)),
    Told("apps", "apps", "id"),
    Told("memberships", "members", brand="brand_id"),
    Told("scope_grants", "members", brand="brand_id", made=True),
    Told("staff_users", "staff", "id"),
    Told("staff_factors", "staff", "staff_user_id", but=("last_step", "version"), made=True),
    Told("security_rules", "tenants", made=True),
    Told("staff_sessions", "sessions", "id", but=REFRESHED, alive=OPEN),
    Told("customer_sessions", "sessions", "id", but=REFRESHED, alive=OPEN),
    Told("driver_sessions", "sessions", "id", but=REFRESHED, alive=OPEN),
    Told("customers", "customers", "id", columns=("archived_at", "name")),
    Told("drivers", "drivers", "id"),
    Told("brands", "brands", brand="id"),
    Told("tenants", "tenants"),
    Told("websites", "websites", brand="brand_id"),
)
# Whoever changes a row that callers are made of says so: a guest signs out, a driver as well. The
# others could tell of changes before.
TELLERS = ("site", "customer", "partner", "driver")
ENDING = """
create function session_ends_at(presented uuid)
returns timestamptz language sql stable security definer set search_path = public, pg_temp as $$
  select min(x.expires_at) from (
    select s.expires_at from staff_sessions s where s.id = presented
    union all select s.expires_at from customer_sessions s where s.id = presented
    union all select s.expires_at from driver_sessions s where s.id = presented) x
$$
"""
USED = """
create function note_key_uses(tenants integer[], brands integer[], keys uuid[], seen timestamptz[])
returns void language sql security definer set search_path = public, pg_temp as $$
  update api_keys k set last_used_at = u.at
  from unnest(tenants, brands, keys, seen) as u (tenant_id, brand_id, id, at)
  where k.tenant_id = u.tenant_id and k.brand_id = u.brand_id and k.id = u.id
    and (k.last_used_at is null or k.last_used_at < u.at)
$$
"""
FUNCTIONS = {
    "session_ends_at(uuid)": (ENDING, ("write", "read")),
    "note_key_uses(integer[], integer[], uuid[], timestamptz[])": (USED, ("write",)),
}


def upgrade() -> None:
    for name in TELLERS:
        permit("cache_drops", name, "insert", "relation like 'callers/%'")
    run(TELL)
    lay(TELLING)
    run(f"grant update (last_used_at) on api_keys to {role('lookup')}")
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    run(f"revoke update (last_used_at) on api_keys from {role('lookup')}")
    lift(TELLING)
    run("drop function tell_of_callers()")
    for name in TELLERS:
        run(f"drop policy cache_drops_{name} on cache_drops")
        run(f"revoke insert on cache_drops from {role(name)}")
