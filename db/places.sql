-- name: lock_place
-- All that is stored of a place of the operator, locked against a concurrent change.
select id, kind, name, address, website, phone, archived_at, created_at, version
from own_places
where id = %(id)s
for update;

-- name: insert_place
-- A new place of the operator.
insert into own_places
(id, kind, name, address, website, phone, archived_at, created_at, version)
values (
    %(id)s, %(kind)s, %(name)s, %(address)s, %(website)s, %(phone)s, %(archived_at)s,
    %(created_at)s, %(version)s
);

-- name: update_place
-- The facts of a place of the operator.
update own_places
set
    name = %(name)s,
    address = %(address)s,
    website = %(website)s,
    phone = %(phone)s,
    archived_at = %(archived_at)s,
    version = %(version)s
where id = %(id)s;

-- name: kind_of_place
-- What a place is, of the common directory or of the operator's own.
select 'winery' from wineries
where id = %(id)s
union all
select 'restaurant' from restaurants
where id = %(id)s
union all
select 'hotel' from hotels
where id = %(id)s
union all
select kind from own_places
where id = %(id)s;

-- name: lock_terms
-- What was agreed with a place, locked against a concurrent change.
select id, place_kind, place_id, commission_ppm, version
from directory_terms
where place_kind = %(place_kind)s and place_id = %(place_id)s
for update;

-- name: insert_terms
-- The first that is agreed with a place.
insert into directory_terms (id, place_kind, place_id, commission_ppm, version)
values (%(id)s, %(place_kind)s, %(place_id)s, %(commission_ppm)s, %(version)s)
on conflict (tenant_id, place_kind, place_id) do nothing;

-- name: update_terms
-- What is agreed with a place from now on.
update directory_terms
set commission_ppm = %(commission_ppm)s, version = %(version)s
where place_kind = %(place_kind)s and place_id = %(place_id)s;

-- name: lock_note
-- What the brand says of a place, locked against a concurrent change.
select id, place_kind, place_id, featured, hidden, note, version, remark
from directory_notes
where place_kind = %(place_kind)s and place_id = %(place_id)s
for update;

-- name: insert_note
-- The first that the brand says of a place.
insert into directory_notes (id, place_kind, place_id, featured, hidden, note, version, remark)
values (
    %(id)s, %(place_kind)s, %(place_id)s, %(featured)s, %(hidden)s, %(note)s, %(version)s,
    %(remark)s
)
on conflict (tenant_id, brand_id, place_kind, place_id) do nothing;

-- name: update_note
-- What the brand says of a place from now on.
update directory_notes
set
    featured = %(featured)s,
    hidden = %(hidden)s,
    note = %(note)s,
    remark = %(remark)s,
    version = %(version)s
where place_kind = %(place_kind)s and place_id = %(place_id)s;

-- name: marks
-- What the brand shows first, and what it leaves out: few, along the brand's part of the index.
select place_kind, place_id, hidden
from directory_notes
where featured or hidden
order by place_id;
