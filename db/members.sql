-- name: lock_person
-- Somebody of the staff, held until the transaction ends.
select id, email, name, status, version, created_at
from staff_users
where id = %(id)s
for update;

-- name: lock_person_of_email
-- Somebody of the staff by their address, held until the transaction ends.
select id, email, name, status, version, created_at
from staff_users
where email = %(email)s
for update;

-- name: insert_person
-- Somebody who begins to work for the operator.
insert into staff_users (id, email, name, status, version, created_at)
values (%(id)s, %(email)s, %(name)s, %(status)s, %(version)s, %(created_at)s);

-- name: update_person
-- Whether somebody may sign in.
update staff_users set status = %(status)s, version = %(version)s
where id = %(id)s;

-- name: lock_membership
-- A membership, held until the transaction ends.
select id, staff_user_id, role, version, created_at, ended_at
from memberships
where id = %(id)s
for update;

-- name: lock_membership_of
-- What somebody is or was in the brand, held until the transaction ends.
select id, staff_user_id, role, version, created_at, ended_at
from memberships
where staff_user_id = %(staff)s
for update;

-- name: insert_membership
-- Somebody who begins to work for the brand.
insert into memberships (id, staff_user_id, role, created_at)
values (%(id)s, %(staff_user_id)s, %(role)s, %(created_at)s);

-- name: update_membership
-- What a member is, and when that ended.
update memberships
set role = %(role)s, ended_at = %(ended_at)s, version = %(version)s
where id = %(id)s;

-- name: standing
-- What somebody is besides, in numbers, and whether they have a password.
select has_password, elsewhere, owns_elsewhere, alone
from standing_of_staff(%(staff)s);

-- name: end_sessions
-- All sessions of a member are over, and all codes.
select end_sessions_of(%(staff)s, %(now)s);

-- name: invite_member
-- A code for a member who has no password yet; those of before are over.
select invite_member(%(staff)s, %(code)s, %(now)s, %(until)s);

-- name: last_sign_ins
-- When members last signed in, to whichever brand.
select membership_id, signed_in_at
from last_sign_ins(%(keys)s);

-- name: brands_of_caller
-- The brands that a member may act for, the default first.
select code, name, role, is_default
from brands_of_caller();
