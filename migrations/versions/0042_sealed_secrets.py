"""Secrets at rest: sealed boxes that no role selects, and that are opened one at a time."""

from migrations.tables import (
    ACTOR,
    BRAND,
    TENANT,
    Index,
    May,
    drop_tables,
    fleet_table,
    permit,
    role,
    run,
)

revision = "0042"
down_revision = "0041"
TABLES = ("sealed_secrets",)
SEEN = "select (tenant_id, brand_id, id, kind, owner_id, key_id, created_at, sealed_at, version)"
ANEW = "update (key_id, box, sealed_at, version)"
OPEN = f"""
create function open_secret(wanted uuid, purpose text)
returns table (brand_id integer, owner_id uuid, version integer, key_id text, box bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  -- A member opens what is their own; what is the company's or a brand's, its worker alone.
  select s.brand_id, s.owner_id, s.version, s.key_id, s.box
  from sealed_secrets s
  where s.id = wanted and s.kind = purpose
    and s.tenant_id = {TENANT} and (s.brand_id is null or s.brand_id = {BRAND})
    and (s.owner_id = {ACTOR} or current_setting('role') = '{{worker}}')
$$
"""
SEALED_BY = """
create function secrets_sealed_by(sealing text, after uuid, at_most integer)
returns table (tenant_id integer, brand_id integer, id uuid, kind text)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.tenant_id, s.brand_id, s.id, s.kind
  from sealed_secrets s
  where s.key_id = sealing and s.id > after
  order by s.id limit least(at_most, 1000)
$$
"""
KEYS = """
create function sealing_keys() returns table (key_id text, secrets bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select s.key_id, count(*) from sealed_secrets s group by s.key_id
$$
"""
FUNCTIONS = {
    "open_secret(uuid, text)": (OPEN, ("staff", "worker")),
    "secrets_sealed_by(text, uuid, integer)": (SEALED_BY, ("write",)),
    "sealing_keys()": (KEYS, ("write",)),
}


def upgrade() -> None:
    personal = f"kind <> 'totp' or owner_id = {ACTOR}"
    fleet_table(
        "sealed_secrets",
        """
        id uuid not null,
        kind text not null check (kind in ('totp', 'stripe', 'smtp', 'oidc', 'webhook')),
        owner_id uuid not null,
        key_id text not null,
        box bytea not null check (length(box) between 28 and 8192),
        created_at timestamptz not null,
        sealed_at timestamptz not null,
        version integer not null default 1
        """,
        indexes=[
            Index("brand_id", "foreign key to brands"),
            Index("key_id, id", "what a key has sealed, to seal it anew", keyed=False),
        ],
        staff=May(f"{SEEN}, insert, {ANEW}, delete", personal),
        may={"worker": May(f"{SEEN}, insert, {ANEW}, delete")},
    )
    permit(
        "sealed_secrets",
        "lookup",
        "select (tenant_id, brand_id, id, kind, owner_id, key_id, version, box)",
    )
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(source.replace("{worker}", role("worker")))
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    drop_tables(TABLES)
