"""Vehicles and drivers of the operating company, their papers, hours and inspections."""

from migrations.tables import (
    ACTOR,
    KEEP,
    Index,
    May,
    Ref,
    drop_tables,
    operator_table,
)

revision = "0004"
down_revision = "0003"
TABLES = ("vehicles", "drivers", "documents", "duty_entries", "inspections")


def upgrade() -> None:
    operator_table(
        "vehicles",
        """
        id uuid not null,
        name text not null,
        make text,
        model text,
        year integer check (year between 1980 and 2100),
        vehicle_type text,
        seats integer not null check (seats between 1 and 80),
        status text not null default 'active'
          check (status in ('active', 'maintenance', 'out_of_service', 'retired')),
        mileage integer check (mileage >= 0),
        archived_at timestamptz,
        version integer not null default 1,
        constraint vehicles_name_key unique (tenant_id, name)
        """,
        indexes=[
            Index("name, id", "vehicles page by name"),
            Index("seats, id", "smallest van that fits"),
        ],
    )
    operator_table(
        "drivers",
        """
        id uuid not null,
        staff_user_id uuid,
        name text not null,
        email text check (email = lower(btrim(email))),
        phone text check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
        status text not null default 'active' check (status in ('active', 'suspended', 'left')),
        archived_at timestamptz,
        version integer not null default 1
        """,
        refs=[Ref("staff_user_id", "staff_users", "operator")],
        indexes=[Index("name, id", "drivers page by name")],
        may={"driver": May("select", f"id = {ACTOR}")},
    )
    operator_table(
        "documents",
        """
        id uuid not null,
        vehicle_id uuid,
        driver_id uuid,
        kind text not null check (kind in ('insurance', 'registration', 'inspection', 'licence',
          'medical_certificate', 'road_test', 'mvr', 'annual_review')),
        reference text,
        expires_on date,
        version integer not null default 1,
        constraint documents_one_subject check (num_nonnulls(vehicle_id, driver_id) = 1),
        constraint documents_kind_fits check ((vehicle_id is not null)
          = (kind in ('insurance', 'registration', 'inspection')))
        """,
        refs=[Ref("vehicle_id", "vehicles", "operator"), Ref("driver_id", "drivers", "operator")],
        indexes=[Index("expires_on, id", "documents that expire soon")],
        may={"driver": May("select", f"driver_id = {ACTOR}")},
    )
    operator_table(
        "duty_entries",
        """
        id uuid not null,
        driver_id uuid not null,
        kind text not null check (kind in ('on_duty', 'driving')),
        starts_at timestamptz not null,
        ends_at timestamptz,
        constraint duty_entries_end_after_start check (ends_at > starts_at)
        """,
        refs=[Ref("driver_id", "drivers", "operator")],
        indexes=[Index("driver_id, starts_at", "hours of service of a driver")],
        may={"driver": May("select, insert, update", f"driver_id = {ACTOR}")},
    )
    operator_table(
        "inspections",
        """
        id uuid not null,
        vehicle_id uuid not null,
        driver_id uuid not null,
        kind text not null check (kind in ('pre_trip', 'post_trip')),
        inspected_at timestamptz not null,
        mileage integer check (mileage >= 0),
        defects jsonb not null default '[]',
        critical boolean not null default false
        """,
        refs=[Ref("vehicle_id", "vehicles", "operator"), Ref("driver_id", "drivers", "operator")],
        indexes=[Index("vehicle_id, inspected_at", "inspections of a vehicle")],
        may={"driver": May("select, insert", f"driver_id = {ACTOR}")},
        staff=KEEP,
    )


def downgrade() -> None:
    drop_tables(TABLES)
