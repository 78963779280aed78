"""Keys, indexes and sequences: what row-level security does not see, so tenant and brand must lead."""

from tests.isolation.catalogue import Connection
from tests.isolation.rules import Rule, assert_shown_to_fail, every

KEYS = (
    Rule(
        "a foreign key carries the tenant, and the brand if the parent has one",
        """
        select k.conname from pg_constraint k
        join ({tenant_tables}) t on t.oid = k.conrelid
        join ({tenant_tables}) parent on parent.oid = k.confrelid,
        lateral (select coalesce(array_agg(a.attname || '=' || f.attname), '{}') as pairs
          from unnest(k.conkey, k.confkey) as n (own, theirs)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.own
          join pg_attribute f on f.attrelid = k.confrelid and f.attnum = n.theirs) carried
        where k.contype = 'f' and not pairs @> case when parent.brand_column is null
          then array['tenant_id=tenant_id']
          else array['tenant_id=tenant_id', 'brand_id=' || parent.brand_column] end
        """,
        "alter table customers add constraint loose_key unique (id);"
        " alter table inquiries add constraint loose foreign key (customer_id)"
        " references customers (id)",
        "loose",
    ),
    Rule(
        "a foreign key begins with the tenant",
        """
        select k.conname from pg_constraint k
        join ({tenant_tables}) t on t.oid = k.conrelid
        join ({tenant_tables}) parent on parent.oid = k.confrelid
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.contype = 'f' and a.attname <> 'tenant_id'
        """,
        "alter table inquiries add constraint loose foreign key (customer_id, tenant_id, brand_id)"
        " references customers (id, tenant_id, brand_id)",
        "loose",
    ),
    Rule(
        "no foreign key deletes or empties a child",
        "select conname from pg_constraint where contype = 'f' and confdeltype not in ('a', 'r')"
        " and connamespace = 'public'::regnamespace",
        "alter table inquiries add constraint loose foreign key (tenant_id, brand_id, customer_id)"
        " references customers (tenant_id, brand_id, id) on delete set null (customer_id)",
        "loose",
    ),
    Rule(
        "only a payment follows the customer of what it is for, when that changes",
        """
        select conname from pg_constraint
        where contype = 'f' and confupdtype not in ('a', 'r')
          and connamespace = 'public'::regnamespace and conname <> all(array[
            'payments_booking_id_fkey', 'payments_reservation_id_fkey',
            'payments_proposal_id_fkey', 'payments_ticket_id_fkey'])
        """,
        "alter table inquiries add constraint loose foreign key (tenant_id, brand_id, customer_id)"
        " references customers (tenant_id, brand_id, id) on update cascade",
        "loose",
    ),
    Rule(
        "a unique index of a tenant's table begins with the tenant, of a brand's with both",
        """
        select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
        join ({tenant_tables}) t on t.oid = x.indrelid,
        lateral (select coalesce(array_agg(coalesce(a.attname::text, '?') order by n.place), '{}')
          as columns from unnest(x.indkey::int2[]) with ordinality as n (num, place)
          left join pg_attribute a on a.attrelid = t.oid and a.attnum = n.num) led
        where x.indisunique
          -- A tenant's slug names it in tokens and addresses; only the owner writes one.
          and i.relname <> 'tenants_slug_key'
          and (columns[1] <> 'tenant_id' or
            t.brand_column = 'brand_id' and columns[2] is distinct from 'brand_id')
        """,
        "create unique index loose on customers (tenant_id, id)",
        "loose",
    ),
    Rule(
        "an exclusion constraint begins with the equal tenant",
        """
        select k.conname from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_operator o on o.oid = k.conexclop[1]
        where k.contype = 'x' and (a.attname <> 'tenant_id' or o.oprname <> '=')
        """,
        "alter table blocks add constraint loose exclude using gist (vehicle_id with =)"
        " where (vehicle_id is null)",
        "loose",
    ),
    Rule(
        "an index led by the floor's columns serves every table",
        """
        select t.relname from ({tenant_tables}) t where not exists (
          select from pg_index x join pg_attribute a
            on a.attrelid = t.oid and a.attnum = x.indkey[0] and a.attname = 'tenant_id'
          left join pg_attribute b on b.attrelid = t.oid and b.attnum = x.indkey[1]
          where x.indrelid = t.oid and x.indpred is null
            and (t.brand_column is distinct from 'brand_id' or b.attname = 'brand_id'))
        """,
        "create table loose (tenant_id integer not null)",
        "loose",
    ),
    Rule(
        "an index compares by leakproof operators alone, or the floor would keep it from use",
        """
        select distinct i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
        join ({tenant_tables}) t on t.oid = x.indrelid, unnest(x.indclass) as c (opclass)
        join pg_opclass k on k.oid = c.opclass
        join pg_amop m on m.amopfamily = k.opcfamily and m.amoplefttype = k.opcintype
          and m.amoprighttype = k.opcintype
        join pg_operator o on o.oid = m.amopopr join pg_proc f on f.oid = o.oprcode
        where not f.proleakproof and not x.indisexclusion  -- constraints ignore policies
        """,
        "create index loose on bookings using gin (policy)",
        "loose",
    ),
)
SEQUENCES = (
    Rule(
        "no role of the application may use a sequence, and none numbers a brand's rows",
        """
        select c.relname from pg_class c
        where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace
          and exists (select from unnest(%(app)s::text[]) r (name)
            where has_sequence_privilege(r.name, c.oid, 'usage, select, update'))
        union all
        select t.relname from ({tenant_tables}) t join pg_attribute a on a.attrelid = t.oid
        left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
        where (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like '%%nextval%%')
          -- Numbers of tenants and brands are given by the owner and never leave the database.
          and (t.relname, a.attname) not in (('tenants', 'tenant_id'), ('brands', 'id'))
        """,
        "alter table customers add column loose integer generated always as identity",
        "customers",
    ),
    Rule(
        "the queue's own numbers are drawn by the write login alone",
        """
        select c.relname from pg_class c
        where c.relkind = 'S' and c.relnamespace = 'jobs'::regnamespace
          and exists (select from unnest(%(working)s::text[]) r (name)
            where has_sequence_privilege(r.name, c.oid, 'usage, select, update'))
        """,
        "grant usage on sequence jobs.procrastinate_jobs_id_seq to tourbase_staff",
        "procrastinate_jobs_id_seq",
    ),
)


@every(*KEYS)
def test_every_key_carries_whose_it_is(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)


@every(*SEQUENCES)
def test_no_number_tells_of_another_tenants_volume(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)
