"""What is being done now: a request, an operation or a job, for whom, and in which trace.

The one variable of this module belongs to no object: Python keeps the values, one a task, and wants
the variable itself to stand in a module.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from opentelemetry.trace import Span

Ended = Callable[[BaseException | None], None]
Watch = Callable[[str], Ended]
CURRENT: Final[ContextVar["Frame | None"]] = ContextVar("frame", default=None)


@dataclass(slots=True, eq=False)
class Frame:
    """One piece of work inside another. What it learns of its caller, the outer one learns too."""

    outer: "Frame | None" = None
    request_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    flags: int = 0
    tenant: str = ""
    brand: str = ""
    kind: str = ""
    watch_redis: Watch | None = None
    statements: int = 0
    span: Span | None = None

    @classmethod
    def inside(cls, outer: "Frame | None") -> "Frame":
        """What is known of the outer one is true of what happens in it."""
        if outer is None:
            return cls()
        return cls(
            outer,
            outer.request_id,
            outer.trace_id,
            outer.span_id,
            outer.flags,
            outer.tenant,
            outer.brand,
            outer.kind,
            outer.watch_redis,
        )

    def enter(self) -> None:
        CURRENT.set(self)

    def leave(self) -> None:
        """Hand over to the outer one. Not by a token: a stream may end in another task."""
        CURRENT.set(self.outer)
        if self.outer is not None:
            self.outer.statements += self.statements

    def caller(self, tenant: str, brand: str, kind: str) -> None:
        """Whose work it is; a socket's own line tells the last of them."""
        frame: Frame | None = self
        while frame is not None:
            frame.tenant, frame.brand, frame.kind = tenant, brand, kind
            frame = frame.outer

    @property
    def traceparent(self) -> str:
        """Source: W3C Trace Context, section 3.2."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def tell_caller(tenant: str, brand: str, kind: str) -> None:
    """Whose work is being done now, if anybody watches it."""
    frame = CURRENT.get()
    if frame is not None:
        frame.caller(tenant, brand, kind)
