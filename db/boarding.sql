-- name: boarding_ticket
-- A ticket as whoever checks its guests in may see it.
select id, shared_tour_id, status, version
from tickets
where id = %(id)s;

-- name: board_ticket
-- What is said of a ticket's guests, if it is still at the version that was seen.
select board_ticket(%(id)s, %(seen)s, %(next_status)s, %(now)s);
