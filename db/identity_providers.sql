-- name: provider_of_tenant
-- The tenant's issuer, by its id or the one that is in use.
select
    id, issuer, client_id, secret_id, scopes, role_claim, rules, fallback, provisioning,
    email_domains, verified_claim, strong_acrs, enforced, version, created_at, removed_at
from identity_providers
where removed_at is null and (%(id)s::uuid is null or id = %(id)s::uuid);

-- name: lock_provider
-- The tenant's issuer that is in use, held until the transaction ends.
select
    id, issuer, client_id, secret_id, scopes, role_claim, rules, fallback, provisioning,
    email_domains, verified_claim, strong_acrs, enforced, version, created_at, removed_at
from identity_providers
where removed_at is null
for update;

-- name: insert_provider
-- The issuer that says who a tenant's staff are.
insert into identity_providers (
    id, issuer, client_id, secret_id, scopes, role_claim, rules, fallback, provisioning,
    email_domains, verified_claim, strong_acrs, enforced, version, created_at
)
values (
    %(id)s, %(issuer)s, %(client_id)s, %(secret_id)s, %(scopes)s, %(role_claim)s,
    %(rules)s::text::jsonb, %(fallback)s::text::jsonb, %(provisioning)s, %(email_domains)s,
    %(verified_claim)s, %(strong_acrs)s, %(enforced)s, %(version)s, %(created_at)s
);

-- name: update_provider
-- What is said of an issuer, and when it was removed.
update identity_providers
set
    issuer = %(issuer)s,
    client_id = %(client_id)s,
    secret_id = %(secret_id)s,
    scopes = %(scopes)s,
    role_claim = %(role_claim)s,
    rules = %(rules)s::text::jsonb,
    fallback = %(fallback)s::text::jsonb,
    provisioning = %(provisioning)s,
    email_domains = %(email_domains)s,
    verified_claim = %(verified_claim)s,
    strong_acrs = %(strong_acrs)s,
    enforced = %(enforced)s,
    version = %(version)s,
    removed_at = %(removed_at)s
where id = %(id)s;

-- name: issuer_is_proven
-- Whether somebody of the staff is linked to the issuer.
select exists(
    select from staff_identities where issuer = %(issuer)s and unlinked_at is null
);

-- name: end_sessions_begun
-- The sessions that an issuer began are over; or those of passwords, but of owners.
select end_sessions_begun(%(provider)s::uuid, %(now)s);

-- name: lock_identity
-- Whom an issuer knows somebody as, held until the transaction ends.
select id, staff_user_id, issuer, subject, linked_at, unlinked_at, version
from staff_identities
where id = %(id)s
for update;

-- name: unlink_identity
-- An issuer means nobody here any more by that subject.
update staff_identities
set unlinked_at = %(unlinked_at)s, version = %(version)s
where id = %(id)s;
