"""Roles: what a login could become, what it inherits, owns and may make, and what it starts with."""

import psycopg
import pytest

from db.clusters import FIXED_IN, ServerRefused, refuse_old
from integrations.embedded import Postgres
from tests.isolation.catalogue import Connection
from tests.isolation.rules import Rule, assert_shown_to_fail, every

POWERS = (
    Rule(
        "no role of the application is above policies, or may make roles, databases or replicas",
        "select rolname from pg_roles where rolname like 'tourbase\\_%%' and"
        " (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)",
        "alter role tourbase_staff bypassrls",
        "tourbase_staff",
    ),
    Rule(
        "no role of the application inherits",
        "select rolname from pg_roles where rolname like 'tourbase\\_%%' and rolinherit",
        "alter role tourbase_write inherit",
        "tourbase_write",
    ),
    Rule(
        "only the two logins log in",
        "select rolname from pg_roles where rolname like 'tourbase\\_%%'"
        " and rolcanlogin <> (rolname = any(%(logins)s))",
        "alter role tourbase_staff login",
        "tourbase_staff",
    ),
    Rule(
        "a login may become a working role and no other, and may give none away",
        """
        select m.rolname || ' into ' || r.rolname from pg_auth_members a
        join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
        where m.rolname like 'tourbase\\_%%' and (a.admin_option
          or m.rolname <> all(%(logins)s) or r.rolname <> all(%(working)s))
        """,
        "grant tourbase_lookup to tourbase_write",
        "tourbase_write into tourbase_lookup",
    ),
    Rule(
        "nobody whom a login can become sees past a brand",
        """
        select r.rolname from pg_roles r where exists (select from pg_roles l
        where l.rolname = any(%(logins)s) and pg_has_role(l.oid, r.oid, 'member')
          and (r.rolname = any(%(exceptions)s) or r.rolname = %(owner)s or r.rolsuper
            or r.rolbypassrls or r.rolname like 'pg\\_%%'))
        """,
        "grant tourbase_fleet to tourbase_staff",
        "tourbase_fleet",
    ),
    Rule(
        "logins and working roles own nothing",
        """
        select r.rolname from pg_roles r where r.rolname = any(%(app)s) and exists (
          select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o')
        """,
        "alter table counters owner to tourbase_staff",
        "tourbase_staff",
    ),
    Rule(
        "logins and working roles may make no table, function or operator",
        """
        select r.name || ' in ' || n.nspname from unnest(%(app)s::text[]) r (name), pg_namespace n
        where has_schema_privilege(r.name, n.oid, 'create')
        """,
        "grant create on schema public to tourbase_staff",
        "tourbase_staff in public",
    ),
    Rule(
        "no role of the application may truncate, refer to, or put a trigger on a table",
        """
        select r.name || ' on ' || c.relname from unnest(%(app)s::text[]) r (name), pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace in
          ('public'::regnamespace, 'jobs'::regnamespace)
          and has_table_privilege(r.name, c.oid, 'truncate, references, trigger')
        """,
        "grant truncate on customers to tourbase_staff",
        "tourbase_staff on customers",
    ),
    Rule(
        "no table, function or sequence of a brand is everybody's",
        """
        select c.relname from pg_class c, aclexplode(c.relacl) a
        where a.grantee = 0 and c.relnamespace in ('public'::regnamespace, 'jobs'::regnamespace)
        """,
        "grant select on customers to public",
        "customers",
    ),
    Rule(
        "a table that is made tomorrow is nobody's until a revision grants it",
        "select pg_describe_object('pg_default_acl'::regclass, oid, 0) from pg_default_acl",
        "alter default privileges for role tourbase_owner in schema public"
        " grant select on tables to tourbase_staff",
        "default privileges on new relations belonging to role tourbase_owner in schema public",
    ),
    Rule(
        "no role of the application reads what the server notes of others' statements",
        """
        select p.rolname from pg_roles p where p.rolname like 'pg\\_%%'
          and p.rolname <> 'pg_database_owner'  -- has one member, the owner of the database
          and exists (select from unnest(%(app)s::text[]) r (name)
            where pg_has_role(r.name, p.oid, 'member'))
        union all select extname from pg_extension where extname = 'pg_stat_statements'
        """,
        "grant pg_read_all_stats to tourbase_worker",
        "pg_read_all_stats",
    ),
)


@every(*POWERS)
def test_no_role_can_do_more_than_it_must(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)


def test_the_read_login_starts_read_only_in_a_snapshot_and_with_generic_plans(
    superuser: Connection,
) -> None:
    kept = superuser.execute(
        "select r.rolname, s.setconfig from pg_db_role_setting s join pg_roles r"
        " on r.oid = s.setrole where r.rolname like 'tourbase\\_%' and s.setdatabase = 0"
    ).fetchall()

    assert {name: sorted(settings) for name, settings in kept} == {
        "tourbase_read": [
            "TimeZone=UTC",
            "default_transaction_isolation=repeatable read",
            "default_transaction_read_only=on",
            "plan_cache_mode=force_generic_plan",
            "search_path=public, jobs",
        ],
        "tourbase_write": ["TimeZone=UTC", "search_path=public, jobs"],
    }


def test_a_new_table_of_the_owner_can_be_read_by_nobody(superuser: Connection) -> None:
    with superuser.transaction(force_rollback=True):
        superuser.execute("set local role tourbase_owner")
        superuser.execute("create table tomorrow (tenant_id integer, brand_id integer)")
        readers = superuser.execute(
            "select rolname from pg_roles where rolname like 'tourbase\\_%'"
            " and rolname <> 'tourbase_owner'"
            " and has_any_column_privilege(oid, 'tomorrow', 'select, insert, update')"
        ).fetchall()

    assert readers == []


def test_nobody_but_the_two_logins_may_connect_and_none_may_make_a_temporary_table(
    postgres: Postgres, template: str
) -> None:
    granted = (
        "select coalesce(r.rolname, 'public'), lower(a.privilege_type) from pg_database d"
        " cross join aclexplode(d.datacl) a left join pg_roles r on r.oid = a.grantee"
        " where d.datname = current_database() and a.grantee <> d.datdba order by 1, 2"
    )
    with psycopg.connect(postgres.url_of(template)) as connection:
        rights = connection.execute(granted).fetchall()
        connection.execute("grant temporary on database tourbase_template to public")
        with_fault = connection.execute(granted).fetchall()
        connection.rollback()

    assert rights == [("tourbase_read", "connect"), ("tourbase_write", "connect")]
    assert with_fault == [("public", "temporary"), *rights]


@pytest.mark.parametrize("version", [140_020, *(m * 10_000 + n - 1 for m, n in FIXED_IN.items())])
def test_a_server_whose_statistics_leak_past_policies_is_refused(version: int) -> None:
    with pytest.raises(ServerRefused):
        refuse_old(version)


@pytest.mark.parametrize("version", [180_000, *(m * 10_000 + n for m, n in FIXED_IN.items())])
def test_a_server_that_has_the_fix_is_trusted(version: int) -> None:
    refuse_old(version)
