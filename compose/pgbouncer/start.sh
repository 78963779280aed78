#!/bin/sh
# Writes the two logins to a folder in memory, for this process alone, and becomes the pooler.
set -eu
umask 077
printf '"%s" "%s"\n' \
    tourbase_write "$DATABASE_WRITE_PASSWORD" \
    tourbase_read "$DATABASE_READ_PASSWORD" > users.txt
exec pgbouncer "$1"
