"""What clients were sent, version by version, and how two versions differ, in the contract."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import strawberry

from domain.identity import Scope
from domain.proposal_versions import Difference
from schema.enums import (
    DifferenceKind,
    InclusionKind,
    InclusionPricing,
    StopKind,
)
from schema.fields import Node, column, derived, edge, entity, instant, money
from schema.money import Money
from schema.proposals import Proposal
from schema.scalars import Cents


@strawberry.type(description="One stop, as it was sent.")
class SentStop:
    """Owned by its day."""

    kind: StopKind = strawberry.field(description="What happens here.")
    place: str | None = strawberry.field(description="Name of the place, at that time.")
    starts_at_local: time | None = strawberry.field(description="When the party should arrive.")
    minutes: int = strawberry.field(description="How long the party stays.")


@strawberry.type(description="One day, as it was sent.")
class SentDay:
    """Owned by its version."""

    on_date: date = strawberry.field(description="The day, in the brand's zone.")
    title: str | None = strawberry.field(description="Heading of the day.")
    stops: list[SentStop] = strawberry.field(description="The stops, in order.")


@strawberry.type(description="One line that was shown, as it was sent.")
class SentInclusion:
    """Owned by its version."""

    kind: InclusionKind = strawberry.field(description="What is included.")
    label: str = strawberry.field(description="As the client read it.")
    pricing: InclusionPricing = strawberry.field(description="How the unit is multiplied.")
    quantity: int = strawberry.field(description="How many.")
    unit: Money = strawberry.field(description="Price of one.")
    line: Money = strawberry.field(description="What the line came to.")


def sent_days(snapshot: Mapping[str, Any]) -> list[SentDay]:
    return [
        SentDay(
            on_date=date.fromisoformat(day["on_date"]),
            title=day["title"],
            stops=[
                SentStop(
                    kind=StopKind(stop["kind"]),
                    place=stop["place"],
                    starts_at_local=_clock(stop["starts_at_local"]),
                    minutes=stop["minutes"],
                )
                for stop in day["stops"]
            ],
        )
        for day in snapshot.get("days", ())
    ]


def sent_inclusions(snapshot: Mapping[str, Any], currency: str) -> list[SentInclusion]:
    return [
        SentInclusion(
            kind=InclusionKind(line["kind"]),
            label=line["label"],
            pricing=InclusionPricing(line["pricing"]),
            quantity=line["quantity"],
            unit=Money(amount_cents=Cents(line["unit_cents"]), currency=currency),
            line=Money(amount_cents=Cents(line["line_cents"]), currency=currency),
        )
        for line in snapshot.get("inclusions", ())
    ]


def sent_title(snapshot: Mapping[str, Any]) -> str:
    return str(snapshot.get("title", ""))


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


@entity(
    "proposal_versions",
    description="A version of a proposal: what its client was sent, and saw.",
    scope=Scope.PROPOSALS_READ,
)
class ProposalVersion(Node):
    """Frozen with each sending; hidden lines and notes for staff or drivers are not in it."""

    number: int = column("From 1, in the order of sending.")
    sent_at: datetime = instant("When it was sent.")
    title: str = derived(("snapshot",), sent_title, "As the client read it.")
    total: Money | None = money("total_cents", "What it came to.", scope=Scope.PRICES_READ)
    days: list[SentDay] = derived(("snapshot",), sent_days, "The days, in order.")
    inclusions: list[SentInclusion] | None = derived(
        ("snapshot", "currency"), sent_inclusions, "The shown lines.", scope=Scope.PRICES_READ
    )
    proposal: Proposal | None = edge("The proposal that it is a version of.")


@strawberry.input(description="Which versions; conditions are joined by AND.")
class ProposalVersionFilter:
    """Every field is a filter of the read model, by the same name."""

    proposal_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this proposal."
    )


@strawberry.type(description="One thing that differs between two versions.")
class ProposalDifference:
    """A whole line that came or went, or one field of a line."""

    kind: DifferenceKind = strawberry.field(description="Did it come, go or change?")
    part: str = strawberry.field(
        description="What it is a part of: `proposal`, `inclusion`, `day` or `stop`."
    )
    label: str = strawberry.field(description="Which one: kind and label, date, or place.")
    field: str | None = strawberry.field(description="The field that changed: `unit_cents`.")
    before: str | None = strawberry.field(description="Its value before.")
    after: str | None = strawberry.field(description="Its value after.")

    @classmethod
    def from_domain(cls, found: Difference) -> "ProposalDifference":
        return cls(
            kind=DifferenceKind(found.kind),
            part=found.part,
            label=found.label,
            field=found.field,
            before=found.before,
            after=found.after,
        )


@strawberry.type(description="Two versions of a proposal, and everything that differs.")
class ProposalComparison:
    """Head and sums first, then lines, days and stops."""

    proposal: Proposal = strawberry.field(description="The proposal.")
    differences: list[ProposalDifference] = strawberry.field(
        description="Everything that differs; empty if they say the same."
    )
