-- name: running_entries
-- What of a driver's clock still runs; whoever turns it has locked the driver.
select id, driver_id, kind, starts_at, ends_at, version
from duty_entries
where driver_id = %(driver_id)s and ends_at is null;

-- name: insert_entry
-- A time on duty or at the wheel begins.
insert into duty_entries (id, driver_id, kind, starts_at, version)
values (%(id)s, %(driver_id)s, %(kind)s, %(starts_at)s, %(version)s);

-- name: end_entry
-- A time on duty or at the wheel ends.
update duty_entries
set ends_at = %(ends_at)s, version = %(version)s
where id = %(id)s;
