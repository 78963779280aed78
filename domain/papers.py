"""A paper of a vehicle or a driver: what kind it is, and until when it is good."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput, StaleVersion
from domain.schedule import check_day
from domain.texts import one_line

OF_A_VEHICLE: Final = frozenset({"insurance", "registration", "inspection"})
OF_A_DRIVER: Final = frozenset({"licence", "medical_certificate", "road_test", "mvr"}) | {
    "annual_review"
}
MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Paper:
    """All that is stored of a paper; without an end it is good for ever."""

    id: UUID
    vehicle_id: UUID | None
    driver_id: UUID | None
    kind: str
    reference: str | None
    expires_on: date | None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Renewal:
    """The wish to take a newer copy of a paper for the one that is known."""

    paper_id: UUID
    expected_version: int
    expires_on: date | None
    reference: str | None = None


def record_paper(paper: Paper) -> Paper:
    """A new paper of one vehicle or one driver.

    Errors: InvalidInput.
    """
    if (paper.vehicle_id is None) == (paper.driver_id is None):
        raise InvalidInput("A paper belongs to one vehicle or one driver.", path="vehicleId")
    kinds = OF_A_VEHICLE if paper.vehicle_id else OF_A_DRIVER
    if paper.kind not in kinds:
        whose = "vehicle" if paper.vehicle_id else "driver"
        raise InvalidInput(f"A {whose} has no such paper: {', '.join(sorted(kinds))}.", path="kind")
    return replace(paper, reference=_reference(paper.reference), expires_on=_day(paper.expires_on))


def renew_paper(paper: Paper, wish: Renewal) -> Paper:
    """The paper with its new end; without a reference it keeps the one that it has.

    Errors: StaleVersion, InvalidInput for an end before the one that it replaces.
    """
    if wish.expected_version != paper.version:
        raise StaleVersion(expected=wish.expected_version, current=paper.version)
    ends = _day(wish.expires_on)
    if ends and paper.expires_on and ends < paper.expires_on:
        raise InvalidInput(
            f"What is renewed lasts longer; this paper is good until {paper.expires_on}.",
            path="expiresOn",
        )
    reference = _reference(wish.reference) or paper.reference
    after = replace(paper, expires_on=ends, reference=reference)
    return paper if after == paper else replace(after, version=paper.version + 1)


def check_days(days: int) -> None:
    """Errors: InvalidInput for a look further ahead than a year."""
    if not 0 <= days <= MOST_DAYS:
        raise InvalidInput(f"`days` is 0 to {MOST_DAYS}.", path="days")


def _reference(reference: str | None) -> str | None:
    return one_line(reference, path="reference")


def _day(day: date | None) -> date | None:
    if day is not None:
        check_day(day, path="expiresOn")
    return day
