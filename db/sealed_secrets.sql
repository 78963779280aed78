-- name: seal_secret
-- A secret as it is stored, for the operating company or one person, or for the brand.
insert into sealed_secrets
(id, brand_id, kind, owner_id, key_id, box, created_at, sealed_at)
values (
    %(id)s, %(brand_id)s, %(kind)s, %(owner_id)s, %(key_id)s, %(box)s, %(now)s, %(now)s
);

-- name: open_secret
-- One secret, for whom it belongs to, with all that it was sealed for.
select brand_id, owner_id, version, key_id, box
from open_secret(%(id)s, %(kind)s);

-- name: reseal_secret
-- A secret under another key, or another secret in its place, if nobody was faster.
update sealed_secrets
set key_id = %(key_id)s, box = %(box)s, sealed_at = %(now)s, version = version + 1
where id = %(id)s and version = %(version)s
returning version;

-- name: forget_secret
-- A secret that is used no more.
delete from sealed_secrets where id = %(id)s;

-- name: sealed_by
-- Whose secrets were sealed by a key, whichever company's; ids and no secret.
select tenant_id, brand_id, id, kind
from secrets_sealed_by(%(key_id)s, %(after)s, %(batch)s);

-- name: sealing_keys
-- The keys that stored secrets name, whichever company's, and of how many.
select key_id, secrets
from sealing_keys();
