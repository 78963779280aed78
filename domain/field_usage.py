"""Which fields are asked for, by whom, on which day: counted by document, told by field."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.identity import Brand, Kind

KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """What one operation of a document uses. Known by itself: it is counted, not compared.

    Shape:  `coordinates` are `Type.field`, each once.
    """

    digest: str
    coordinates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a kind of caller of a brand, and the app whose key it is."""

    brand: Brand
    kind: Kind
    app_id: UUID | None


@dataclass(frozen=True, slots=True)
class Uses:
    """How often the fields and the registered documents of a brand were used."""

    fields: Mapping[tuple[Kind, UUID | None, str], int]
    documents: Mapping[tuple[UUID, str], int]


def by_brand(counted: Mapping[tuple[Asker, Used], int]) -> Mapping[Brand, Uses]:
    """Operations by their document into fields, summed for each brand."""
    found: dict[Brand, list[tuple[Asker, Used, int]]] = {}
    for (asker, used), times in counted.items():
        found.setdefault(asker.brand, []).append((asker, used, times))
    return {brand: _summed(each) for brand, each in found.items()}


def _summed(counted: Iterable[tuple[Asker, Used, int]]) -> Uses:
    fields: Counter[tuple[Kind, UUID | None, str]] = Counter()
    documents: Counter[tuple[UUID, str]] = Counter()
    for asker, used, times in counted:
        for coordinate in used.coordinates:
            fields[asker.kind, asker.app_id, coordinate] += times
        if asker.app_id is not None:
            documents[asker.app_id, used.digest] += times
    return Uses(fields, documents)
