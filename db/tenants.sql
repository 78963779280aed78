-- name: leave_tenant
-- An operator leaves, if the caller owns all of its brands; NULL if it is leaving already.
select leave_tenant(%(confirmed)s, %(now)s, %(leaves_at)s);
