"""Papers of vehicles and drivers in the contract."""

from datetime import date

import strawberry
from strawberry import UNSET

from domain.identity import Scope
from schema.enums import DocumentKind
from schema.errors import UserError
from schema.fields import Node, column, edge, entity
from schema.fleet import Driver, Vehicle


@entity("documents", description="A paper of a vehicle or a driver.", scope=Scope.FLEET_READ)
class Document(Node):
    """Belongs to exactly one of the two."""

    kind: DocumentKind = column("What it is.")
    reference: str | None = column("Number or name on the paper.")
    expires_on: date | None = column("Last day on which it is good; null: it never runs out.")
    version: int = column("Grows with every change.")
    vehicle: Vehicle | None = edge("The vehicle that it is of.")
    driver: Driver | None = edge("The driver that it is of.")


@strawberry.input(description="Which papers; conditions are joined by AND.")
class DocumentFilter:
    """Every field is a filter of the read model, by the same name."""

    vehicle_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this vehicle."
    )
    driver_id: strawberry.ID | None = strawberry.field(default=None, description="Of this driver.")
    kind: list[DocumentKind] | None = strawberry.field(
        default=None, description="Any of these kinds."
    )
    expires_on_from: date | None = strawberry.field(
        default=None, description="Good until this day or longer."
    )
    expires_on_to: date | None = strawberry.field(
        default=None, description="Good until this day at most."
    )


@strawberry.input(description="A paper of one vehicle or one driver.")
class RecordDocumentInput:
    """Exactly one of the two ids is given."""

    vehicle_id: strawberry.ID | None = strawberry.field(default=None, description="The vehicle.")
    driver_id: strawberry.ID | None = strawberry.field(default=None, description="The driver.")
    kind: DocumentKind = strawberry.field(description="What it is.")
    reference: str | None = strawberry.field(default=None, description="What stands on it.")
    expires_on: date | None = strawberry.field(
        default=None, description="Last day on which it is good; left out: it never runs out."
    )


@strawberry.input(description="A newer copy of a paper.")
class RenewDocumentInput:
    """It lasts longer than the one that it replaces."""

    id: strawberry.ID = strawberry.field(description="The paper.")
    expected_version: int = strawberry.field(description="The version that you read.")
    expires_on: date | None = strawberry.field(
        description="Last day on which it is good; null: it never runs out."
    )
    reference: str | None = strawberry.field(
        default=UNSET, description="What stands on it, if it is not the same."
    )


@strawberry.type(description="The paper, or why nothing was changed.")
class DocumentPayload:
    """What every change of a paper answers."""

    document: Document | None = strawberry.field(description="The paper as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
