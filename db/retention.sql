-- name: rules
-- What the tenant has chosen to keep for how long.
select kind, days, version, id
from retention
order by kind;

-- name: lock_rule
-- One choice, held until the transaction ends.
select kind, days, version, id
from retention
where kind = %(kind)s
for update;

-- name: set_rule
-- A choice, unless another has been made of the same version.
insert into retention (id, kind, days, version)
values (%(id)s, %(kind)s, %(days)s, %(version)s)
on conflict (tenant_id, kind) do update
    set days = excluded.days, version = excluded.version
    where retention.version = excluded.version - 1
returning id;
