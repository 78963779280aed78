"""Who works for the tenant, and who may call for a brand: staff, partner apps and their keys."""

from migrations.tables import (
    ACTOR,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
    operator_table,
)

revision = "0002"
down_revision = "0001"
TABLES = ("staff_users", "memberships", "apps", "api_keys")


def upgrade() -> None:
    operator_table(
        "staff_users",
        """
        id uuid not null,
        email text not null check (email = lower(btrim(email)) and email like '%_@_%'),
        name text not null,
        status text not null default 'active' check (status in ('active', 'suspended')),
        created_at timestamptz not null,
        version integer not null default 1
        """,
        indexes=[Index("email", "sign-in: one account an address", unique=True)],
    )
    brand_table(
        "memberships",
        """
        staff_user_id uuid not null,
        role text not null check (role in
          ('owner', 'manager', 'dispatcher', 'sales', 'finance', 'driver', 'viewer')),
        grants text[] not null default '{}',
        denies text[] not null default '{}'
        """,
        key="staff_user_id",
        refs=[Ref("staff_user_id", "staff_users", "operator", indexed=False)],
        indexes=[
            Index(
                "tenant_id, staff_user_id",
                "foreign key to staff_users, whichever brand",
                keyed=False,
            )
        ],
    )
    brand_table(
        "apps",
        """
        id uuid not null,
        name text not null,
        contact_email text,
        status text not null default 'active' check (status in ('active', 'suspended')),
        created_at timestamptz not null
        """,
        may={"partner": May("select", f"id = {ACTOR}")},
    )
    brand_table(
        "api_keys",
        """
        id uuid not null,
        app_id uuid,
        kind text not null check (kind in ('site', 'partner')),
        mode text not null check (mode in ('test', 'live')),
        label text not null,
        last_four text not null check (length(last_four) = 4),
        key_hash bytea not null check (length(key_hash) = 32),
        created_at timestamptz not null,
        expires_at timestamptz,
        revoked_at timestamptz,
        constraint api_keys_partner_has_app check ((kind = 'partner') = (app_id is not null))
        """,
        refs=[Ref("app_id", "apps")],
        indexes=[
            Index("key_hash", "look-up of a presented key, before the brand is known", keyed=False)
        ],
        staff=May(
            "select (tenant_id, brand_id, id, app_id, kind, mode, label, last_four, created_at,"
            " expires_at, revoked_at), insert, update (label, expires_at, revoked_at)"
        ),
    )


def downgrade() -> None:
    drop_tables(TABLES)
