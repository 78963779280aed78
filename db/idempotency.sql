-- name: begin_once
-- The key's lock, or that somebody has it; then what was answered under the key before.
select state, answer from begin_once(%(key)s, %(request_hash)s, %(now)s);

-- name: keep_answer
-- What this request comes to, for whoever repeats it; one whose time had run out is written over.
insert into idempotency_records as r
(actor_id, key, request_hash, answer, created_at, expires_at)
values (
    %(actor_id)s, %(key)s, %(request_hash)s, %(answer)s::jsonb, %(now)s, %(expires_at)s
)
on conflict on constraint idempotency_records_pkey do update set
    request_hash = excluded.request_hash, answer = excluded.answer,
    created_at = excluded.created_at, expires_at = excluded.expires_at;
