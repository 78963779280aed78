"""A partner knows its guests by what it sold, and never the customers of the brand."""

from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from db.database import Database, Transaction
from domain.identity import Brand, Kind
from tests.builders import a_booking, a_customer, an_app, write


async def test_a_partner_reads_how_its_guest_is_reached_and_no_customer(
    database: Database, brand: Brand
) -> None:
    async def sold(tx: Transaction) -> UUID:
        app, ada = await an_app(tx), await a_customer(tx)
        contact = {"customer_name": "Ada Guest", "customer_email": "ada@example.com"}
        await a_booking(tx, customer_id=ada, sold_by_app_id=app, **contact)
        return app

    async def guests(tx: Transaction) -> Any:
        return await tx.rows("select customer_name, customer_email from bookings")

    async def customers(tx: Transaction) -> Any:
        return await tx.rows("select id from customers")

    app = await write(database, brand, sold)
    seen = await write(database, brand, guests, kind=Kind.PARTNER, actor=app)

    assert seen == [("Ada Guest", "ada@example.com")]
    with pytest.raises(errors.InsufficientPrivilege):
        await write(database, brand, customers, kind=Kind.PARTNER, actor=app)
    assert len(await write(database, brand, customers)) == 1
