-- name: insert_note
-- One note of the thread.
insert into proposal_notes
(id, proposal_id, author_kind, author_id, internal, body, created_at)
values (
    %(id)s, %(proposal_id)s, %(author_kind)s, %(author_id)s, %(internal)s, %(body)s, %(now)s
);

-- name: proposal_is_there
-- Whether the caller sees the proposal, and its version.
select version
from proposals
where id = %(id)s;
