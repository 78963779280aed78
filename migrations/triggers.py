"""Rules that one row cannot state, laid as triggers that run with the rights of whoever writes."""

from collections.abc import Iterable
from dataclasses import dataclass

from migrations.tables import run


@dataclass(frozen=True, slots=True)
class Fires:
    """When a rule is looked at: at commit, where both sides of it are written by then."""

    name: str
    event: str
    only: str = ""
    at_commit: bool = True
    says: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.event.rpartition(" on ")[2]


@dataclass(frozen=True, slots=True)
class Rule:
    """A function that refuses, and the triggers that call it."""

    function: str
    body: str
    fires: tuple[Fires, ...]


def lay(rules: Iterable[Rule]) -> None:
    for rule in rules:
        run(
            f"create function {rule.function}() returns trigger language plpgsql"
            f" set search_path = public, pg_temp as $${rule.body}$$"
        )
        for fires in rule.fires:
            kind = "constraint trigger" if fires.at_commit else "trigger"
            place = "after" if fires.at_commit else "before"
            later = " deferrable initially deferred" if fires.at_commit else ""
            only = f" when ({fires.only})" if fires.only else ""
            says = ", ".join(f"'{each}'" for each in fires.says)
            run(
                f"create {kind} {fires.name} {place} {fires.event}{later}"
                f" for each row{only} execute function {rule.function}({says})"
            )


def lift(rules: Iterable[Rule]) -> None:
    for rule in rules:
        for fires in rule.fires:
            run(f"drop trigger {fires.name} on {fires.table}")
        run(f"drop function {rule.function}()")
