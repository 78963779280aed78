"""One DataLoader for each edge, made from the read models, alive for one operation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from db import reading
from db.relations import Many, Relation, Row
from resolvers.cached import Reads


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

    def by(self, relation: str, column: str = "id") -> DataLoader[Any, Row | None]:
        """The row of a relation by a unique column."""

        async def load(keys: list[Any]) -> Sequence[Row | None]:
            return await self._reads.by_column(self._relations[relation], keys, column=column)

        return self._loader((relation, column), load)

    def _children(self, owner: str, name: str, edge: Many) -> DataLoader[UUID, list[Row]]:
        async def load(keys: list[UUID]) -> list[list[Row]]:
            tx = await self._reads.open()
            return await reading.children(tx, self._relations[edge.target], edge, keys)

        return self._loader((owner, name), load)

    def _loader(
        self, key: tuple[str, str], load: Callable[[list[Any]], Any]
    ) -> DataLoader[Any, Any]:
        if key not in self._made:
            self._made[key] = DataLoader(load_fn=load)
        return self._made[key]
