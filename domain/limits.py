"""How much one request may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an operation, each named in the refusal of what passes it.

    Units:  counts; bytes of UTF-8 JSON; seconds.
    """

    tokens: int = 2_000
    depth: int = 12
    aliases: int = 30
    directives: int = 50
    root_fields: int = 20
    page: int = 100
    nodes: int = 10_000
    variables_bytes: int = 64_000
    operation_seconds: float = 10
