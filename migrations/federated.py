"""What single sign-on sees past a brand: a tenant's issuer, and what somebody is everywhere."""

from migrations.tables import ACTOR, BRAND, TENANT

DEFINED = "security definer\nset search_path = public, pg_temp as $$"
FACTS = "b.tenant_id, b.id, t.slug, b.code, b.name, b.time_zone, b.currency"
BRAND_OF = (
    "tenant_id integer, brand_id integer, tenant_slug text, brand_code text, brand_name text,"
    " time_zone text, currency text"
)
LIVE = "t.status = 'active' and b.status = 'active'"

PROVIDER = f"""
create function look_up_provider(slug text, code text)
returns table ({BRAND_OF}, provider_id uuid) language sql stable {DEFINED}
  -- Whoever signs in begins at the brand that they name, or else at the default.
  select {FACTS}, p.id
  from tenants t
  join brands b on b.tenant_id = t.tenant_id
  join identity_providers p on p.tenant_id = t.tenant_id and p.removed_at is null
  where t.slug = look_up_provider.slug and {LIVE}
    and (look_up_provider.code is null or b.code = look_up_provider.code)
  order by b.is_default desc, b.code limit 1
$$
"""
PLACES = f"""
create function places_of(subject uuid)
returns table ({BRAND_OF}, is_default boolean, id uuid, role text, version integer,
  ended_at timestamptz, left_at timestamptz)
language sql stable {DEFINED}
  select {FACTS}, b.is_default, m.id, m.role, m.version, m.ended_at, m.left_at
  from tenants t
  join brands b on b.tenant_id = t.tenant_id
  left join memberships m on m.tenant_id = b.tenant_id and m.brand_id = b.id
    and m.staff_user_id = subject
  where t.tenant_id = {TENANT} and {LIVE}
$$
"""
END_SESSIONS = f"""
create function end_sessions_begun(by_provider uuid, clock timestamptz)
returns void language sql {DEFINED}
  -- Those that an issuer began; or if none is named, those of a password, but of owners.
  update staff_sessions x set revoked_at = clock
  where x.tenant_id = {TENANT} and x.revoked_at is null
    and x.provider_id is not distinct from by_provider
    and (by_provider is not null or not exists (
      select from memberships m
      where m.tenant_id = x.tenant_id and m.staff_user_id = x.staff_user_id
        and m.role = 'owner' and m.ended_at is null))
    and exists (
      select from memberships m
      where m.tenant_id = {TENANT} and m.brand_id = {BRAND} and m.staff_user_id = {ACTOR}
        and m.role = 'owner' and m.ended_at is null)
$$
"""


def standing(*, trusting: bool) -> str:
    """What a session has proved; `trusting` an issuer that asked for a second factor itself."""
    asked = " and not 'mfa' = any(x.methods)" if trusting else ""
    return f"""
create or replace function session_standing(
  slug text, subject uuid, presented uuid, clock timestamptz)
returns table (proved_at timestamptz, owes_factor boolean) language sql stable {DEFINED}
  select coalesce(x.proved_at, x.created_at),
    exists (
      select from security_rules r
      where r.tenant_id = x.tenant_id and r.name = 'second_factor' and r.required){asked}
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


FUNCTIONS = {
    "look_up_provider(text, text)": (PROVIDER, ("write", "read")),
    "places_of(uuid)": (PLACES, ("worker",)),
    "end_sessions_begun(uuid, timestamptz)": (END_SESSIONS, ("staff",)),
}
