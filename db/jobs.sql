-- name: enqueue_job
-- One job of the caller's brand, stored with the caller's transaction.
select enqueue_job(%(task)s, %(queue)s, %(arguments)s::jsonb, %(run_at)s::timestamptz, %(once)s);
