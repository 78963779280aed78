"""The audit log in the contract: who did what, as whom, from where, before and after."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from domain.identity import Scope
from schema.enums import PrincipalKind
from schema.fields import Node, asked, column, derived, entity, instant
from schema.global_ids import encode
from schema.scalars import Json

ACTORS: Mapping[str, str] = {
    "staff": "StaffUser",
    "customer": "Customer",
    "driver": "Driver",
    "site": "App",
    "partner": "App",
}


@strawberry.type(description="A field that an act changed.")
class AuditChange:
    """As it was recorded."""

    field: str = strawberry.field(description="Its name, as it is stored: `starts_at`.")
    before: Json | None = strawberry.field(description="Its value before.")
    after: Json | None = strawberry.field(description="Its value from then on.")


@strawberry.type(description="A person's value that an act changed.")
class AuditValue:
    """Kept apart from the act, so that it can be erased."""

    field: str = strawberry.field(description="Its name, as it is stored: `email`.")
    before: str | None = strawberry.field(description="Its value before.")
    after: str | None = strawberry.field(description="Its value from then on.")


def type_of(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("_"))


def subject(word: str, id: UUID) -> strawberry.ID:
    return strawberry.ID(encode(type_of(word), id))


def actor(kind: str, id: UUID | None) -> strawberry.ID | None:
    return strawberry.ID(encode(ACTORS[kind], id)) if id and kind in ACTORS else None


def changed(changes: Mapping[str, Sequence[Any]]) -> list[AuditChange]:
    return [
        AuditChange(field=name, before=Json(pair[0]), after=Json(pair[1]))
        for name, pair in sorted(changes.items())
    ]


def shown(id: UUID | None) -> str | None:
    return str(id) if id else None


@entity(
    "events",
    description="Something that was done, as it is kept for good.",
    scope=Scope.AUDIT_READ,
    recorded=False,
)
class AuditEntry(Node):
    """Nobody changes one; what is personal in it can be erased."""

    kind: str = column("What was done: `BookingRescheduled`.")
    entity: str = column("To what kind of object: `booking`.")
    subject_id: strawberry.ID = derived(("entity", "entity_id"), subject, "To which one.")
    entity_version: int = column("The version that the object had from then on.")
    actor_kind: PrincipalKind = column("What kind of caller did it.")
    actor_id: strawberry.ID | None = derived(
        ("actor_kind", "actor_id"), actor, "Who did it; null for a link and for the service itself."
    )
    actor_name: str | None = asked("Their name, as far as there is one.", scope=Scope.AUDIT_READ)
    actor_role: str | None = column("As whom they did it: `owner`, `support`, `site`.")
    credential: str | None = derived(
        ("credential",), shown, "The id of the session, key or link that was shown."
    )
    address: str | None = column("Where the request came from, until that is forgotten.")
    request_id: str | None = column("The request, as answers and logs name it.")
    occurred_at: datetime = instant("When.")
    changes: list[AuditChange] = derived(("changes",), changed, "What was changed.")
    personal: list[AuditValue] = asked(
        "What was changed of a person's values.", scope=Scope.AUDIT_READ
    )
    personal_fields: list[str] = column(
        "Which of a person's values were changed; those that `personal` lacks were erased."
    )


@strawberry.input(description="Which acts; conditions are joined by AND.")
class AuditFilter:
    """Every field is a filter of the read model, by the same name."""

    actor_id: strawberry.ID | None = strawberry.field(
        default=None, description="Done by this member, customer, driver or app."
    )
    actor_kind: list[PrincipalKind] | None = strawberry.field(
        default=None, description="Done by any of these kinds of caller."
    )
    actor_role: list[str] | None = strawberry.field(
        default=None, description="Done as any of these: `owner`, `support`."
    )
    kind: list[str] | None = strawberry.field(
        default=None, description="Any of these kinds: `BookingCancelled`."
    )
    entity: list[str] | None = strawberry.field(
        default=None, description="To any of these kinds of object: `booking`."
    )
    subject_id: strawberry.ID | None = strawberry.field(default=None, description="To this object.")
    address: str | None = strawberry.field(default=None, description="From this address.")
    occurred_on_from: date | None = strawberry.field(
        default=None, description="On this local day or later."
    )
    occurred_on_to: date | None = strawberry.field(
        default=None, description="On this local day or before."
    )
