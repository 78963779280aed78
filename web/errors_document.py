"""The errors as a document: `python -m web.errors_document > docs/errors.md`."""

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Final

from domain.errors import DomainError
from resolvers.refusals import NOT_DATA
from web.answers import PROTOCOL_CODES, SOCKET_CODES, STATUS

FLOORS: Final = ("domain", "db", "integrations", "auth", "services", "schema", "resolvers", "web")
BEFORE_IT_RUNS: Final = ("resolvers.", "web.")
HEAD: Final = """\
# Errors

Written from the error classes by `python -m web.errors_document > docs/errors.md`; do not edit it.

A program branches on `code`. Codes never change; messages are for people, and may.

**Where** an error stands:

- `payload`: a mutation answers with it as data, in `errors: [UserError!]!` beside the entity, with
  `code`, `message`, `path` and `retryable`; the status is 200. A query has no payload: the same
  error is then in the list `errors`, as below, and the field is null. Beside `STALE_VERSION` the
  entity is as it is now, and `conflicts { field before current yours }` inside the error, as in
  `errors { code conflicts { … } }`, says which fields others changed since you read it.
- `errors`: in the list `errors` of the response, never in a payload. `extensions` has the `code`
  and the `requestId`; an error of an operation also has `retryable` and, where one argument is to
  blame, `argument`.

**Status** is that of a request which is refused as a whole. Where a part of the operation has an
answer it is 200, but a part of the service that is away is always 503. A document that cannot run
is 200 for a client that does not accept `application/graphql-response+json`.

**Again** says whether the same request can succeed later.

| code | when | what to do | where | status | again |
|---|---|---|---|---|---|
"""
SOCKET_HEAD: Final = """
## A socket that is closed

Errors of an operation are messages of the sub-protocol and carry the codes above. What is wrong
with the connection itself closes it:

| code | when | what to do |
|---|---|---|
"""


def document() -> str:
    """Every subclass of DomainError on the floors, the protocol's codes, and a socket's."""
    rows = [*map(_of_class, error_classes()), *_of_protocol()]
    closed = [f"| {code} | {told.when} | {told.remedy} |" for code, told in SOCKET_CODES.items()]
    return HEAD + "\n".join(sorted(rows)) + "\n" + SOCKET_HEAD + "\n".join(closed) + "\n"


def error_classes() -> list[type[DomainError]]:
    """All of them, found by importing every module of every floor; none needs to be listed."""
    for floor in FLOORS:
        folder = import_module(floor).__path__
        for module in pkgutil.walk_packages(folder, f"{floor}."):
            import_module(module.name)
    return sorted(set(_below(DomainError)), key=lambda each: (each.code, each.__name__))


def _below(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in error.__subclasses__():
        if each.__module__.split(".")[0] in FLOORS:
            yield each
        yield from _below(each)


def told_of(error: type[DomainError]) -> tuple[str, str]:
    """When it happens and what to do: the two parts of its docstring."""
    when, _, remedy = " ".join((error.__doc__ or "").split()).partition(". ")
    return f"{when}.", remedy


def _of_class(error: type[DomainError]) -> str:
    when, remedy = told_of(error)
    data = not issubclass(error, NOT_DATA) and not error.__module__.startswith(BEFORE_IT_RUNS)
    status = 200 if data else STATUS.get(error.code, 400)
    where = "`payload`" if data else "`errors`"
    again = "yes" if error.retryable else "no"
    return f"| `{error.code}` | {when} | {remedy} | {where} | {status} | {again} |"


def _of_protocol() -> Iterator[str]:
    for code, told in PROTOCOL_CODES.items():
        statuses = ", ".join(map(str, told.statuses))
        yield f"| `{code}` | {told.when} | {told.remedy} | `errors` | {statuses} | no |"


if __name__ == "__main__":
    sys.stdout.write(document())
