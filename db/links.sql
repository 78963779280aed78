-- name: insert_link
-- A link to one object: whoever holds its token sees and changes that object and nothing else.
insert into links (id, object_kind, object_id, created_at, expires_at)
values (%(id)s, %(kind)s, %(object_id)s, %(now)s, %(expires_at)s);

-- name: link_of_object
-- The link that an object was given first, if it still opens.
select id
from links
where object_id = %(object_id)s and revoked_at is null
order by created_at, id
limit 1;

-- name: revoke_links
-- What opened an object opens it no more.
update links set revoked_at = %(now)s
where object_id = %(object_id)s and revoked_at is null;
