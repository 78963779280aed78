"""The seal of every table: row-level security, floor, policies, and what they are made of."""

from tests.isolation.catalogue import Connection
from tests.isolation.rules import Rule, assert_shown_to_fail, every

SEALS = (
    Rule(
        "a table with a tenant has row-level security, enabled and forced",
        "select relname from ({tenant_tables}) t where not (relrowsecurity and relforcerowsecurity)",
        "alter table customers no force row level security",
        "customers",
    ),
    Rule(
        "a table without a tenant is on the reviewed list",
        """
        select c.oid::regclass::text from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace not in
          ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          and c.relnamespace::regnamespace::text not like 'pg\\_%%'
          and c.oid not in (select oid from ({tenant_tables}) t)
          and c.relnamespace::regnamespace || '.' || c.relname <> all(%(shared)s)
        """,
        "create table loose (id integer primary key)",
        "loose",
    ),
    Rule(
        "a table that a working role may read has row-level security",
        """
        select c.relname from pg_class c where c.relkind in ('r', 'p') and not c.relrowsecurity
          and c.relnamespace = 'public'::regnamespace
          and exists (select from unnest(%(app)s::text[]) r (name)
            where has_any_column_privilege(r.name, c.oid, 'select, insert, update'))
        """,
        "alter table wineries disable row level security",
        "wineries",
    ),
    Rule(
        "a table with a tenant has exactly one floor, restrictive and for every verb",
        """
        select relname from ({tenant_tables}) t
        where 1 <> (select count(*) from pg_policy p where p.polrelid = t.oid
          and not p.polpermissive and p.polcmd = '*' and p.polname = t.relname || '_floor')
        """,
        "drop policy customers_floor on customers",
        "customers",
    ),
    Rule(
        "the floor binds every role but the look-up, the fleet's and the relay's",
        """
        select relname from ({tenant_tables}) t join pg_policy p on p.polrelid = t.oid
        where not p.polpermissive and %(floored)s::text[] <> (
          select array_agg(r.rolname::text order by r.rolname) from pg_roles r
          where r.oid = any(p.polroles))
        """,
        "alter policy customers_floor on customers to tourbase_staff",
        "customers",
    ),
    Rule(
        "the floor names the tenant, and the brand where there is one, from the settings",
        """
        select t.relname from ({tenant_tables}) t join pg_policy p on p.polrelid = t.oid,
        lateral (select format('( SELECT (NULLIF(current_setting(%%L::text, true), %%L::text))'
          '::integer AS "nullif")', 'app.tenant_id', '') as tenant,
          format('( SELECT (NULLIF(current_setting(%%L::text, true), %%L::text))'
          '::integer AS "nullif")', 'app.brand_id', '') as brand) own,
        lateral (select regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g') as seen,
          regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g') as written) is_now
        where not p.polpermissive and (seen is distinct from written or seen <> case
          when t.relname in ('blocks', 'sealed_secrets') then format(
            '((tenant_id = %%s) AND ((brand_id IS NULL) OR (brand_id = %%s)))', own.tenant, own.brand)
          when t.brand_column = 'brand_id' then
            format('((tenant_id = %%s) AND (brand_id = %%s))', own.tenant, own.brand)
          else format('(tenant_id = %%s)', own.tenant) end)
        """,
        "alter policy customers_floor on customers using (true)",
        "customers",
    ),
    Rule(
        "a brand's table fills its keys from the settings and never leaves them empty",
        """
        select t.relname || '.' || a.attname from ({tenant_tables}) t
        join pg_attribute a on a.attrelid = t.oid and a.attname in ('tenant_id', 'brand_id')
        left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
        where t.relname not in ('tenants', 'brands')
          -- the fleet's time may be no brand's, and so may a secret
          and not (a.attname = 'brand_id' and t.relname in ('blocks', 'sealed_secrets'))
          and (not a.attnotnull or pg_get_expr(d.adbin, d.adrelid) is distinct from format(
            '(NULLIF(current_setting(%%L::text, true), %%L::text))::integer', 'app.' || a.attname, ''))
        """,
        "alter table customers alter brand_id drop default",
        "customers.brand_id",
    ),
)
POLICIES = (
    Rule(
        "a permissive policy is for one named role",
        """
        select polname from pg_policy where polpermissive
          and (cardinality(polroles) <> 1 or 0 = any(polroles))
        """,
        "create policy loose on customers using (true)",
        "loose",
    ),
    Rule(
        "what a policy lets a role see, and no more, it lets it write",
        """
        select polname from pg_policy where polcmd <> '*'
          or pg_get_expr(polqual, polrelid) is distinct from pg_get_expr(polwithcheck, polrelid)
        """,
        "create policy loose on customers for select to tourbase_site using (true)",
        "loose",
    ),
    Rule(
        "a role has a policy where it has a privilege, and a privilege where it has a policy",
        """
        select r.rolname || ' on ' || c.relname from pg_class c, pg_roles r
        where c.relkind in ('r', 'p') and c.relrowsecurity and r.rolname = any(%(app)s)
          and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
            or has_table_privilege(r.oid, c.oid, 'delete'))
          <> exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive
            and r.oid = any(p.polroles))
        """,
        "grant select on counters to tourbase_site",
        "tourbase_site on counters",
    ),
    Rule(
        "a policy reads a setting in a sub-select, once a statement and not once a row",
        """
        select polname from pg_policy where regexp_replace(
          coalesce(pg_get_expr(polqual, polrelid), '')
          || coalesce(pg_get_expr(polwithcheck, polrelid), ''),
          '\\( SELECT \\(NULLIF\\(current_setting\\(''app\\.\\w+''::text, true\\), ''''::text\\)\\)'
          '::(integer|uuid) AS "nullif"\\)', '', 'g') ~ 'current_setting'
        """,
        "create policy loose on customers to tourbase_site"
        " using (brand_id = current_setting('app.brand_id')::integer)"
        " with check (brand_id = current_setting('app.brand_id')::integer)",
        "loose",
    ),
    Rule(
        "only the three exceptions see past a brand, and no policy of theirs is for a fourth role",
        """
        select p.polname from pg_policy p join ({tenant_tables}) t on t.oid = p.polrelid
        join pg_roles r on r.oid = any(p.polroles)
        where p.polpermissive and r.rolname <> all(%(floored)s::text[])
          and r.rolname <> all(%(exceptions)s::text[])
        """,
        "create role tourbase_loose; create policy loose on customers to tourbase_loose using (true)",
        "loose",
    ),
)
RELATIONS = (
    Rule(
        "a view runs with the rights of its reader",
        """
        select c.relname from pg_class c where c.relkind = 'v'
          and c.relnamespace in ('public'::regnamespace, 'jobs'::regnamespace)
          and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false)
        """,
        "create view loose as select id from customers",
        "loose",
    ),
    Rule(
        "no role of the application may touch a materialised view, which has no policies",
        """
        select c.relname from pg_class c where c.relkind = 'm'
          and exists (select from unnest(%(app)s::text[]) r (name)
            where has_any_column_privilege(r.name, c.oid, 'select'))
        """,
        "create materialized view loose as select id from customers;"
        " grant select on loose to tourbase_staff",
        "loose",
    ),
    Rule(
        "there are no partitions, whose children have policies of their own",
        "select relname from pg_class where relkind = 'p' or relispartition",
        "create table loose (tenant_id integer) partition by list (tenant_id)",
        "loose",
    ),
    Rule(
        "there is no table from elsewhere, where no policy of ours holds",
        "select relname from pg_class where relkind = 'f'",
        "create foreign data wrapper loose; create server loose foreign data wrapper loose;"
        " create foreign table loose (id integer) server loose",
        "loose",
    ),
    Rule(
        "no column has a type whose comparison is not leakproof",
        """
        select t.relname || '.' || a.attname from ({tenant_tables}) t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        join pg_type y on y.oid = a.atttypid
        where (y.typtype in ('e', 'r', 'm', 'd') or y.typname in ('numeric', 'citext', 'money'))
          and (t.relname, a.attname) <> ('blocks', 'period')  -- for its exclusion constraints alone
        """,
        "alter table customers add column loose numeric",
        "customers.loose",
    ),
)


@every(*SEALS)
def test_every_table_is_sealed(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)


@every(*POLICIES)
def test_every_policy_has_the_one_form(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)


@every(*RELATIONS)
def test_nothing_goes_round_the_tables(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)
