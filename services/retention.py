"""How long records are kept: the owner's choice, and the nightly work that follows from it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from db import audit, events, purges, retention
from db.database import Session, Transaction
from domain.ids import Ids
from domain.retention import Choice, Rule, applied, choose, chosen


async def set_retention(tx: Transaction, wish: Choice, *, now: datetime, ids: Ids) -> None:
    """Keep one kind of record longer or shorter, for all brands; it counts from the next night on.

    Errors: StaleVersion, InvalidInput.
    """
    before = await retention.lock(tx, wish.kind)
    after = choose(before, wish, id=ids.new())
    if after is None or after.id is None:
        return
    await retention.put(tx, after)
    await events.append(tx, chosen(before, after, after.id, id=ids.new(), now=now))


async def apply_retention(session: Session, *, batch: int, now: datetime, ids: Ids) -> None:
    """Forget what is older than its rule, some at a time, and tell how much it was.

    Shape:  what finds nothing to forget tells nothing.
    """
    counts: dict[str, int] = {"personal_values": 0, "addresses": 0}
    rules: Mapping[str, Rule] = {rule.kind: rule for rule in await session.write(retention.rules)}
    for kind, forget in (
        ("personal_values", audit.forget_personal_values),
        ("addresses", audit.forget_addresses),
    ):
        before, gone = rules[kind].before(now), batch
        while gone == batch:
            gone = await session.write(partial(forget, before=before, batch=batch))
            counts[kind] += gone
    if any(counts.values()):
        receipt = applied(counts, id=ids.new(), now=now)
        await session.write(lambda tx: events.append(tx, receipt))


async def purge_sign_ins(tx: Transaction, *, now: datetime) -> int:
    """Delete the sessions and codes that have been over for so long, and tell how many."""
    rules = {rule.kind: rule for rule in await retention.rules(tx)}
    return await purges.sign_ins(tx, until=rules["sessions"].before(now))
