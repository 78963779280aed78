"""What a brand sells, as it is read."""

from db.relations import ColumnKind, Relation, equals, part_of

TOUR_PACKAGES = Relation(
    "tour_packages",
    columns={
        "id": ColumnKind.UUID,
        "code": ColumnKind.TEXT,
        "name": ColumnKind.TEXT,
        "pricing": ColumnKind.TEXT,
        "price_cents": ColumnKind.CENTS,
        "per_mile_cents": ColumnKind.CENTS,
        "miles_included": ColumnKind.INT,
        "minutes": ColumnKind.INT,
        "guests_min": ColumnKind.INT,
        "guests_max": ColumnKind.INT,
        "weekdays": ColumnKind.INTS,
        "start_times": ColumnKind.TIMES,
        "includes": ColumnKind.TEXTS,
        "excludes": ColumnKind.TEXTS,
        "effective_from": ColumnKind.DATE,
        "effective_to": ColumnKind.DATE,
        "version": ColumnKind.INT,
    },
    orders={"NAME_ASC": ("name", "id"), "NAME_DESC": ("-name", "-id")},
    filters={"code": equals("code"), "text": part_of("name")},
)
READ_MODELS = (TOUR_PACKAGES,)
