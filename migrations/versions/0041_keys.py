"""Every key belongs to an app, may do less than its kind, and is replaced by another."""

from migrations.tables import role, run

revision = "0041"
down_revision = "0040"

CALLER = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text, actor_id uuid, role text, grants text[], denies text[],"
    " label text"
)
FOUND = "key_id uuid, app_id uuid, mode text, scopes text[], until timestamptz"
BRAND_FACTS = "b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency"
LIVE = "t.status = 'active' and b.status = 'active'"
OF_AN_APP = f"""
create function look_up_key(presented bytea, clock timestamptz)
returns table ({CALLER}, {FOUND}) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, a.id, k.kind, '{{}}'::text[], '{{}}'::text[], a.name,
    k.id, a.id, k.mode, k.scopes, k.expires_at
  from api_keys k
  join brands b on b.tenant_id = k.tenant_id and b.id = k.brand_id
  join tenants t on t.tenant_id = k.tenant_id
  join apps a on a.tenant_id = k.tenant_id and a.brand_id = k.brand_id and a.id = k.app_id
  where k.key_hash = presented and k.revoked_at is null and {LIVE}
    and (k.expires_at is null or k.expires_at > clock) and a.status = 'active'
$$
"""
OF_BEFORE = f"""
create function look_up_key(presented bytea, clock timestamptz)
returns table ({CALLER}, kind text, mode text) language sql stable security definer
set search_path = public, pg_temp as $$
  select {BRAND_FACTS}, coalesce(a.id, k.id), k.kind, '{{}}'::text[], '{{}}'::text[],
    coalesce(a.name, k.label), k.kind, k.mode
  from api_keys k
  join brands b on b.tenant_id = k.tenant_id and b.id = k.brand_id
  join tenants t on t.tenant_id = k.tenant_id
  left join apps a on a.tenant_id = k.tenant_id and a.brand_id = k.brand_id and a.id = k.app_id
  where k.key_hash = presented and k.revoked_at is null and {LIVE}
    and (k.expires_at is null or k.expires_at > clock)
    and (a.id is null or a.status = 'active')
$$
"""
SIGNATURE = "look_up_key(bytea, timestamptz)"
# The app of a website's key of before is known by the key's id, so its events keep their actor.
APPS = """
alter table apps no force row level security;
alter table api_keys no force row level security;
set local row_security = off;
alter table apps
  add column kind text not null default 'partner'
    constraint apps_kind_check check (kind in ('site', 'partner')),
  add column version integer not null default 1;
alter table apps alter column kind drop default;
alter table api_keys drop constraint api_keys_partner_has_app;
insert into apps (tenant_id, brand_id, id, name, kind, created_at)
  select tenant_id, brand_id, id, label, 'site', created_at from api_keys where app_id is null
  on conflict do nothing;
update api_keys set app_id = id where app_id is null;
alter table api_keys
  alter column app_id set not null,
  drop constraint api_keys_kind_check,
  add constraint api_keys_kind_check check (kind in ('site', 'partner', 'ci')),
  add column prefix text,
  add column scopes text[]
    constraint api_keys_scopes_are_some check (cardinality(scopes) between 1 and 100),
  add column last_used_at timestamptz,
  add column replaced_by uuid,
  add column version integer not null default 1,
  add constraint api_keys_replaced_by_fkey foreign key (tenant_id, brand_id, replaced_by)
    references api_keys (tenant_id, brand_id, id),
  add constraint api_keys_replaced_by_another check (replaced_by <> id);
update api_keys set prefix = case kind when 'site' then 'pk_' else 'sk_' end || mode;
alter table api_keys
  alter column prefix set not null,
  add constraint api_keys_prefix_check check (length(prefix) between 7 and 20);
set local row_security = on;
alter table apps force row level security;
alter table api_keys force row level security;
"""
# A key of the command line's is of its app's kind too; a `ci` key is of an app of either.
FITS = """
create function key_fits_its_app() returns trigger language plpgsql
set search_path = public, pg_temp as $$ begin
  if new.kind <> 'ci' and not exists (
    select from apps a
    where a.tenant_id = new.tenant_id and a.brand_id = new.brand_id and a.id = new.app_id
      and a.kind = new.kind)
  then
    raise exception 'a % key is of an app of another kind', new.kind
      using errcode = 'check_violation', constraint = 'api_keys_fit_their_apps';
  end if;
  return null;
end $$
"""
TRIGGER = (
    "create trigger api_keys_fit_their_apps after insert or update of app_id, kind on api_keys"
    " for each row execute function key_fits_its_app()"
)
REPLACED = "create index api_keys_replaced_by_idx on api_keys (tenant_id, brand_id, replaced_by)"
WHY = "foreign key to api_keys; batch of api_keys by replaced_by"
BACK = """
drop trigger api_keys_fit_their_apps on api_keys;
drop function key_fits_its_app();
alter table apps no force row level security;
alter table api_keys no force row level security;
set local row_security = off;
update api_keys set replaced_by = null where replaced_by is not null;
delete from api_keys where kind = 'ci';
alter table api_keys
  alter column app_id drop not null,
  drop constraint api_keys_kind_check,
  add constraint api_keys_kind_check check (kind in ('site', 'partner')),
  drop column prefix, drop column scopes, drop column last_used_at, drop column replaced_by,
  drop column version;
update api_keys set app_id = null where kind = 'site';
alter table api_keys add constraint api_keys_partner_has_app
  check ((kind = 'partner') = (app_id is not null));
alter table apps drop column kind, drop column version;
set local row_security = on;
alter table apps force row level security;
alter table api_keys force row level security;
"""


def upgrade() -> None:
    run(APPS)
    run(FITS)
    run(TRIGGER)
    run(REPLACED)
    run(f"comment on index api_keys_replaced_by_idx is '{WHY}'")
    for who in ("staff", "worker"):
        run(
            "grant select (scopes, prefix, last_used_at, replaced_by, version),"
            f" update (last_used_at, replaced_by, version) on api_keys to {role(who)}"
        )
        run(f"revoke update on apps from {role(who)}")
        run(f"grant update (name, contact_email, status, version) on apps to {role(who)}")
    _look_up(OF_AN_APP)


def downgrade() -> None:
    _look_up(OF_BEFORE)
    for who in ("staff", "worker"):
        run(f"revoke update (name, contact_email, status, version) on apps from {role(who)}")
        run(f"grant update on apps to {role(who)}")
    run(BACK)


def _look_up(source: str) -> None:
    """One source in the place of the other: what a function returns is no part of its name."""
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    run(f"drop function {SIGNATURE}")
    run(source)
    run(f"revoke all on function {SIGNATURE} from public")
    run(f"grant execute on function {SIGNATURE} to {role('write')}, {role('read')}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
