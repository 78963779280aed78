"""What a read model hides from a kind of caller is what PostgreSQL does not give its role."""

import pytest

from domain.identity import Kind
from migrations.tables import WORKING
from resolvers.root import RELATIONS
from tests.isolation.catalogue import Connection, tables
from tests.isolation.conftest import Planted


@pytest.mark.parametrize("kind", WORKING)
@pytest.mark.parametrize("relation", RELATIONS)
def test_hidden_columns_are_those_that_the_role_may_not_select(
    planted: Planted, relation: str, kind: str
) -> None:
    declared = RELATIONS[relation]
    granted = planted.tables[relation].may(kind, "select")
    if not granted:
        assert kind not in declared.hidden, "hidden from a kind that has no right to the table"
        return

    compared = {each.column for each in declared.filters.values()} - {""}
    for table, column in (each.split(".") for each in compared if "." in each):
        if column in planted.tables[table].may(kind, "select"):
            granted |= {f"{table}.{column}"}
    known = declared.columns.keys() | compared
    assert known - declared.hidden.get(kind, frozenset()) == known & granted


def test_a_column_taken_from_a_role_is_noticed(superuser: Connection) -> None:
    with superuser.transaction(force_rollback=True):
        superuser.execute("revoke select on tour_packages from tourbase_site")
        superuser.execute(
            "grant select (tenant_id, brand_id, id) on tour_packages to tourbase_site"
        )
        granted = tables(superuser, WORKING)["tour_packages"].may("site", "select")

    assert granted == {"tenant_id", "brand_id", "id"}


def test_every_kind_of_principal_but_nobody_has_a_working_role() -> None:
    assert {kind.value for kind in Kind} - {Kind.NOBODY.value} == set(WORKING)


def test_every_column_of_a_read_model_exists_with_the_type_it_declares(
    planted: Planted,
) -> None:
    known = planted.tables
    types = {
        "timestamptz": "timestamp with time zone",
        "time": "time without time zone",
        "time[]": "time without time zone[]",
    }
    wrong = {
        (relation.name, name): kind.value
        for relation in RELATIONS.values()
        for name, kind in relation.columns.items()
        if known[relation.name].columns[name].type != types.get(kind.value, kind.value)
    }

    assert wrong == {}
