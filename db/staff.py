"""Those who work for the operator, as they are read."""

from db.relations import ColumnKind, Filter, Relation, part_of

# A sub-select of one row is looked up for each of the page; `exists` would read all memberships.
MEMBER = (
    "coalesce((select true from memberships m where m.staff_user_id = staff_users.id"
    " and m.ended_at is null), false) = %({name})s"
)
STAFF_USERS = Relation(
    "staff_users",
    columns={
        "id": ColumnKind.UUID,
        "name": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "email": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    orders={"NAME_ASC": ("name", "id"), "NAME_DESC": ("-name", "-id")},
    filters={"member": Filter(MEMBER), "text": part_of("name")},
)
READ_MODELS = (STAFF_USERS,)
