"""How staff sign in: a password that nobody reads, sessions that end, and codes that work once."""

from migrations.tables import ACTOR, Index, May, Ref, drop_tables, operator_table, permit, role, run

revision = "0039"
down_revision = "0038"
TABLES = ("staff_codes", "staff_sessions", "staff_passwords")
CALLER = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],"
    " label text"
)
MEMBER = """
  select b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency,
    s.id, m.role, m.grants, m.denies, s.name{more}
  from tenants t
  join brands b on b.tenant_id = t.tenant_id
  join memberships m on m.tenant_id = b.tenant_id and m.brand_id = b.id
  join staff_users s on s.tenant_id = m.tenant_id and s.id = m.staff_user_id"""
LIVE = "s.status = 'active' and t.status = 'active' and b.status = 'active'"
SIGN_IN = f"""
create function look_up_sign_in(slug text, code text, mail text)
returns table ({CALLER}, password_hash text, changed_at timestamptz)
language sql stable security definer
set search_path = public, pg_temp as $$
  -- One who works for several brands begins with the one named, or else with the default.
{MEMBER.format(more=", p.password_hash, p.changed_at")}
  left join staff_passwords p on p.tenant_id = s.tenant_id and p.staff_user_id = s.id
  where s.tenant_id = (select o.tenant_id from tenants o where o.slug = look_up_sign_in.slug)
    and s.email = mail and {LIVE}
    and (look_up_sign_in.code is null or b.code = look_up_sign_in.code)
  order by b.is_default desc, b.code limit 1
$$
"""
OF_SESSION = "t.tenant_id = x.tenant_id and s.id = x.staff_user_id"
SESSION = f"""
create function look_up_session(presented uuid, clock timestamptz)
returns table ({CALLER}, turn integer) language sql stable security definer
set search_path = public, pg_temp as $$
{MEMBER.format(more=", x.turn")}
  join staff_sessions x on {OF_SESSION} and b.code = x.brand_code
  where x.id = presented and x.revoked_at is null and x.expires_at > clock and {LIVE}
$$
"""
CODE = f"""
create function look_up_staff_code(presented uuid, clock timestamptz)
returns table ({CALLER}, kind text, mail text) language sql stable security definer
set search_path = public, pg_temp as $$
{MEMBER.format(more=", x.kind, s.email")}
  join staff_codes x on {OF_SESSION}
  where x.id = presented and x.used_at is null and x.expires_at > clock and {LIVE}
  order by b.is_default desc, b.code limit 1
$$
"""
OPEN = """
create function session_is_open(slug text, subject uuid, presented uuid, clock timestamptz)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from staff_sessions x
    join tenants t on t.tenant_id = x.tenant_id
    where t.slug = session_is_open.slug and x.id = presented and x.staff_user_id = subject
      and x.revoked_at is null and x.expires_at > clock)
$$
"""
FUNCTIONS = {
    "look_up_sign_in(text, text, text)": SIGN_IN,
    "look_up_session(uuid, timestamptz)": SESSION,
    "look_up_staff_code(uuid, timestamptz)": CODE,
    "session_is_open(text, uuid, uuid, timestamptz)": OPEN,
}
SEES = (
    ("staff_passwords", "select"),
    (
        "staff_sessions",
        "select (tenant_id, id, staff_user_id, brand_code, turn, expires_at, revoked_at)",
    ),
    ("staff_codes", "select"),
)


def upgrade() -> None:
    own = f"staff_user_id = {ACTOR}"
    operator_table(
        "staff_passwords",
        "staff_user_id uuid not null, password_hash text not null, changed_at timestamptz not null",
        key="staff_user_id",
        refs=[Ref("staff_user_id", "staff_users", "operator", indexed=False)],
        staff=May(
            "select (tenant_id, staff_user_id, changed_at), insert,"
            " update (password_hash, changed_at)",
            own,
        ),
    )
    operator_table(
        "staff_sessions",
        """
        id uuid not null,
        staff_user_id uuid not null,
        brand_code text not null,
        turn integer not null default 1,
        user_agent text check (length(user_agent) <= 300),
        address text not null check (length(address) <= 45),
        created_at timestamptz not null,
        refreshed_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz,
        constraint staff_sessions_end_after_start check (expires_at >= created_at)
        """,
        refs=[Ref("staff_user_id", "staff_users", "operator")],
        indexes=[
            Index("staff_user_id, created_at", "sessions of a member; foreign key"),
            Index("id", "look-up of a session, before its tenant is known", keyed=False),
        ],
        staff=May("select, insert, update (turn, refreshed_at, revoked_at)", own),
        may={"worker": May("select, delete")},
    )
    operator_table(
        "staff_codes",
        """
        id uuid not null,
        staff_user_id uuid not null,
        kind text not null check (kind in ('invitation', 'reset')),
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz
        """,
        refs=[Ref("staff_user_id", "staff_users", "operator")],
        indexes=[Index("id", "look-up of a code, before its tenant is known", keyed=False)],
        staff=May("select, insert, update (used_at)", own),
        may={"worker": May("select, insert, delete")},
    )
    run(f"grant select (is_default) on brands to {role('lookup')}")
    run(f"grant select (email) on staff_users to {role('lookup')}")
    for table, verbs in SEES:
        permit(table, "lookup", verbs)
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, source in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {role('write')}, {role('read')}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    run(f"revoke select (email) on staff_users from {role('lookup')}")
    run(f"revoke select (is_default) on brands from {role('lookup')}")
    drop_tables(TABLES)
