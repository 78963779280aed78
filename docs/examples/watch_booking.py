"""Watch a booking: prints each change as it is made. Needs a running `make up`.

    .venv/bin/python docs/examples/watch_booking.py "$TOKEN" [BOOKING_ID]

Without an id it watches the last confirmed booking of the brand, and says which.
"""

import asyncio
import json
import sys
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

ADDRESS = "127.0.0.1:8000"
LAST_CONFIRMED = """
{ bookings(first: 1, orderBy: STARTS_AT_DESC, filter: {status: [CONFIRMED]}) {
    edges { node { id number startsAtLocal version } } } }
"""
CHANGES = """
subscription ($id: ID!) {
  bookingChanged(id: $id) { kind booking { number startsAtLocal version } } }
"""


def last_confirmed(address: str, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://{address}/graphql"
    answer = httpx.post(url, json={"query": LAST_CONFIRMED}, headers=headers).json()
    booking: dict[str, Any] = answer["data"]["bookings"]["edges"][0]["node"]
    return booking


async def watch(address: str, token: str, booking_id: str) -> None:
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(f"ws://{address}/graphql", subprotocols=[protocol]) as socket:
        credential = {"Authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": credential}))
        await socket.recv()  # connection_ack
        ask = {"query": CHANGES, "variables": {"id": booking_id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": ask}))
        async for message in socket:
            print(message if isinstance(message, str) else message.decode(), flush=True)


def main() -> None:
    token, *rest = sys.argv[1:]
    booking_id = rest[0] if rest else None
    address = rest[1] if len(rest) > 1 else ADDRESS
    if booking_id in {None, "-"}:
        booking = last_confirmed(address, token)
        booking_id = str(booking["id"])
        print(json.dumps(booking), flush=True)
    asyncio.run(watch(address, token, str(booking_id)))


if __name__ == "__main__":
    main()
