-- name: lock_paper
-- All that is stored of one paper, locked against a concurrent change.
select id, vehicle_id, driver_id, kind, reference, expires_on, version
from documents
where id = %(id)s
for update;

-- name: insert_paper
-- A new paper of a vehicle or a driver.
insert into documents (id, vehicle_id, driver_id, kind, reference, expires_on, version)
values (
    %(id)s, %(vehicle_id)s, %(driver_id)s, %(kind)s, %(reference)s, %(expires_on)s, %(version)s
);

-- name: renew_paper
-- Until when a paper is good, and its reference.
update documents
set reference = %(reference)s, expires_on = %(expires_on)s, version = %(version)s
where id = %(id)s;
