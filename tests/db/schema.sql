-- All that a revision may leave in a database, one line each, in the order of the lines.
with ours as (
    select oid, nspname from pg_namespace where nspname in ('public', 'jobs')
),
lines as (
    select format('schema %s acl %s', n.nspname, n.nspacl) as line
    from pg_namespace as n inner join ours on ours.oid = n.oid
    union all
    select format(
        '%s %s owner %s rls %s %s acl %s options %s comment %s', c.relkind, c.oid::regclass, c.relowner::regrole,
        c.relrowsecurity, c.relforcerowsecurity, array(select unnest(c.relacl)::text order by 1), c.reloptions, obj_description(c.oid, 'pg_class')
    )
    from pg_class as c inner join ours on ours.oid = c.relnamespace
    union all
    select format(
        'column %s.%s %s %s not null %s default %s generated %s%s acl %s', c.oid::regclass, a.attname,
        row_number() over (partition by c.oid order by a.attnum),
        format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated,
        a.attidentity, array(select unnest(a.attacl)::text order by 1)
    )
    from pg_attribute as a
    inner join pg_class as c on c.oid = a.attrelid
    inner join ours on ours.oid = c.relnamespace
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
    union all
    select format('index %s', pg_get_indexdef(i.indexrelid))
    from pg_index as i
    inner join pg_class as c on c.oid = i.indrelid
    inner join ours on ours.oid = c.relnamespace
    union all
    select format(
        'constraint %s of %s %s valid %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid), k.convalidated
    )
    from pg_constraint as k inner join ours on ours.oid = k.connamespace
    union all
    select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled)
    from pg_trigger as t
    inner join pg_class as c on c.oid = t.tgrelid
    inner join ours on ours.oid = c.relnamespace
    where not t.tgisinternal
    union all
    select format(
        'policy %s on %s %s %s to %s using %s check %s', p.polname, p.polrelid::regclass, p.polpermissive, p.polcmd,
        array(select r::regrole::text from unnest(p.polroles) as r order by 1),
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
    )
    from pg_policy as p
    union all
    select format(
        'function %s owner %s acl %s %s', p.oid::regprocedure, p.proowner::regrole, array(select unnest(p.proacl)::text order by 1), pg_get_functiondef(p.oid)
    )
    from pg_proc as p inner join ours on ours.oid = p.pronamespace
    where p.prokind <> 'a' and not exists (
        select 1 from pg_depend as d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
    )
    union all
    select format('type %s %s', t.oid::regtype, array(
        select e.enumlabel from pg_enum as e where e.enumtypid = t.oid order by e.enumsortorder
    ))
    from pg_type as t inner join ours on ours.oid = t.typnamespace
    where t.typcategory <> 'A' and not exists (
        select 1 from pg_depend as d where d.objid = t.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e'
    )
    union all
    select format('default acl %s %s', d.defaclrole::regrole, d.defaclacl) from pg_default_acl as d
    union all
    select format('extension %s %s', e.extname, e.extversion) from pg_extension as e
)
select replace(line, E'\n', ' ') from lines order by 1;
