-- name: purge_idempotency_records
-- Stored answers that nobody may ask for again.
delete from idempotency_records
where expires_at <= %(now)s;
