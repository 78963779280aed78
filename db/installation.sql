-- name: revision
-- The migration that the database is at.
select current_revision();

-- name: worker_seen
-- When a worker gave its last sign of life; NULL if none is registered.
select max(last_heartbeat) from procrastinate_workers;
