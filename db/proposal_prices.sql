-- name: lines
-- The priced lines of a proposal, in order.
select kind, label, pricing, unit_cents, taxable, quantity, shown, line_cents
from proposal_inclusions
where proposal_id = %(proposal_id)s
order by position;

-- name: guests
-- The guests of a proposal, in order.
select
    id, name, email, rsvp, dietary, room, sponsored, override_cents, owed_cents, paid_cents
from proposal_guests
where proposal_id = %(proposal_id)s
order by position;

-- name: delete_lines
-- Takes all lines away, before they are written anew.
delete from proposal_inclusions
where proposal_id = %(proposal_id)s;

-- name: insert_lines
-- The lines of a proposal.
insert into proposal_inclusions
(
    id, proposal_id, position, kind, label, pricing, unit_cents, taxable, quantity, shown,
    line_cents
)
select
    i.id, %(proposal_id)s, i.position, i.kind, i.label, i.pricing, i.unit_cents, i.taxable,
    i.quantity, i.shown, i.line_cents
from jsonb_to_recordset(%(lines)s::jsonb)
    as i (
        id uuid, position integer, kind text, label text, pricing text, unit_cents bigint,
        taxable boolean, quantity integer, shown boolean, line_cents bigint
    );

-- name: delete_guests
-- Takes away the guests who do not come any more.
delete from proposal_guests
where proposal_id = %(proposal_id)s and not id = any(%(staying)s);

-- name: upsert_guests
-- The guests of a proposal; who is there already is changed. What was paid is not written here.
insert into proposal_guests
(
    id, proposal_id, position, name, email, rsvp, dietary, room, sponsored, override_cents,
    owed_cents
)
select
    g.id, %(proposal_id)s, g.position, g.name, g.email, g.rsvp, g.dietary, g.room, g.sponsored,
    g.override_cents, g.owed_cents
from
    jsonb_to_recordset(%(guests)s::jsonb)
        as g (
            id uuid, position integer, name text, email text, rsvp text, dietary text, room text,
            sponsored boolean, override_cents bigint, owed_cents bigint
        )
on conflict on constraint proposal_guests_pkey do update
    set
        position = excluded.position,
        name = excluded.name,
        email = excluded.email,
        rsvp = excluded.rsvp,
        dietary = excluded.dietary,
        room = excluded.room,
        sponsored = excluded.sponsored,
        override_cents = excluded.override_cents,
        owed_cents = excluded.owed_cents;
