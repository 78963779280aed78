"""A tenant's issuer of OpenID Connect, whom it knows of the staff, and which sessions it began."""

from migrations.federated import FUNCTIONS, standing
from migrations.tables import Index, May, Ref, drop_tables, operator_table, permit, role, run

revision = "0051"
down_revision = "0050"
TABLES = ("identity_providers", "staff_identities")
CHANGED = (
    "issuer, client_id, secret_id, scopes, role_claim, rules, fallback, provisioning,"
    " email_domains, verified_claim, strong_acrs, enforced, version, removed_at"
)
ONE = "create unique index identity_providers_one_key on identity_providers (tenant_id)"
WHY = "one issuer a tenant; which it is"
BEGUN = """
alter table staff_sessions
  add column provider_id uuid,
  add constraint staff_sessions_provider_id_fkey foreign key (tenant_id, provider_id)
    references identity_providers (tenant_id, id);
create index staff_sessions_provider_id_idx on staff_sessions (tenant_id, provider_id);
comment on index staff_sessions_provider_id_idx
  is 'foreign key to identity_providers; sessions that an issuer began';
alter table memberships add column left_at timestamptz;
"""


def upgrade() -> None:
    operator_table(
        "identity_providers",
        """
        id uuid not null,
        issuer text not null check (length(issuer) between 8 and 300),
        client_id text not null check (length(client_id) between 1 and 200),
        secret_id uuid,
        scopes text[] not null check ('openid' = any(scopes)),
        role_claim text[] not null,
        rules jsonb not null,
        fallback jsonb,
        provisioning text not null check (provisioning in ('invited', 'just_in_time')),
        email_domains text[] not null,
        verified_claim text[] not null check (cardinality(verified_claim) > 0),
        strong_acrs text[] not null,
        enforced boolean not null,
        version integer not null default 1,
        created_at timestamptz not null,
        removed_at timestamptz,
        constraint identity_providers_know_newcomers
          check (provisioning = 'invited' or cardinality(email_domains) > 0)
        """,
        indexes=[Index("created_at, id", "page of issuers, newest first")],
        staff=May(f"select, insert, update ({CHANGED})"),
        may={"worker": May("select")},
    )
    run(f"{ONE} where removed_at is null")
    run(f"comment on index identity_providers_one_key is '{WHY}'")
    operator_table(
        "staff_identities",
        """
        id uuid not null,
        staff_user_id uuid not null,
        issuer text not null check (length(issuer) <= 300),
        subject text not null check (length(subject) between 1 and 255),
        linked_at timestamptz not null,
        unlinked_at timestamptz,
        version integer not null default 1
        """,
        refs=[Ref("staff_user_id", "staff_users", "operator")],
        indexes=[
            Index("linked_at, id", "page of identities, newest first"),
            Index(
                "issuer, subject",
                "sign-in: whom an issuer means",
                unique=True,
                where="unlinked_at is null",
            ),
            Index(
                "staff_user_id, issuer",
                "one subject of an issuer a member",
                unique=True,
                where="unlinked_at is null",
            ),
        ],
        staff=May("select, update (unlinked_at, version)"),
        may={"worker": May("select, insert")},
    )
    run(BEGUN)
    run(f"grant update (left_at) on memberships to {role('worker')}")
    _functions()


def _functions() -> None:
    permit("identity_providers", "lookup", "select (tenant_id, id, removed_at)")
    run(f"grant select (provider_id, methods) on staff_sessions to {role('lookup')}")
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
    run(standing(trusting=True))
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(standing(trusting=False))
    run(f"set local role {role('owner')}")
    run(f"revoke select (methods) on staff_sessions from {role('lookup')}")
    run(f"revoke create on schema public from {role('lookup')}")
    run("alter table memberships drop column left_at")
    run("alter table staff_sessions drop column provider_id")
    drop_tables(TABLES)
