"""Links to one object in the contract."""

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.identity import Scope
from domain.links import status_of
from schema.errors import UserError
from schema.fields import Node, column, derived, derived_by_now, entity, instant
from schema.global_ids import encode_by_kind


@strawberry.enum(description="What a link opens.")
class LinkedKind(StrEnum):
    BOOKING = "booking"
    RESERVATION = "reservation"
    PROPOSAL = "proposal"
    PROPOSAL_GUEST = "proposal_guest"
    INQUIRY = "inquiry"
    TICKET = "ticket"


@strawberry.enum(description="What a link is worth by itself; it also ends with what it opens.")
class LinkStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@entity("links", description="What opens one object to a guest.", scope=Scope.LINKS_READ)
class Link(Node):
    """Whoever holds its token sees and changes that object, and nothing else."""

    subject_kind: LinkedKind = derived(
        ("object_kind",), LinkedKind, "What kind of object it opens."
    )
    subject_id: strawberry.ID = derived(
        ("object_kind", "object_id"),
        encode_by_kind,
        "The object that it opens: hand it to `node(id:)`.",
    )
    status: LinkStatus = derived_by_now(
        ("expires_at", "revoked_at"),
        lambda *given: LinkStatus(status_of(*given)),
        "What it is worth by itself now; it also ends with what it opens.",
    )
    created_at: datetime = instant("When it was issued.")
    expires_at: datetime | None = instant("When it ends by itself; null: with what it opens.")
    revoked_at: datetime | None = instant("When somebody ended it.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(description="Which links; conditions are joined by AND.")
class LinkFilter:
    """Every field is a filter of the read model, by the same name."""

    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="Those that open this object."
    )
    subject_kind: list[LinkedKind] | None = strawberry.field(
        default=None, description="Those that open any of these kinds."
    )
    revoked: bool | None = strawberry.field(default=None, description="Ended by somebody, or not.")


@strawberry.input(description="A link that is over at once.")
class RevokeLinkInput:
    """It does not come back: reissue it."""

    id: strawberry.ID = strawberry.field(description="The link.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.input(description="When a link ends by itself.")
class SetLinkExpiryInput:
    """It ends with what it opens in any case."""

    id: strawberry.ID = strawberry.field(description="The link.")
    expected_version: int = strawberry.field(description="The version that you read.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends; left out: with what it opens."
    )


@strawberry.input(description="A link in the place of another, which is over at once.")
class ReissueLinkInput:
    """The new one opens the same."""

    id: strawberry.ID = strawberry.field(description="The link to replace.")
    expected_version: int = strawberry.field(description="The version that you read.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When the new one ends; left out: with what it opens."
    )
    mail: bool = strawberry.field(
        default=False, description="Mail the new one to whom the object is of?"
    )


@strawberry.type(description="The link, or why nothing was changed.")
class LinkPayload:
    """What every change of a link answers."""

    link: Link | None = strawberry.field(description="The link as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.type(description="The new link with its token, or why there is none.")
class ReissueLinkPayload:
    """The token is signed of the link's id: it is stored nowhere."""

    link: Link | None = strawberry.field(description="The new link.")
    token: str | None = strawberry.field(
        description="What opens the object, in this answer and its repetitions alone."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was issued.")
