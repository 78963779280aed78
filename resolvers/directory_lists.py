"""Lists of places as the brand shows them: what it features first, nothing of what it hides.

A brand marks few of many places, so a list is read in two parts: those that are featured, by their
ids, then all others in their order, walked past the few that stand elsewhere or are hidden. Each
part is an ordinary page of the read model; without marks there is one part, the page as ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Annotated, Any, Final
from uuid import UUID

from strawberry import Info

from db.cursors import place
from db.reading import Slice, Wanted
from db.relations import Relation, Row
from domain.errors import Forbidden, NotFound
from domain.identity import Scope
from domain.listing import Page
from domain.places import Marks
from domain.texts import storable
from resolvers.context import OperationContext
from resolvers.listing import (
    After,
    Before,
    First,
    Last,
    as_connection,
    filter_values,
    picking,
    says,
)
from resolvers.nodes import OFFICE, shown
from schema.pagination import Connection

# The filter of a relation of which rows can be put away: false asks for those.
PUT_AWAY: Final = "open"
Featured = Annotated[
    bool | None, says("Only those that the brand features, or only others; all if left out.")
]
IncludeHidden = Annotated[bool, says("Also those that the brand hides: for staff alone.")]

IN_ORDER: Final = "In which order, those that the brand features before all others."


@dataclass(frozen=True, slots=True)
class Shown:
    """A list of places, and which of them the brand marks."""

    wanted: Wanted
    marks: Marks
    featured: bool | None = None

    @property
    def all(self) -> Wanted:
        """What is counted: all parts at once."""
        if self.featured is None:
            return _narrowed(self.wanted, apart=self.marks.hidden)
        return self.parts[0]

    @property
    def parts(self) -> list[Wanted]:
        """What is featured, then the rest."""
        first = _narrowed(self.wanted, among=self.marks.featured)
        rest = _narrowed(self.wanted, apart=self.marks.featured | self.marks.hidden)
        if self.featured is not None:
            return [first if self.featured else rest]
        return [first, rest] if self.marks.featured else [rest]

    def part_of(self, cursor: str | None, path: str) -> int | None:
        """In which part the row of a cursor stands by now.

        Errors: InvalidInput for a cursor of another list or order.
        """
        if cursor is None:
            return None
        id = place(self.wanted.relation, self.wanted.order, cursor, path=path)[-1]
        return int(len(self.parts) > 1 and id not in self.marks.featured)


async def page(context: OperationContext, shown: Shown, request: Page) -> Slice:
    """A page that goes on in the next part where one ends.

    Errors: those of `reading.page`.
    """
    parts, rows, more = shown.parts, list[Row](), False
    after, before = shown.part_of(request.after, "after"), shown.part_of(request.before, "before")
    walk = range(after or 0, len(parts) if before is None else before + 1)
    for at in reversed(walk) if request.backwards else walk:
        missing = request.size - len(rows)
        found = await context.page(
            parts[at],
            replace(
                request,
                size=max(missing, 1),
                after=request.after if at == after else None,
                before=request.before if at == before else None,
            ),
        )
        fresh = found.rows if missing else ()
        rows = [*fresh, *rows] if request.backwards else [*rows, *fresh]
        more = (found.has_previous if request.backwards else found.has_next) or (
            not missing and len(found.rows) > 0
        )
        if more:
            break
    if request.backwards:
        return Slice(rows, has_previous=more, has_next=before is not None)
    return Slice(rows, has_previous=after is not None, has_next=more)


def shown_first(
    relation: Relation, kinds: Sequence[str], *, picked: type, order: Enum, description: str
) -> Any:
    """A root field that pages through places of some kinds, those that the brand features first."""

    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Any = None,
        order_by: Any = order,
        *,
        featured: Featured = None,
        include_hidden: IncludeHidden = False,
    ) -> Any:
        context: OperationContext = info.context
        request = Page.of(first, after, last, before, most=context.world.limits.page)
        conditions = _conditions(context, relation, filter_values(filter or picked()))
        wanted = Wanted.of(relation, order_by.value, conditions, zone=context.zone)
        marks = await _marks(context, kinds, include_hidden=include_hidden)
        return await _answer(context, Shown(wanted, marks, featured), request)

    said = {"description": description, "in_order": IN_ORDER}
    return picking(resolve, filter=picked, order=order, scope=Scope.CATALOG_READ, **said)


async def by_slug(info: Info, relation: Relation, slug: str) -> Any:
    """The place of a slug. Errors: NotFound."""
    key = storable(slug, path="slug")
    row = await shown(info.context, relation.name, key, column="slug")
    if row is None:
        raise NotFound(path="slug")
    return row


def _conditions(
    context: OperationContext, relation: Relation, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Errors: Forbidden to whoever is not of the staff and asks for what was put away."""
    if PUT_AWAY not in relation.filters or context.principal.kind in OFFICE:
        return given
    if given.get(PUT_AWAY) is False:
        raise Forbidden("What was put away is listed for the staff alone.")
    return {**given, PUT_AWAY: True}


async def _answer(context: OperationContext, shown: Shown, request: Page) -> Connection[Any]:
    rows = await page(context, shown, request)
    return as_connection(shown.wanted, rows, count=lambda: context.count(shown.all))


async def _marks(context: OperationContext, kinds: Sequence[str], *, include_hidden: bool) -> Marks:
    """Errors: Forbidden to whoever is not of the staff and asks for what is hidden."""
    if include_hidden and context.principal.kind not in OFFICE:
        raise Forbidden("What the brand hides is listed for its staff alone.")
    known: Mapping[str, Marks] = await context.marks()
    of = [known[kind] for kind in kinds]
    return Marks(
        frozenset[UUID]().union(*(each.featured for each in of)),
        frozenset[UUID]().union(*(each.hidden for each in of if not include_hidden)),
    )


def _narrowed(wanted: Wanted, **ids: Collection[UUID]) -> Wanted:
    """With these conditions besides its own; what is apart from nothing is everything."""
    given = {name: sorted(each) for name, each in ids.items() if each or name == "among"}
    return replace(wanted, params={**wanted.params, **given})
