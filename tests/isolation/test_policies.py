"""Every seal, policy and grant as text: a change of any is a change of a file that people read.

After a revision that means it, `pytest tests/isolation/test_policies.py --renew` writes it anew.
"""

import re
from pathlib import Path
from typing import Any

from tests.isolation.catalogue import Connection
from tests.isolation.rules import ROLES

FILE = Path(__file__).with_name("policies.txt")
TABLES = """
select c.oid, c.oid::regclass::text, c.relrowsecurity, c.relforcerowsecurity, o.rolname
from pg_class c join pg_roles o on o.oid = c.relowner
where c.relkind in ('r', 'p', 'v', 'm')
  and c.relnamespace in ('public'::regnamespace, 'jobs'::regnamespace)
order by c.relnamespace::regnamespace::text desc, c.relname
"""
POLICIES = """
select p.polname, p.polpermissive, p.polcmd::text,
  array(select r.rolname::text from pg_roles r where r.oid = any(p.polroles) order by 1),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
from pg_policy p where p.polrelid = %(table)s order by p.polpermissive, p.polname
"""
GRANTS = """
select r.rolname, lower(a.privilege_type), null::text
from pg_class c, aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
where c.oid = %(table)s and a.grantee <> c.relowner
union all
select r.rolname, lower(a.privilege_type), string_agg(t.attname, ', ' order by t.attname)
from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a
join pg_roles r on r.oid = a.grantee
where t.attrelid = %(table)s and a.grantee <> c.relowner group by 1, 2
order by 1, 2, 3 nulls first
"""
SETTING = re.compile(
    r"\( SELECT \(NULLIF\(current_setting\('app\.(\w+)'::text, true\), ''::text\)\)::\w+"
    r' AS "nullif"\)'
)


def test_seals_policies_and_grants_are_those_of_the_file(
    superuser: Connection, snapshot: Any
) -> None:
    snapshot.check(FILE, described(superuser))


def test_the_file_tells_of_a_seal_that_a_revision_forgot_to_close(superuser: Connection) -> None:
    before = described(superuser)
    for fault, line in (
        ("alter table customers no force row level security", "customers: enabled, NOT FORCED"),
        ("alter table customers disable row level security", "customers: NOT ENABLED, forced"),
    ):
        with superuser.transaction(force_rollback=True):
            superuser.execute(fault)
            after = described(superuser)
        assert set(after.splitlines()) - set(before.splitlines()) == {line}


def described(connection: Connection) -> str:
    """All tables, in order, each with its seal, its policies and its grants."""
    assert ROLES
    lines = []
    for oid, name, enabled, forced, _owner in connection.execute(TABLES).fetchall():
        seal = f"{'enabled' if enabled else 'NOT ENABLED'}, {'forced' if forced else 'NOT FORCED'}"
        lines += ["", f"{name}: {seal}"]
        lines += [policy(*row) for row in connection.execute(POLICIES, {"table": oid})]
        lines += [grant(*row) for row in connection.execute(GRANTS, {"table": oid})]
    return "\n".join(lines[1:]) + "\n"


def policy(name: str, permissive: bool, verb: str, roles: list[str], using: str, check: str) -> str:  # noqa: FBT001
    kind = "permits" if permissive else "RESTRICTS"
    verbs = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}[verb]
    bound = f"using {plain(using)}" + ("" if using == check else f" with check {plain(check)}")
    return f"  {name} {kind} {verbs} of {', '.join(roles) or 'PUBLIC'}: {bound}"


def plain(expression: str | None) -> str:
    """One line, the same on every supported server; a setting by its name."""
    return re.sub(r"\s+", " ", SETTING.sub(r":\1", expression or "nothing"))


def grant(role: str, verb: str, columns: str | None) -> str:
    return f"  {role} may {verb}" + (f" ({columns})" if columns else "")
