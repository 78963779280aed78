-- name: insert_task
-- Something that staff are told to do, whoever of them.
insert into tasks (id, kind, title, subject_kind, subject_id, due_at, created_at)
values (
    %(id)s, %(kind)s, %(title)s, %(subject_kind)s, %(subject_id)s, %(due_at)s, %(created_at)s
);

-- name: insert_given_task
-- Something that one of staff is told to do.
insert into tasks (id, kind, title, subject_kind, subject_id, assignee_id, due_at, created_at)
values (
    %(id)s, %(kind)s, %(title)s, %(subject_kind)s, %(subject_id)s, %(assignee_id)s, %(due_at)s,
    %(created_at)s
);

-- name: lock_task
-- What the rules need to know of one task, locked against a concurrent change.
select
    id, kind, title, subject_kind, subject_id, assignee_id, due_at, done_at, done_by_id, created_at,
    version
from tasks
where id = %(id)s
for update;

-- name: lock_open_tasks
-- What is still to be done of a kind about one object.
select
    id, kind, title, subject_kind, subject_id, assignee_id, due_at, done_at, done_by_id, created_at,
    version
from tasks
where subject_id = %(subject_id)s and kind = %(kind)s and done_at is null
order by id
for update;

-- name: settle_tasks
-- What nobody has to do any more, of a kind and about one object, since a time.
update tasks
set done_at = %(now)s, settled = true, version = version + 1
where
    subject_id = %(subject_id)s and kind = any(%(kinds)s) and done_at is null
    and created_at >= %(since)s
returning id, version;

-- name: update_task
-- All of a task that may change.
update tasks
set
    assignee_id = %(assignee_id)s,
    due_at = %(due_at)s,
    done_at = %(done_at)s,
    done_by_id = %(done_by_id)s,
    settled = %(done_at)s::timestamptz is not null and %(done_by_id)s::uuid is null,
    version = %(version)s
where id = %(id)s;

-- name: subject_exists
-- Whether the object of that kind is there for this caller.
select
    case %(kind)s
        when 'inquiry' then exists (select 1 from inquiries where id = %(id)s)
        when 'customer' then exists (select 1 from customers where id = %(id)s)
        when 'reservation' then exists (select 1 from reservations where id = %(id)s)
        when 'booking' then exists (select 1 from bookings where id = %(id)s)
        when 'proposal' then exists (select 1 from proposals where id = %(id)s)
        when 'payment' then exists (select 1 from payments where id = %(id)s)
        when 'vehicle' then exists (select 1 from vehicles where id = %(id)s)
        when 'driver' then exists (select 1 from drivers where id = %(id)s)
    end;

-- name: is_member
-- Whether a staff user who may sign in works for the brand.
select true
from memberships as m
inner join staff_users as u on m.staff_user_id = u.id
where m.staff_user_id = %(id)s and m.ended_at is null and u.status = 'active';
