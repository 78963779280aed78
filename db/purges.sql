-- name: purge_idempotency_records
-- Stored answers that nobody may ask for again.
delete from idempotency_records
where expires_at <= %(now)s;

-- name: purge_sessions
-- Sessions that were over so long ago, with where they were from.
delete from staff_sessions
where least(expires_at, revoked_at) <= %(until)s;

-- name: purge_codes
-- Codes that were over so long ago.
delete from staff_codes
where expires_at <= %(until)s;

-- name: purge_customer_sessions
-- The brand's customers' sessions that were over so long ago.
delete from customer_sessions
where least(expires_at, revoked_at) <= %(until)s;

-- name: purge_customer_codes
-- The brand's customers' attempts to sign in that were over so long ago.
delete from customer_codes
where expires_at <= %(until)s;

-- name: purge_driver_sessions
-- Drivers' sessions that were over so long ago.
delete from driver_sessions
where least(expires_at, revoked_at) <= %(until)s;

-- name: purge_driver_codes
-- Drivers' attempts to sign in that were over so long ago.
delete from driver_codes
where expires_at <= %(until)s;
