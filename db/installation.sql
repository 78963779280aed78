-- name: revision
-- The migration that the database is at.
select current_revision();

-- name: has_role
-- Whether the server has a role of this name.
select to_regrole(%(role)s::text) is not null;

-- name: worker_seen
-- When a worker gave its last sign of life; NULL if none is registered.
select max(last_heartbeat) from procrastinate_workers;
