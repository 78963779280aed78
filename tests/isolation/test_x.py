from dataclasses import replace

from bootstrap.wiring import doors
from db.database import Database
from tests.builders import a_brand, a_customer, a_principal, write


async def test_x(settings):
    d = Database(replace(doors(settings), pool_size=1)); await d.open()
    a = await a_brand(settings); b = await a_brand(settings)
    await write(d, a, lambda tx: a_customer(tx, name="Secret of A"))
    async with d.session(a_principal(b)).read() as old: await old.rows("select 1")
    async with d.session(a_principal(a)).read() as tx:
        print("stale B transaction reads:", await old.rows("select name from customers"))
    print("afterwards", await old.rows("select 1"))
    await d.close()
