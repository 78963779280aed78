"""What a caller may ask of a list: how many, from where, in which direction."""

from dataclasses import dataclass

from domain.errors import InvalidInput

DEFAULT_SIZE = 20
MOST = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A page request of the Relay cursor specification, checked."""

    size: int = DEFAULT_SIZE
    after: str | None = None
    before: str | None = None
    backwards: bool = False

    @classmethod
    def of(
        cls,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        *,
        most: int = MOST,
    ) -> "Page":
        """Errors: InvalidInput for a size outside 1 to `most`, and for `first` beside `last`."""
        if first is not None and last is not None:
            raise InvalidInput("Ask with `first` or with `last`, not with both.", path="last")
        name, size = ("last", last) if last is not None else ("first", first)
        if size is not None and not 1 <= size <= most:
            raise InvalidInput(f"`{name}` is {size}; a page has 1 to {most}.", path=name)
        return cls(size or min(DEFAULT_SIZE, most), after, before, last is not None)


def argument(name: str) -> str:
    """A filter as clients write it: `starts_on_to` is `startsOnTo`."""
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))
