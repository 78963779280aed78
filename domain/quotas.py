"""How much a caller may ask: requests in a window of time, and objects out of a bucket."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from domain.addresses import household
from domain.errors import DomainError
from domain.identity import Kind, Principal

MINUTE: Final = 60
HOUR: Final = 3_600
MUTATION_COST: Final = 10
INTROSPECTION_COST: Final = 50


class Policy(StrEnum):
    """What a request is counted by; the name stands in `RateLimit-Policy`."""

    VISITOR = "visitor"
    CALLER = "caller"
    PAYMENTS = "payments"
    FORMS = "forms"
    COST = "cost"


class QuotaSpent(DomainError):
    """The caller asked for more than the quota named by `policy` allows. Wait as long as
    `Retry-After`, or `retryAfterSeconds` among the error's extensions, says.
    """

    code = "TOO_MANY_REQUESTS"
    retryable = True

    def __init__(self, policy: Policy, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        super().__init__(f"The quota `{policy}` is spent. Try again in {seconds} {unit}.")
        self.policy = policy
        self.seconds = seconds

    @classmethod
    def of(cls, verdict: "Verdict") -> "QuotaSpent":
        """Of a verdict that refuses."""
        return cls(verdict.refused or Policy.COST, verdict.wait_seconds)

    @property
    def told(self) -> dict[str, object]:
        return {
            "retryable": self.retryable,
            "policy": self.policy.value,
            "retryAfterSeconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Rates:
    """What each quota allows.

    Units:  requests, and root fields where they pay or are forms; objects that are read.
    """

    visitor_per_minute: int = 100
    caller_per_minute: int = 1_000
    link_per_minute: int = 60
    payments_per_minute: int = 10
    forms_per_hour: int = 10
    cost_per_second: int = 1_000
    cost_burst: int = 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What an operation does at its root, told by its text alone."""

    mutations: int = 0
    marked: Mapping[Policy, int] = field(default_factory=dict)
    introspects: bool = False

    @property
    def cost(self) -> int:
        """What it costs beside the objects that it reads."""
        return self.mutations * MUTATION_COST + self.introspects * INTROSPECTION_COST


NOTHING: Final = Shape()


@dataclass(frozen=True, slots=True)
class Window:
    """So many in any stretch of so many seconds, of whatever the name stands for; and how many
    of them are taken now.
    """

    policy: Policy
    of: str
    most: int
    seconds: int
    taken: int = 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many at once; what was taken flows back by the second."""

    of: str
    burst: int
    per_second: int


@dataclass(frozen=True, slots=True)
class Demand:
    """All that one operation takes, or nothing of it. The first window is that of requests.

    Shape:  `brand` says whose all of it is: what is counted together is kept together.
    """

    brand: str
    windows: tuple[Window, ...]
    bucket: Bucket
    cost: int


@dataclass(frozen=True, slots=True)
class Left:
    """What a window has left, and in how many seconds more of it."""

    window: Window
    remaining: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a demand was met: what is left of it, or what stands in its way and for how long."""

    left: tuple[Left, ...]
    level: int
    refused: Policy | None = None
    wait_seconds: int = 0


@dataclass(slots=True)
class Passing:
    """What a request was told of its quotas; nothing yet, or nothing at all."""

    verdict: Verdict | None = None


@dataclass(slots=True)
class Tally:
    """How many objects were read since it was last asked."""

    objects: int = 0

    def add(self, objects: int) -> None:
        self.objects += objects

    def drain(self) -> int:
        objects, self.objects = self.objects, 0
        return objects


@dataclass(frozen=True, slots=True)
class Counted:
    """What is kept of a window: how many in the stretch of this number, and in the one before."""

    number: int = 0
    count: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Filled:
    """What is kept of a bucket: its level at an instant."""

    level: float
    at: float


def demand_of(principal: Principal, rates: Rates, shape: Shape, *, cost: int) -> Demand:
    """What one operation of this caller takes."""
    brand = principal.brand
    where = f"{brand.tenant_id}:{brand.id}" if brand else ""
    who, requests = _requests(principal, rates, where)
    bounds = {
        Policy.PAYMENTS: (rates.payments_per_minute, MINUTE),
        Policy.FORMS: (rates.forms_per_hour, HOUR),
    }
    marked = tuple(
        Window(policy, f"{policy}:{who}", *bounds[policy], taken)
        for policy, taken in shape.marked.items()
        if policy is not Policy.FORMS or principal.kind is Kind.SITE
    )
    bucket = Bucket(f"cost:{where}:{_app(principal)}", rates.cost_burst, rates.cost_per_second)
    return Demand(where, (requests, *marked), bucket, cost)


def _requests(principal: Principal, rates: Rates, where: str) -> tuple[str, Window]:
    """A website's key is everybody's: its visitors are told apart by where they are."""
    if principal.kind in {Kind.SITE, Kind.NOBODY}:
        who = f"{where}:{household(principal.address)}"
        return who, Window(Policy.VISITOR, f"requests:{who}", rates.visitor_per_minute, MINUTE)
    who = f"{where}:{principal.kind}:{principal.object_id or principal.actor_id}"
    most = rates.link_per_minute if principal.kind is Kind.LINK else rates.caller_per_minute
    return who, Window(Policy.CALLER, f"requests:{who}", most, MINUTE)


def _app(principal: Principal) -> str:
    """The app whose key it is; the brand's own people and guests come by its own apps."""
    if principal.app_id is not None:
        return str(principal.app_id)
    return "staff" if principal.kind in {Kind.STAFF, Kind.DRIVER, Kind.WORKER} else "guests"


def counted(window: Window, kept: Counted | None, *, now: float) -> tuple[Counted, float, float]:
    """The window now, with nothing taken yet: what is kept, how much is used, and how far we are
    into this stretch (0 to 1). The stretch before counts by as much as still overlaps.
    """
    number = math.floor(now / window.seconds)
    into = now / window.seconds - number
    if kept is None or number - kept.number not in {0, 1}:
        fresh = Counted(number)
    elif number == kept.number:
        fresh = kept
    else:
        fresh = Counted(number, 0, kept.count)
    return fresh, fresh.before * (1 - into) + fresh.count, into


def wait_of(window: Window, kept: Counted, used: float, into: float, taken: int) -> float:
    """Seconds until so many can be taken if nobody takes any before; 0 if they can be now."""
    most = window.most
    if used + taken <= most:
        return 0
    if taken > most:
        return window.seconds
    if kept.count + taken <= most:
        return (1 - (most - taken - kept.count) / kept.before - into) * window.seconds
    return (1 - into + 1 - (most - taken) / kept.count) * window.seconds


def filled(bucket: Bucket, kept: Filled | None, *, now: float) -> float:
    """The bucket's level now."""
    if kept is None:
        return bucket.burst
    flowed = max(0.0, now - kept.at) * bucket.per_second
    return min(float(bucket.burst), kept.level + flowed)


def told_later(verdict: Verdict, rest: float) -> Verdict:
    """A refusal by the window of requests, when so many seconds of its wait are left."""
    seconds = whole(round(rest, 3))
    left = (replace(verdict.left[0], seconds=seconds),)
    return replace(verdict, left=left, wait_seconds=seconds)


def whole(seconds: float) -> int:
    """Seconds to wait, in full: never none."""
    return max(1, math.ceil(seconds))
