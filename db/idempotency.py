"""What was done under a key is done once, in the transaction that does it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.idempotency import KEPT_FOR, IdempotencyInFlight, IdempotencyKeyReused, Key

SQL = statements.load(__package__, "idempotency.sql")


async def once(
    tx: Transaction, key: Key, work: Callable[[Transaction], Awaitable[UUID]], *, now: datetime
) -> UUID:
    """The id that `work` gives, or gave when it ran under this key.

    Shape:  the first act of its transaction; a refusal stores nothing, so the key stays unused.
    Errors: IdempotencyInFlight, IdempotencyKeyReused, and those of `work`.
    """
    asked = {"key": key.text, "request_hash": key.request_hash, "now": now}
    row = await tx.row(SQL["begin_once"], asked)
    state, answer = row or ("in_flight", None)
    if state == "in_flight":
        raise IdempotencyInFlight
    if state == "reused":
        raise IdempotencyKeyReused
    if state == "kept":
        return UUID(answer["id"])
    made = await work(tx)
    await tx.run(
        SQL["keep_answer"],
        {
            **asked,
            "actor_id": tx.principal.actor_id,
            "answer": orjson.dumps({"id": str(made)}).decode(),
            "expires_at": now + KEPT_FOR,
        },
    )
    return made
