"""Itineraries name the operator's own places, by a key beside those of the directory."""

from migrations.tables import role, run

revision = "0038"
down_revision = "0037"
TABLES = ("booking_stops", "proposal_stops")
# The kind of place that a stop asks for, where it has an own place: part of the foreign key, so
# that a tasting is at a winery. A key of which a part is null is not looked at.
KIND = """
case
  when own_place_id is null then null
  when kind in ('hotel_checkin', 'hotel_checkout') then 'hotel'
  else kind
end
"""
COMMON = """
  (winery_id is not null) = (kind = 'winery')
  and (restaurant_id is not null) = (kind = 'restaurant')
  and (hotel_id is not null) = (kind in ('hotel_checkin', 'hotel_checkout'))
"""
# The place of the directory, or one of the operator's own in its stead.
OWN = """
  (winery_id is null or kind = 'winery')
  and (restaurant_id is null or kind = 'restaurant')
  and (hotel_id is null or kind in ('hotel_checkin', 'hotel_checkout'))
  and num_nonnulls(winery_id, restaurant_id, hotel_id, own_place_id)
    = case when kind in ('winery', 'restaurant', 'hotel_checkin', 'hotel_checkout')
        then 1 else 0 end
"""
SEES = ("link", "customer")


def upgrade() -> None:
    run("create unique index own_places_id_kind_key on own_places (tenant_id, id, kind)")
    run("comment on index own_places_id_kind_key is 'foreign keys of stops, by the kind of place'")
    for table in TABLES:
        run(
            f"alter table {table} add column own_place_id uuid,"
            f" add column own_place_kind text generated always as ({KIND}) stored,"
            f" drop constraint {table}_place_fits,"
            f" add constraint {table}_place_fits check ({OWN}),"
            f" add constraint {table}_own_place_id_fkey"
            " foreign key (tenant_id, own_place_id, own_place_kind)"
            " references own_places (tenant_id, id, kind)"
        )
        index = f"{table}_own_place_id_own_place_kind_idx"
        run(f"create index {index} on {table} (tenant_id, own_place_id, own_place_kind)")
        run(f"comment on index {index} is 'foreign key to own_places, whichever brand'")
    for name in SEES:
        run(f"grant select (own_place_id) on proposal_stops to {role(name)}")
    run(f"grant update (own_place_id) on booking_stops to {role('link')}")


def downgrade() -> None:
    for table in TABLES:
        run(
            f"alter table {table} drop constraint {table}_place_fits,"
            " drop column own_place_kind, drop column own_place_id,"
            f" add constraint {table}_place_fits check ({COMMON})"
        )
    run("drop index own_places_id_kind_key")
