"""A PostgreSQL and a Valkey of our own: children of this process, on 127.0.0.1, in one folder."""

from integrations.embedded.faults import ServerFault
from integrations.embedded.postgres import Postgres, start_postgres
from integrations.embedded.valkey import Valkey, start_valkey

__all__ = ["Postgres", "ServerFault", "Valkey", "start_postgres", "start_valkey"]
