"""Prices are dated rows of a brand: rate cards, packages and the rules that bend them."""

from migrations.tables import Index, May, brand_table, drop_tables

revision = "0005"
down_revision = "0004"
TABLES = ("rate_cards", "tour_packages", "price_rules")
BUYERS = ("site", "customer", "partner")
PUBLIC = {name: May("select") for name in (*BUYERS, "link")}
# A promo code is told to nobody who does not know it: see `promo_in_force`.
LISTED = {name: May("select", "kind <> 'promo_code'") for name in BUYERS}
CONDITIONS = "array['weekdays', 'guests_min', 'guests_max', 'tour_types']"


def upgrade() -> None:
    brand_table(
        "rate_cards",
        """
        id uuid not null,
        kind text not null check (kind in ('hourly', 'wait', 'transfer_flat', 'transfer_mile')),
        code text not null,
        weekdays integer[] not null default '{0,1,2,3,4,5,6}'
          check (weekdays <@ '{0,1,2,3,4,5,6}'::integer[] and cardinality(weekdays) > 0),
        guests_min integer not null check (guests_min >= 1),
        guests_max integer not null,
        rate_cents bigint not null check (rate_cents >= 0),
        minutes_min integer not null default 0 check (minutes_min >= 0),
        miles_included integer not null default 0 check (miles_included >= 0),
        effective_from date not null,
        effective_to date,
        version integer not null default 1,
        constraint rate_cards_guests_ordered check (guests_max >= guests_min),
        constraint rate_cards_dates_ordered check (effective_to > effective_from)
        """,
        indexes=[
            Index("code, effective_from", "one rate a code and day", unique=True),
        ],
        may=PUBLIC,
    )
    brand_table(
        "tour_packages",
        """
        id uuid not null,
        code text not null,
        name text not null,
        pricing text not null check (pricing in ('per_person', 'flat', 'flat_plus_mile')),
        price_cents bigint not null check (price_cents >= 0),
        per_mile_cents bigint not null default 0 check (per_mile_cents >= 0),
        miles_included integer not null default 0 check (miles_included >= 0),
        minutes integer check (minutes > 0),
        guests_min integer not null check (guests_min >= 1),
        guests_max integer not null,
        weekdays integer[] not null default '{0,1,2,3,4,5,6}',
        start_times time[] not null default '{}',
        includes text[] not null default '{}',
        excludes text[] not null default '{}',
        effective_from date not null,
        effective_to date,
        version integer not null default 1,
        constraint tour_packages_guests_ordered check (guests_max >= guests_min),
        constraint tour_packages_dates_ordered check (effective_to > effective_from)
        """,
        indexes=[
            Index("code, effective_from", "one package a code and day", unique=True),
            Index("name, id", "tourPackages page by name"),
        ],
        may={**PUBLIC, "driver": May("select")},
    )
    brand_table(
        "price_rules",
        f"""
        id uuid not null,
        kind text not null check (kind in
          ('season', 'holiday', 'weekday', 'party_size', 'promo_code', 'tax')),
        name text not null,
        promo_code text check (promo_code = upper(promo_code)),
        conditions jsonb not null default '{{}}',
        percent_ppm integer check (percent_ppm between -1000000 and 10000000),
        amount_cents bigint,
        redemptions_max integer check (redemptions_max > 0),
        redemptions integer not null default 0 check (redemptions >= 0),
        effective_from date not null,
        effective_to date,
        version integer not null default 1,
        constraint price_rules_conditions_known check (conditions - {CONDITIONS} = '{{}}'),
        constraint price_rules_one_effect check (num_nonnulls(percent_ppm, amount_cents) = 1),
        constraint price_rules_promo_has_code
          check ((kind = 'promo_code') = (promo_code is not null)),
        constraint price_rules_redemptions_left check (redemptions <= redemptions_max),
        constraint price_rules_dates_ordered check (effective_to > effective_from)
        """,
        indexes=[
            Index("promo_code, effective_from", "one promo code a day", unique=True),
            Index("effective_from, id", "rules in force on a day"),
        ],
        may=LISTED,
    )


def downgrade() -> None:
    drop_tables(TABLES)
