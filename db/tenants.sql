-- name: leave_tenant
-- An operator leaves, if the caller owns all of its brands; its public id, or NULL if it is leaving.
select leave_tenant(%(confirmed)s, %(now)s, %(leaves_at)s);
