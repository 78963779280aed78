"""Members come and go, and what one may do beyond the role is a row with a reason and an end."""

from importlib import import_module

from migrations import booked, members
from migrations.tables import Index, May, Ref, brand_table, drop_tables, permit, role, run
from migrations.triggers import Fires, Rule, lay, lift

revision = "0044"
down_revision = "0043"

LOOK_UPS = import_module("migrations.versions.0011_look_ups")
SIGNING_IN = import_module("migrations.versions.0039_signing_in")
TABLES = ("scope_grants",)
LOOKUP = {
    "look_up_member(text, text, uuid, timestamptz)": (members.MEMBER, ("write", "read")),
    "standing_of_staff(uuid)": (members.STANDING, ("staff", "worker")),
    "brands_of_caller()": (members.BRANDS, ("staff",)),
    "last_sign_ins(uuid[])": (members.SIGNED_IN, ("staff", "worker")),
    "invite_member(uuid, uuid, timestamptz, timestamptz)": (members.INVITE, ("staff", "worker")),
    "end_sessions_of(uuid, timestamptz)": (members.END_SESSIONS, ("staff", "worker")),
}
MAKE_BRAND = (
    "make_brand(uuid, text, text, text, text, text, uuid, uuid, text, jsonb, date, uuid[], text[],"
    " text[], timestamptz)"
)
BEFORE = "look_up_member(text, text, uuid)"
KEEPS = (
    Rule(
        "refuse_a_brand_without_owner",
        members.LAST_OF_BRAND,
        (
            Fires(
                "memberships_keep_an_owner",
                "update of role, ended_at on memberships",
                "old.role = 'owner' and old.ended_at is null"
                " and (new.role <> 'owner' or new.ended_at is not null)",
            ),
        ),
    ),
    Rule(
        "refuse_brands_without_owner",
        members.LAST_OF_ANY,
        (
            Fires(
                "staff_users_keep_an_owner",
                "update of status on staff_users",
                "old.status = 'active' and new.status <> 'active'",
            ),
        ),
    ),
)
FILLED = ("memberships", "scope_grants", "staff_users")
MOVE = """
insert into scope_grants (tenant_id, brand_id, id, membership_id, scope, effect, reason, given_at)
select m.tenant_id, m.brand_id, gen_random_uuid(), m.id, each.scope, each.effect,
  'It stood with the membership.', now()
from memberships m
cross join lateral (
  select distinct unnest(m.grants), 'grant' union select distinct unnest(m.denies), 'deny'
) as each (scope, effect);
update memberships set grants = '{}', denies = '{}' where grants <> '{}' or denies <> '{}';
do $$ begin
  if exists (select from memberships m join staff_users s
      on s.tenant_id = m.tenant_id and s.id = m.staff_user_id
      where m.created_at <> s.created_at or cardinality(m.grants) + cardinality(m.denies) > 0) then
    raise exception 'a membership was not moved';
  end if;
end $$;
"""
MOVE_BACK = """
update memberships m set
  grants = array(select scope from scope_grants g where g.tenant_id = m.tenant_id
    and g.membership_id = m.id and g.effect = 'grant' and g.revoked_at is null
    and g.ends_at is null),
  denies = array(select scope from scope_grants g where g.tenant_id = m.tenant_id
    and g.membership_id = m.id and g.effect = 'deny' and g.revoked_at is null)
"""
WRITES = (
    ("staff_sessions", "select (created_at), update (revoked_at)"),
    (
        "staff_codes",
        "insert (tenant_id, id, staff_user_id, kind, created_at, expires_at), update (used_at)",
    ),
)
OF_OWNER = ("memberships", "staff_users", "brand_settings", "schedules")


def upgrade() -> None:
    run(
        "alter table memberships add column id uuid not null default gen_random_uuid(),"
        " add column version integer not null default 1,"
        " add column created_at timestamptz not null default now(),"
        " add column ended_at timestamptz,"
        " add constraint memberships_id_key unique (tenant_id, brand_id, id);"
        "create index memberships_created_at_id_idx"
        " on memberships (tenant_id, brand_id, created_at, id);"
        "comment on index memberships_created_at_id_idx is 'page of members, oldest first';"
        "alter table brands add column public_id uuid not null default gen_random_uuid()"
    )
    brand_table(
        "scope_grants",
        """
        id uuid not null,
        membership_id uuid not null,
        scope text not null check (scope ~ '^[a-z_]+:[a-z_]+$'),
        effect text not null check (effect in ('grant', 'deny')),
        reason text not null check (length(reason) between 1 and 500),
        given_by_id uuid,
        given_at timestamptz not null,
        ends_at timestamptz,
        revoked_at timestamptz,
        version integer not null default 1,
        constraint scope_grants_end_after_start check (ends_at > given_at)
        """,
        refs=[
            Ref("membership_id", "memberships"),
            Ref("given_by_id", "staff_users", "operator", indexed=False),
        ],
        indexes=[
            Index("membership_id, given_at, id", "rights of a member, oldest first; foreign key"),
            Index("tenant_id, given_by_id", "foreign key to staff_users", keyed=False),
        ],
        staff=May("select, insert, update (revoked_at, version)"),
    )
    for table in FILLED:
        run(f"alter table {table} no force row level security")
    run(
        "update memberships m set created_at = s.created_at from staff_users s"
        " where s.tenant_id = m.tenant_id and s.id = m.staff_user_id"
    )
    run(MOVE)
    for table in FILLED:
        run(f"alter table {table} force row level security")
    _rights()
    lay(KEEPS)
    run(f"create or replace function {_paired('and ended_at is null')}")
    _functions()


def _rights() -> None:
    for name in ("staff", "worker"):
        run(f"revoke update on memberships from {role(name)}")
        run(f"grant update (role, version, ended_at) on memberships to {role(name)}")
    for table in OF_OWNER:
        run(
            f"create policy {table}_owner on {table} to {role('owner')}"
            " using (true) with check (true)"
        )
    permit("scope_grants", "lookup", "select")
    for table, verbs in WRITES:
        run(f"grant {verbs} on {table} to {role('lookup')}")


def _paired(more: str) -> str:
    body = booked.PAIRED.replace(booked.AS_OWNER, f"{booked.AS_OWNER} {more}".strip())
    return (
        "refuse_a_pair_of_others() returns trigger language plpgsql"
        f" set search_path = public, pg_temp as $${body}$$"
    )


def _functions() -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(f"drop function {BEFORE}")
    for source in members.SIGNING_IN.values():
        run(source)
    for signature, (source, callers) in LOOKUP.items():
        run(source)
        _give(signature, callers)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    run(members.MAKE_BRAND)
    _give(MAKE_BRAND, ("staff",))


def _give(signature: str, callers: tuple[str, ...]) -> None:
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")


def downgrade() -> None:
    run(f"drop function {MAKE_BRAND}")
    lift(KEEPS)
    run(f"create or replace function {_paired('')}")
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature in LOOKUP:
        run(f"drop function {signature}")
    for source in SIGNING_IN.FUNCTIONS.values():
        run(source.replace("create function", "create or replace function", 1))
    run(LOOK_UPS.MEMBER)
    _give(BEFORE, ("write", "read"))
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    for table, verbs in WRITES:
        run(f"revoke {verbs} on {table} from {role('lookup')}")
    for table in OF_OWNER:
        run(f"drop policy {table}_owner on {table}")
    for name in ("staff", "worker"):
        run(f"revoke update on memberships from {role(name)}")
        run(f"grant update on memberships to {role(name)}")
    _go_back()


def _go_back() -> None:
    for table in FILLED:
        run(f"alter table {table} no force row level security")
    run(MOVE_BACK)
    run("delete from scope_grants")
    drop_tables(TABLES)
    run("delete from memberships where ended_at is not null")
    for table in ("memberships", "staff_users"):
        run(f"alter table {table} force row level security")
    run(
        "alter table memberships drop column id, drop column version, drop column created_at,"
        " drop column ended_at;"
        "alter table brands drop column public_id"
    )
