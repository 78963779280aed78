"""What is told of rows that callers are made of, so that a process forgets whom it knew by them.

A trigger looks at each row that changed. What it says goes two ways: into `cache_drops`, from where
the relay tells every process, and into a setting of the transaction, which the process that wrote
reads before it ends the transaction, and forgets by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from migrations.tables import run

TELL = """
create function tell_of_callers() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  gone jsonb;
  said text := 'callers/' || tg_argv[0];
  brand integer;
begin
  if tg_op = 'DELETE' then gone := to_jsonb(old); else gone := to_jsonb(new); end if;
  if tg_argv[1] <> '' then said := said || '/' || (gone ->> tg_argv[1]); end if;
  if tg_argv[2] <> '' then brand := (gone ->> tg_argv[2])::integer; end if;
  insert into cache_drops (id, tenant_id, brand, relation)
  values (gen_random_uuid(), (gone ->> 'tenant_id')::integer, brand, said);
  perform set_config('app.dropped', concat_ws(' ',
    nullif(current_setting('app.dropped', true), ''),
    concat_ws(':', said, gone ->> 'tenant_id', brand)), true);
  return null;
end $$
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A table whose rows callers are made of, and which of them a change concerns.

    Shape:  `of` begins the scope, with the value of the column `id` or with the brand in `brand`;
            of an update, what is in `columns` counts, or else all `but` some. A new row concerns
            nobody, unless it takes something away (`made`); a row that goes, if it was `alive`.
    """

    table: str
    of: str
    id: str = ""
    brand: str = ""
    columns: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    made: bool = False
    alive: str = ""

    @property
    def triggers(self) -> Iterable[tuple[str, str]]:
        """Name and definition of each."""
        name = f"{self.table}_tells_of_callers"
        call = f"execute function tell_of_callers('{self.of}', '{self.id}', '{self.brand}')"
        rest = f" - '{{{','.join(self.but)}}}'::text[]"
        sides = [f"(to_jsonb({side}){rest})" for side in ("old", "new")]
        changed = " or ".join(f"old.{one} is distinct from new.{one}" for one in self.columns)
        changed = changed or " is distinct from ".join(sides)
        yield (
            f"{name}_changed",
            f"after update on {self.table} for each row when ({changed}) {call}",
        )
        alive = f" when ({self.alive})" if self.alive else ""
        yield f"{name}_gone", f"after delete on {self.table} for each row{alive} {call}"
        if self.made:
            yield f"{name}_made", f"after insert on {self.table} for each row {call}"


def lay(tables: Iterable[Told]) -> None:
    for table in tables:
        for name, definition in table.triggers:
            run(f"create trigger {name} {definition}")


def lift(tables: Iterable[Told]) -> None:
    for table in tables:
        for name, _ in table.triggers:
            run(f"drop trigger {name} on {table.table}")
