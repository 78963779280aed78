"""One DataLoader for each edge and each counted number, alive for one operation."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from strawberry.dataloader import DataLoader

from db import audit, customers, history, members, tickets
from db.database import Transaction
from db.relations import Many, Relation, Row
from domain.history import Recorded
from domain.places import Marks
from resolvers import rights
from resolvers.cached import Reads

Question = Callable[[Transaction, Sequence[UUID]], Awaitable[Sequence[Any]]]
QUESTIONS: Final[Mapping[tuple[str, str], Question]] = {
    ("events", "personal"): audit.told,
    ("events", "actor_name"): audit.actors,
    ("customers", "lifetime"): customers.lifetimes,
    ("memberships", "scopes"): rights.scopes,
    ("memberships", "last_sign_in_at"): members.last_sign_ins,
}
"""What is worked out for many rows at once, by relation and field."""
PLACES: Final = {"wineries": "winery", "restaurants": "restaurant", "hotels": "hotel"}
"""The kind of place that a relation has rows of; an own place says its own kind."""
MARKS: Final = frozenset({"featured", "hidden"})
NOTED: Final = MARKS | {"remark", "directory_note"}
"""The fields of a place that its brand's note answers."""
# What is counted for a batch of rows, by the name of the field that shows it.
COUNTS: Final = {"seats_left": tickets.seats_left}


class Loaders:
    """The loaders of one operation. Two edges to the same table by id share one."""

    def __init__(self, relations: Mapping[str, Relation], reads: Reads) -> None:
        self._relations = relations
        self._reads = reads
        self._made: dict[tuple[str, str], DataLoader[Any, Any]] = {}

    async def edge(self, row: Any, name: str) -> Any:
        """The row, or the rows, at the other end of an edge."""
        relation = self._relations[row.relation]
        if (one := relation.one.get(name)) is not None:
            key = getattr(row, one.via)
            return None if key is None else await self.by(one.target).load(key)
        return await self._children(relation.name, name, relation.many[name]).load(row.id)

    async def asked(self, row: Any, name: str) -> Any:
        """What a question that is no edge answers about the row."""
        question = QUESTIONS[row.relation, name]

        async def load(keys: list[UUID]) -> Sequence[Any]:
            return await question(await self._reads.open(), keys)

        return await self._loader((row.relation, name), load).load(row.id)

    def by(self, relation: str, column: str = "id") -> DataLoader[Any, Row | None]:
        """The row of a relation by a unique column."""

        async def load(keys: list[Any]) -> Sequence[Row | None]:
            return await self._reads.by_column(self._relations[relation], keys, column=column)

        return self._loader((relation, column), load)

    async def marks(self) -> Mapping[str, Marks]:
        """What the brand shows first and leaves out, by kind of place; read once."""

        async def load(keys: list[None]) -> list[Mapping[str, Marks]]:
            return [await self._reads.marks()] * len(keys)

        found: Mapping[str, Marks] = await self._loader(("marks", ""), load).load(None)
        return found

    async def noted(self, row: Any, name: str) -> Any:
        """A part of what the brand says of a place; of most it says nothing."""
        if name in MARKS:
            kind = PLACES.get(row.relation) or row.kind
            return row.id in getattr((await self.marks())[kind], name)
        note: Any = await self.by("directory_notes", "place_id").load(row.id)
        return note if note is None or name == "directory_note" else getattr(note, name)

    def counted(self, name: str, now: datetime) -> DataLoader[UUID, int | None]:
        """A number of many rows; the clock is that of the operation's first question."""

        async def load(keys: list[UUID]) -> list[int | None]:
            tx = await self._reads.open()
            found = await COUNTS[name](tx, keys, now=now)
            return [found.get(key) for key in keys]

        return self._loader(("counted", name), load)

    def history(self, size: int, before: UUID | None) -> DataLoader[UUID, Sequence[Recorded]]:
        """A page of the events of many rows."""

        async def load(keys: list[UUID]) -> list[Sequence[Recorded]]:
            found = await history.pages(await self._reads.open(), keys, size=size, before=before)
            self._reads.count_read(sum(map(len, found)))
            return found

        return self._loader((f"history {size}", str(before)), load)

    def _children(self, owner: str, name: str, edge: Many) -> DataLoader[UUID, list[Row]]:
        async def load(keys: list[UUID]) -> list[list[Row]]:
            return await self._reads.children(self._relations[edge.target], edge, keys)

        return self._loader((owner, name), load)

    def _loader(
        self, key: tuple[str, str], load: Callable[[list[Any]], Any]
    ) -> DataLoader[Any, Any]:
        if key not in self._made:
            self._made[key] = DataLoader(load_fn=load)
        return self._made[key]
