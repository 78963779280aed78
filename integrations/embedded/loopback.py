"""Ports of this machine: which one is free, and whether a wanted one is."""

import errno
import socket

from integrations.embedded.faults import ServerFault

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now; another program may take it before it is used."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def refuse_busy(host: str, port: int, *, remedy: str) -> None:
    """Errors: ServerFault if `host:port` cannot be listened on; `remedy` ends its sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerFault(
                f"Port {port} on {host} is in use: stop the program that holds it, or {remedy}."
            ) from error
        reason = error.strerror or str(error)
        raise ServerFault(
            f"Port {port} on {host} cannot be listened on ({reason}): {remedy}."
        ) from error
