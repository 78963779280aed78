"""The guests of a shared tour on its day: who says that they are here, and in which van they go."""

from dataclasses import dataclass
from uuid import UUID

from domain.compliance import NotCompliant

OFF_THE_ROAD = frozenset({"out_of_service", "retired"})


@dataclass(frozen=True, slots=True)
class BoardingTicket:
    """What whoever checks guests in needs to know of a ticket; of its price, nothing."""

    id: UUID
    tour_id: UUID
    status: str
    version: int


def check_van(status: str | None) -> None:
    """Nobody boards a van that left the road.

    Errors: NotCompliant.
    """
    if status in OFF_THE_ROAD:
        raise NotCompliant(
            f"The van of the tour is {status.replace('_', ' ') if status else ''}."
            " Give the tour another one, then let the guests board.",
            path="id",
        )
