-- name: next_number
-- One more of a kind in a year: the row is locked until the end of the transaction, so that a
-- number is given once, and given again if the transaction that took it comes to nothing.
insert into counters as c (kind, year, last)
values (%(kind)s, %(year)s, 1)
on conflict on constraint counters_pkey do update set last = c.last + 1
returning last;
