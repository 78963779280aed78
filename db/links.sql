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
update links set revoked_at = %(now)s, version = version + 1
where object_id = %(object_id)s and revoked_at is null;

-- name: lock_link
-- All that is stored of one link, locked against a concurrent change.
select id, object_kind, object_id, created_at, expires_at, revoked_at, version
from links
where id = %(id)s
for update;

-- name: update_link
-- Until when a link opens what it opens.
update links
set
    expires_at = %(expires_at)s,
    revoked_at = %(revoked_at)s,
    version = %(version)s
where id = %(id)s;

-- name: link_to_mail
-- What a mail with a link says, to whom, and on which website it is opened.
select
    l.object_kind,
    coalesce(b.customer_name, g.name, q.name, c.name, ''),
    s.website,
    coalesce(b.customer_email, g.email, q.email, c.email)
from links as l
cross join brands as s
left join bookings as b on l.object_kind = 'booking' and l.object_id = b.id
left join reservations as r on l.object_kind = 'reservation' and l.object_id = r.id
left join proposals as p on l.object_kind = 'proposal' and l.object_id = p.id
left join proposal_guests as g on l.object_kind = 'proposal_guest' and l.object_id = g.id
left join inquiries as q on l.object_kind = 'inquiry' and l.object_id = q.id
left join tickets as t
    on l.object_kind = 'ticket' and l.object_id = t.id
left join customers as c
    on coalesce(b.customer_id, r.customer_id, p.customer_id, t.customer_id) = c.id
where
    l.id = %(id)s and l.revoked_at is null
    and (l.expires_at is null or l.expires_at > %(now)s);
