"""One operation: its snapshot ends with it, and a scope guards a condition as it guards a field."""

import pytest

from bootstrap.wiring import Parts, now
from db.database import Database, TransactionEnded
from domain.identity import Brand
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS
from tests.builders import a_customer, a_principal, write
from tests.resolvers.conftest import Ask, told


async def test_a_resolver_that_outlives_its_operation_opens_no_snapshot(
    made: Parts, database: Database, brand: Brand
) -> None:
    world = World(database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)
    context = OperationContext(world, a_principal(brand))
    snapshot = context.snapshot
    await snapshot.transaction()
    await context.close()

    with pytest.raises(TransactionEnded):
        await snapshot.transaction()


async def test_whoever_may_not_read_a_mark_of_staff_may_not_search_by_it(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    await write(database, brand, lambda tx: a_customer(tx, vip=True))
    document = "{ customers(filter: {vip: true}) { totalCount } }"
    viewer = a_principal(brand, role="viewer")
    statements.clear()

    refused = await ask(document, viewer)
    assert told(refused) == [("customers", "FORBIDDEN")]
    assert statements == []
    allowed = await ask(document)
    assert allowed.data == {"customers": {"totalCount": 1}}
