"""Where a request comes from, as the server knows it."""

from starlette.requests import HTTPConnection

from domain.addresses import normal


def address_of(connection: HTTPConnection) -> str:
    """Whoever speaks to us, or for whom a trusted proxy does; nothing if that is no address."""
    return normal(connection.client.host) if connection.client else ""
