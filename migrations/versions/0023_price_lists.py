"""Price lists that staff edit: rows that were taken back, and settings that are known by an id."""

from migrations.tables import run

revision = "0023"
down_revision = "0022"

DATED = ("rate_cards", "tour_packages", "price_rules")
ORDERED = "alter table {0} drop constraint {0}_dates_ordered"
BY_DAY = {
    "rate_cards": "rateCards page by first day",
    "brand_settings": "brandSettings page by day",
}
INDEX = "create index {0}_effective_from_id_idx on {0} (tenant_id, brand_id, effective_from, id)"


def upgrade() -> None:
    for table in DATED:
        run(ORDERED.format(table))
        # A row that ends on the day it begins was taken back before it held.
        run(
            f"alter table {table} add constraint {table}_dates_ordered"
            " check (effective_to >= effective_from)"
        )
    run(
        "alter table brand_settings"
        " add column id uuid not null default gen_random_uuid(),"
        " add column card_fee_ppm integer not null default 29000"
        " check (card_fee_ppm between 0 and 200000),"
        " add column card_fee_fixed_cents bigint not null default 30"
        " check (card_fee_fixed_cents between 0 and 10000),"
        " add constraint brand_settings_id_key unique (tenant_id, brand_id, id)"
    )
    for table, why in BY_DAY.items():
        run(INDEX.format(table))
        run(f"comment on index {table}_effective_from_id_idx is '{why}'")


def downgrade() -> None:
    run("drop index rate_cards_effective_from_id_idx")
    run(
        "alter table brand_settings"
        " drop column id, drop column card_fee_ppm, drop column card_fee_fixed_cents"
    )
    for table in DATED:
        run(ORDERED.format(table))
        run(
            f"alter table {table} no force row level security;"
            f" update {table} set effective_to = effective_from + 1"
            f" where effective_to = effective_from;"
            f" alter table {table} force row level security"
        )
        run(
            f"alter table {table} add constraint {table}_dates_ordered"
            " check (effective_to > effective_from)"
        )
