"""The shared directory as it is read: wineries, restaurants, hotels."""

from db.relations import ColumnKind, Relation, among, apart, equals, text

PLACE = {
    "id": ColumnKind.UUID,
    "slug": ColumnKind.TEXT,
    "name": ColumnKind.TEXT,
    "address": ColumnKind.TEXT,
    "website": ColumnKind.TEXT,
    "verified": ColumnKind.BOOL,
}
# What the brand shows first, and what it leaves out: asked by the lists, not by their callers.
MARKED = {"among": among(), "apart": apart()}
BY_NAME = {"NAME_ASC": ("name", "id"), "NAME_DESC": ("-name", "-id")}
WINERIES = Relation(
    "wineries",
    columns={
        **PLACE,
        "ava": ColumnKind.TEXT,
        "neighborhood": ColumnKind.TEXT,
        "city": ColumnKind.TEXT,
        "state": ColumnKind.TEXT,
        "latitude": ColumnKind.FLOAT,
        "longitude": ColumnKind.FLOAT,
        "currency": ColumnKind.TEXT,
        "tasting_fee_cents": ColumnKind.CENTS,
        "tasting_fee_waiver": ColumnKind.TEXT,
        "reservation_required": ColumnKind.BOOL,
        "hours": ColumnKind.TEXT,
        "wine_styles": ColumnKind.TEXTS,
        "features": ColumnKind.TEXTS,
        "founded_year": ColumnKind.INT,
        "visit_minutes": ColumnKind.INT,
    },
    orders=BY_NAME,
    filters={"ava": equals("ava"), "text": text(), **MARKED},
)
RESTAURANTS = Relation(
    "restaurants",
    columns={
        **PLACE,
        "cuisine": ColumnKind.TEXT,
        "lunch_partner": ColumnKind.BOOL,
        "accepts_pre_orders": ColumnKind.BOOL,
        "currency": ColumnKind.TEXT,
        "menu_price_min_cents": ColumnKind.CENTS,
        "menu_price_max_cents": ColumnKind.CENTS,
    },
    orders=BY_NAME,
    filters={"lunch_partner": equals("lunch_partner"), "text": text(), **MARKED},
)
HOTELS = Relation(
    "hotels",
    columns={**PLACE, "distance_miles": ColumnKind.INT},
    orders=BY_NAME,
    filters={"text": text(), **MARKED},
)
READ_MODELS = (WINERIES, RESTAURANTS, HOTELS)
