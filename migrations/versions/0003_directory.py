"""The shared directory: wineries, restaurants, hotels, and what a tenant or brand adds."""

from migrations.tables import Index, brand_table, drop_tables, operator_table, shared_table

revision = "0003"
down_revision = "0002"
TABLES = ("wineries", "restaurants", "hotels", "directory_terms", "directory_notes")
PLACE = """
    id uuid primary key,
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text not null,
    address text,
    website text,
    verified boolean not null default false,
    active boolean not null default true,
    search text generated always as (lower(name)) stored,
"""
# What the directory knows of prices was gathered in dollars.
PRICED = "currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),"
ENTRY = """
    place_kind text not null check (place_kind in ('winery', 'restaurant', 'hotel')),
    place_id uuid not null,
"""


def upgrade() -> None:
    shared_table(
        "wineries",
        PLACE
        + PRICED
        + """
        ava text not null,
        neighborhood text,
        city text,
        state text,
        latitude double precision check (latitude between -90 and 90),
        longitude double precision check (longitude between -180 and 180),
        tasting_fee_cents bigint check (tasting_fee_cents >= 0),
        tasting_fee_waiver text,
        reservation_required boolean,
        hours text,
        wine_styles text[] not null default '{}',
        features text[] not null default '{}',
        founded_year integer,
        visit_minutes integer not null default 60 check (visit_minutes between 30 and 240),
        group_size_min integer check (group_size_min >= 1),
        group_size_max integer check (group_size_max >= group_size_min)
        """,
        indexes=[
            Index("slug", "winery(slug)", unique=True),
            Index("name, id", "wineries page by name"),
        ],
    )
    shared_table(
        "restaurants",
        PLACE
        + PRICED
        + """
        cuisine text,
        lunch_partner boolean not null default false,
        accepts_pre_orders boolean,
        order_method text,
        menu_price_min_cents bigint check (menu_price_min_cents >= 0),
        menu_price_max_cents bigint check (menu_price_max_cents >= menu_price_min_cents)
        """,
        indexes=[
            Index("slug", "one restaurant a slug", unique=True),
            Index("name, id", "restaurants page by name"),
        ],
    )
    shared_table(
        "hotels",
        PLACE + "distance_miles integer check (distance_miles >= 0)",
        indexes=[
            Index("slug", "one hotel a slug", unique=True),
            Index("name, id", "hotels page by name"),
        ],
    )
    operator_table(
        "directory_terms",
        ENTRY + "commission_ppm integer not null check (commission_ppm between 0 and 1000000)",
        key="place_kind, place_id",
    )
    brand_table(
        "directory_notes",
        ENTRY + "featured boolean not null default false,"
        " hidden boolean not null default false, note text",
        key="place_kind, place_id",
    )


def downgrade() -> None:
    drop_tables(TABLES)
