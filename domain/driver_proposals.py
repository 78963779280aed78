"""Who could drive a tour: each driver with what speaks against them, the free ones first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.compliance import Finding

# So many drivers are looked at, and so many of them are named.
MOST_ASKED = 200
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class DriverProposal:
    """A driver, what keeps them from the tour, and what comes near to a limit."""

    driver_id: UUID
    found: Sequence[Finding] = ()
    near: Sequence[Finding] = ()

    @property
    def overridable(self) -> bool:
        """Would a reason be enough?"""
        return all(each.overridable for each in self.found)


def ranked(proposals: Iterable[DriverProposal]) -> list[DriverProposal]:
    """First those whom nothing keeps, then those whom a reason lets drive; each in their order."""
    return sorted(proposals, key=lambda each: (not each.overridable, bool(each.found)))[:MOST_NAMED]
