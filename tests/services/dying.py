"""A seller who is killed in the middle: books a tour, says so before it is stored, and waits."""

import asyncio
import sys
from uuid import UUID

from db.database import Database, Doors, Transaction
from domain.identity import Brand, Kind, Principal
from domain.quotes import Wish
from domain.sales import Buyer, NewBooking
from services.sales import create_booking
from tests.builders import START, new_id
from tests.services.selling import ADA, NOW, Ids


async def sell(write_url: str, read_url: str, tenant: int, brand: int) -> None:
    database = Database(Doors(write_url, read_url))
    await database.open()
    here = Brand(tenant, brand, "", "wwt", "Brand", "America/Los_Angeles", "USD")
    seller = Principal(Kind.STAFF, here, new_id(), role="owner")
    wish = Wish("wine_tour", START, 4, minutes=360)
    new = NewBooking(wish, 62_187, "console", buyer=Buyer(contact=ADA))

    async def work(tx: Transaction) -> UUID:
        made = await create_booking(tx, new, id=new_id(), now=NOW, ids=Ids())
        print("sold", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.sleep(60)
        return made

    await database.session(seller).write(work)


if __name__ == "__main__":
    write_url, read_url, tenant, brand = sys.argv[1:]
    asyncio.run(sell(write_url, read_url, int(tenant), int(brand)))
