-- name: open_sessions
-- A member's own sessions that are open, last used first.
select id, brand_code, user_agent, address, created_at, refreshed_at, expires_at, proved_at
from staff_sessions
where staff_user_id = %(staff)s and revoked_at is null and expires_at > %(now)s
order by refreshed_at desc, id desc
limit 100;

-- name: end_session
-- One of a member's own sessions that is over; none that was over already.
update staff_sessions set revoked_at = %(now)s
where
    id = %(id)s and staff_user_id = %(staff)s and revoked_at is null and expires_at > %(now)s
returning id, brand_code, user_agent, address, created_at, refreshed_at, expires_at, proved_at;

-- name: end_other_sessions
-- All of a member's own sessions but one are over.
update staff_sessions set revoked_at = %(now)s
where
    staff_user_id = %(staff)s and revoked_at is null and expires_at > %(now)s
    and id is distinct from %(but)s::uuid
returning id;

-- name: end_sessions_of_member
-- All sessions of another member are over, as an owner says; how many there were.
select end_sessions_of_member(%(staff)s, %(now)s);

-- name: prove_session
-- A session that has proved again who is asking.
update staff_sessions set proved_at = %(now)s, methods = %(methods)s
where id = %(id)s and staff_user_id = %(staff)s and revoked_at is null
returning id;
