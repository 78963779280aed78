"""Requests that are meant to hurt: each is made anew for every sending, so that no cache helps."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

Make = Callable[[int], bytes]
DEEP: Final = (
    "types { name fields { name args { name } type { name ofType { fields { name } } } } }"
)
SMALL: Final = orjson.dumps({"query": "{ viewer { kind } }"})


def documents() -> Mapping[str, Make]:
    """Shape:  the body by what it is called; the argument is the number of the sending."""
    return {
        "20,000 aliases": _query(lambda: _aliases(20_000)),
        "4,000 aliases, in less than 100 kB": _query(lambda: _aliases(4_000)),
        "a document of 1.2 MB": _query(lambda: "{ __typename" + " ,,," * 300_000 + "}"),
        "a field 1,500 times": _query(lambda: f"{{ {'viewer { kind } ' * 1_500}}}"),
        "a cycle of 800 fragments": _query(lambda: _fragments(800, last="...F0")),
        "a chain of 800 fragments": _query(lambda: _fragments(800, last="__typename")),
        "160 fragments that overlap, in less than 2,000 tokens": _query(_overlapping),
        "5,000 selections inside one another": _query(lambda: "{ a " * 5_000 + "}" * 5_000),
        "a list 5,000 deep as an argument": _query(
            lambda: f"{{ node(id: {'[' * 5_000}{']' * 5_000}) {{ id }} }}"
        ),
        "4,000 directives": _query(lambda: f"{{ __typename {'@skip(if: false) ' * 4_000}}}"),
        "variables that name one another": _query(
            lambda: "query ($a: ID! = $b, $b: ID! = $a) { node(id: $a) { id } }"
        ),
        "480 wrong fields of an input": _query(_wrong_fields),
        "300 long values that are none of an enum": _query(lambda: _statuses("X" * 300, 300)),
        "1,900 values that nearly are of an enum": _query(lambda: _statuses("COMPLETEDD", 1_900)),
        "1,900 fields that nearly are": _query(
            lambda: f"{{ viewer {{ {' '.join(f'kind{number}' for number in range(1_900))} }} }}"
        ),
        "19 introspections": _query(
            lambda: f"{{ {' '.join(f'a{number}: __schema {{ {DEEP} }}' for number in range(19))} }}"
        ),
        "a number of 5,000 digits": _query(
            lambda: f"{{ wineries(first: {'9' * 5_000}) {{ totalCount }} }}"
        ),
        "variables 20,000 deep": _deep_variables,
        "broken UTF-8": _broken,
    }


def _query(text: Callable[[], str]) -> Make:
    def make(number: int) -> bytes:
        return orjson.dumps({"query": f"# {number}\n{text()}"})

    return make


def _aliases(count: int) -> str:
    return f"{{ {' '.join(f'a{number}: viewer {{ kind }}' for number in range(count))} }}"


def _fragments(count: int, *, last: str) -> str:
    spreads = [f"...F{number + 1}" for number in range(count - 1)]
    made = (
        f"fragment F{number} on Query {{ {each} }}" for number, each in enumerate([*spreads, last])
    )
    return f"{{ ...F0 }} {' '.join(made)}"


def _overlapping() -> str:
    names = [f"F{number}" for number in range(160)]
    made = (f"fragment {name} on Query {{ viewer {{ kind }} }}" for name in names)
    return f"{{ {' '.join(f'...{name}' for name in names)} }} {' '.join(made)}"


def _wrong_fields() -> str:
    wrong = " ".join(f"statuss{number}: 1" for number in range(480))
    return f"{{ wineries(filter: {{{wrong}}}) {{ totalCount }} }}"


def _statuses(value: str, count: int) -> str:
    return f"{{ bookings(filter: {{status: [{f'{value} ' * count}]}}) {{ totalCount }} }}"


def _deep_variables(number: int) -> bytes:
    nested = b"[" * 20_000 + b"]" * 20_000
    query = b"# %d\\nquery ($a: ID!) { node(id: $a) { id } }" % number
    return b'{"query": "%b", "variables": {"a": %b}}' % (query, nested)


def _broken(number: int) -> bytes:
    return b'{"query": "{ __typename } # %d \xff\xfe\xc3\x28 %b"}' % (number, b"\xf0\x28" * 20_000)
