"""A second factor beside the password, sessions that prove who is asking, and what owners ask."""

from migrations.tables import (
    ACTOR,
    BRAND,
    TENANT,
    Index,
    May,
    Ref,
    drop_tables,
    operator_table,
    permit,
    role,
    run,
)

revision = "0046"
down_revision = "0045"
TABLES = ("security_rules", "staff_factors", "staff_recovery_codes")
DEFINED = "security definer set search_path = public, pg_temp as $$"
STANDING = f"""
create function session_standing(
  slug text, subject uuid, presented uuid, clock timestamptz)
returns table (proved_at timestamptz, owes_factor boolean) language sql stable {DEFINED}
  select coalesce(x.proved_at, x.created_at),
    exists (
      select from security_rules r
      where r.tenant_id = x.tenant_id and r.name = 'second_factor' and r.required)
    and not exists (
      select from staff_factors f
      where f.tenant_id = x.tenant_id and f.staff_user_id = x.staff_user_id
        and f.confirmed_at is not null)
  from staff_sessions x
  join tenants t on t.tenant_id = x.tenant_id
  where t.slug = session_standing.slug and x.id = presented and x.staff_user_id = subject
    and x.revoked_at is null and x.expires_at > clock
$$
"""
BEFORE = f"""
create function session_is_open(slug text, subject uuid, presented uuid, clock timestamptz)
returns boolean language sql stable {DEFINED}
  select exists (
    select from staff_sessions x
    join tenants t on t.tenant_id = x.tenant_id
    where t.slug = session_is_open.slug and x.id = presented and x.staff_user_id = subject
      and x.revoked_at is null and x.expires_at > clock)
$$
"""
MAY = f"""
  with may as (
    -- An owner of this brand, of somebody who works for it.
    select true as so from memberships o
    where o.tenant_id = {TENANT} and o.brand_id = {BRAND} and o.staff_user_id = {ACTOR}
      and o.role = 'owner' and o.ended_at is null and exists (
        select from memberships m
        where m.tenant_id = o.tenant_id and m.brand_id = o.brand_id and m.staff_user_id = subject
          and m.ended_at is null)
  ),"""
END_FACTOR = f"""
create function end_factor_of(subject uuid) returns boolean language sql {DEFINED}{MAY}
  codes as (
    delete from staff_recovery_codes c using may
    where c.tenant_id = {TENANT} and c.staff_user_id = subject
  ),
  factor as (
    delete from staff_factors f using may
    where f.tenant_id = {TENANT} and f.staff_user_id = subject
    returning f.confirmed_at
  ),
  secret as (
    delete from sealed_secrets s using may
    where s.tenant_id = {TENANT} and s.owner_id = subject and s.kind = 'totp'
  )
  select coalesce(bool_or(factor.confirmed_at is not null), false) from factor
$$
"""
END_SESSIONS = f"""
create function end_sessions_of_member(subject uuid, clock timestamptz)
returns integer language sql {DEFINED}{MAY}
  ended as (
    update staff_sessions x set revoked_at = clock from may
    where x.tenant_id = {TENANT} and x.staff_user_id = subject and x.revoked_at is null
      and x.expires_at > clock
    returning x.id
  )
  select count(*)::integer from ended
$$
"""
FUNCTIONS = {
    "session_standing(text, uuid, uuid, timestamptz)": (STANDING, ("write", "read")),
    "end_factor_of(uuid)": (END_FACTOR, ("staff",)),
    "end_sessions_of_member(uuid, timestamptz)": (END_SESSIONS, ("staff",)),
}
OPEN = "session_is_open(text, uuid, uuid, timestamptz)"
SESSIONS = "select (proved_at) on staff_sessions"


def upgrade() -> None:
    own = f"staff_user_id = {ACTOR}"
    run(
        "alter table staff_sessions add column proved_at timestamptz,"
        " add column methods text[] not null default '{pwd}'"
    )
    run(f"grant update (proved_at, methods) on staff_sessions to {role('staff')}")
    operator_table(
        "security_rules",
        """
        id uuid not null,
        name text not null,
        required boolean not null,
        version integer not null,
        changed_at timestamptz not null
        """,
        indexes=[Index("name", "a rule by its name, one an operator", unique=True)],
    )
    operator_table(
        "staff_factors",
        """
        staff_user_id uuid not null,
        secret_id uuid not null,
        confirmed_at timestamptz,
        last_step bigint not null default 0,
        version integer not null default 1,
        created_at timestamptz not null
        """,
        key="staff_user_id",
        refs=[
            Ref("staff_user_id", "staff_users", "operator", indexed=False),
        ],
        staff=May(
            "select, insert, update (confirmed_at, last_step, version), delete",
            own,
        ),
    )
    operator_table(
        "staff_recovery_codes",
        """
        staff_user_id uuid not null,
        code_hash bytea not null check (length(code_hash) = 32),
        created_at timestamptz not null,
        used_at timestamptz
        """,
        key="staff_user_id, code_hash",
        refs=[Ref("staff_user_id", "staff_users", "operator", indexed=False)],
        staff=May("select, insert, update (used_at), delete", own),
    )
    run(
        "create index sealed_secrets_owner_id_kind_idx on sealed_secrets"
        " (tenant_id, owner_id, kind);"
        "comment on index sealed_secrets_owner_id_kind_idx is 'secrets of one owner'"
    )
    permit("security_rules", "lookup", "select")
    permit("staff_factors", "lookup", "select, delete")
    permit("staff_recovery_codes", "lookup", "select, delete")
    run(f"grant delete on sealed_secrets to {role('lookup')}")
    run(f"grant {SESSIONS} to {role('lookup')}")
    _functions()


def _functions() -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(f"drop function {OPEN}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(source)
        _give(signature, callers)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def _give(signature: str, callers: tuple[str, ...]) -> None:
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")


def downgrade() -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(BEFORE)
    _give(OPEN, ("write", "read"))
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    drop_tables(TABLES)
    run("drop index sealed_secrets_owner_id_kind_idx")
    run(f"revoke {SESSIONS} from {role('lookup')}")
    run(f"revoke delete on sealed_secrets from {role('lookup')}")
    run("alter table staff_sessions drop column proved_at, drop column methods")
