"""Two roles for a tenant that leaves: one copies its rows without secrets, one deletes them.

Nobody becomes either but the login that migrates. What they may touch is laid after each
migration, by what the catalogue has: a table of tomorrow is exported and deleted unasked.
"""

from sqlalchemy import Connection

from migrations.tables import TENANT

LEAVING = ("archive", "departure")
KEPT_BACK = "(password|secret|hash|token)"
OWN = f"tenant_id = {TENANT}"
IS_DUE = "status = 'leaving' and leaves_at <= now()"
DUE = (
    f"tenant_id = (select l.tenant_id from tenants l where l.tenant_id = {TENANT}"
    " and l.status = 'leaving' and l.leaves_at <= now())"
)
OPEN = """
do $doors$
declare
  each record;
  field record;
  due text;
begin
  if to_regclass('public.departures') is null then
    return;
  end if;
  for each in
    select c.oid, c.relname from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute a
        where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    order by c.relname
  loop
    if not exists (select from pg_policy p
        where p.polrelid = each.oid and p.polname = each.relname || '_archive') then
      due := case when each.relname = 'tenants' then $x${own} and {is_due}$x$ else $x${due}$x$ end;
      execute format('create policy %I on %I to {archive} using (%s) with check (%s)',
        each.relname || '_archive', each.relname, $x${own}$x$, $x${own}$x$);
      execute format('create policy %I on %I to {departure} using (%s) with check (%s)',
        each.relname || '_departure', each.relname, due, due);
      execute format('grant select, delete on %I to {departure}', each.relname);
    end if;
    for field in
      select a.attname from pg_attribute a
      where a.attrelid = each.oid and a.attnum > 0 and not a.attisdropped
        and a.atttypid <> 'bytea'::regtype and a.attname !~ '{secret}'
        and not has_column_privilege('{archive}', each.oid, a.attnum, 'select')
    loop
      execute format('grant select (%I) on %I to {archive}', field.attname, each.relname);
    end loop;
  end loop;
end $doors$
"""
CLOSE = """
do $doors$
declare
  each record;
begin
  for each in
    select p.polname, c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
    join pg_roles r on r.oid = any(p.polroles)
    where r.rolname in ('{archive}', '{departure}') order by 2, 1
  loop
    execute format('drop policy %I on %I', each.polname, each.relname);
    execute format('revoke all on %I from {archive}, {departure}', each.relname);
    execute (
      select format('revoke all (%s) on %I from {archive}',
        string_agg(quote_ident(a.attname), ', '), each.relname)
      from pg_attribute a
      where a.attrelid = each.relname::regclass and a.attnum > 0 and not a.attisdropped);
  end loop;
end $doors$
"""


def open_doors(connection: Connection, prefix: str) -> None:
    """Give both roles what they may touch of the tables that are there by now."""
    connection.exec_driver_sql(_said(OPEN, prefix).replace("%", "%%"))


def closing(prefix: str) -> str:
    """What takes all of it back."""
    return _said(CLOSE, prefix)


def _said(source: str, prefix: str) -> str:
    names = {name: prefix + name for name in LEAVING}
    values = {**names, "own": OWN, "is_due": IS_DUE, "due": DUE, "secret": KEPT_BACK}
    for name, value in values.items():
        source = source.replace("{" + name + "}", value)
    return source
