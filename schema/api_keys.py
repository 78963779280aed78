"""Apps and their keys in the contract."""

from datetime import datetime

import strawberry

from domain.api_keys import status_of
from domain.identity import Scope
from domain.trusted_documents import lock_of
from schema.enums import ApiKeyKind, ApiKeyMode, ApiKeyStatus, AppKind, AppStatus, DocumentLock
from schema.errors import UserError
from schema.fields import Node, column, derived, derived_by_now, edge, entity, instant

ENDS = ("revoked_at", "expires_at", "replaced_by")


@entity("apps", description="A website or a partner's program.", scope=Scope.KEYS_READ)
class App(Node):
    """What keys are made for, and whom a sale of a partner is credited to."""

    name: str = column("Name.")
    kind: AppKind = column("What it is.")
    status: AppStatus = column("May its keys be used?")
    contact_email: str | None = column("Who is written to about it.", scope=Scope.KEYS_READ)
    created_at: datetime = instant("When it was made.")
    document_lock: DocumentLock = derived(
        ("document_lock", "kind"),
        lambda lock, kind: DocumentLock(lock_of(lock, kind)),
        "What its live keys may send: registered documents only, or whatever they like.",
    )
    version: int = column("Grows with every change.")


@entity("api_keys", description="A key of an app; never its secret.", scope=Scope.KEYS_READ)
class ApiKey(Node):
    """Known again by its beginning and its end."""

    kind: ApiKeyKind = column("What it is for.")
    mode: ApiKeyMode = column("For trying out, or for use.")
    label: str = column("What its maker calls it.")
    prefix: str = column("How it begins.")
    last_four: str = column("How it ends.")
    scopes: list[str] | None = column("What it may do; null: all that its kind may.")
    status: ApiKeyStatus = derived_by_now(
        ENDS, lambda *given: ApiKeyStatus(status_of(*given)), "What it is worth now."
    )
    created_at: datetime = instant("When it was made.")
    expires_at: datetime | None = instant("When it ends by itself.")
    revoked_at: datetime | None = instant("When somebody ended it.")
    last_used_at: datetime | None = instant("When it was shown last, to the minute.")
    version: int = column("Grows with every change; being used is none.")
    app: App = edge("Whose it is.")
    replacement: "ApiKey | None" = edge("The key that was made in its place.")


@strawberry.input(description="Which apps; conditions are joined by AND.")
class AppFilter:
    """Every field is a filter of the read model, by the same name."""

    kind: list[AppKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    status: list[AppStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )


@strawberry.input(description="Which keys; conditions are joined by AND.")
class ApiKeyFilter:
    """Every field is a filter of the read model, by the same name."""

    app_id: strawberry.ID | None = strawberry.field(default=None, description="Of this app.")
    kind: list[ApiKeyKind] | None = strawberry.field(
        default=None, description="Any of these kinds."
    )
    mode: list[ApiKeyMode] | None = strawberry.field(
        default=None, description="Any of these modes."
    )
    revoked: bool | None = strawberry.field(default=None, description="Ended by somebody, or not.")


@strawberry.input(description="A website or a partner's program.")
class CreateAppInput:
    """What it is cannot be changed later."""

    name: str = strawberry.field(description="Name.")
    kind: AppKind = strawberry.field(description="What it is.")
    contact_email: str | None = strawberry.field(
        default=None, description="Who is written to about it."
    )


@strawberry.input(description="An app whose keys are no longer taken, or are taken again.")
class AppStatusInput:
    """Its keys stay what they are."""

    id: strawberry.ID = strawberry.field(description="The app.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.input(description="A key of an app.")
class CreateApiKeyInput:
    """A key is of its app's kind, or for the app's build server."""

    app_id: strawberry.ID = strawberry.field(description="Whose it is.")
    kind: ApiKeyKind = strawberry.field(description="What it is for: the kind of its app, or `CI`.")
    mode: ApiKeyMode = strawberry.field(description="For trying out, or for use.")
    label: str = strawberry.field(description="What it is for, in your words.")
    scopes: list[str] | None = strawberry.field(
        default=None, description="What it may do; left out: all that its kind may."
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends by itself; left out: never."
    )


@strawberry.input(description="A key in the place of another.")
class RotateApiKeyInput:
    """The new one may do what the old one may."""

    id: strawberry.ID = strawberry.field(description="The key to replace.")
    expected_version: int = strawberry.field(description="The version that you read.")
    overlap_hours: int = strawberry.field(
        default=24, description="How long the old one is good still: 0 to 720 hours."
    )
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="When the new one ends; left out: it lives as long as the old one was to.",
    )


@strawberry.input(description="A key that is over at once.")
class RevokeApiKeyInput:
    """It does not come back."""

    id: strawberry.ID = strawberry.field(description="The key.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The app, or why nothing was changed.")
class AppPayload:
    """What every change of an app answers."""

    app: App | None = strawberry.field(description="The app as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.type(description="The key, or why nothing was changed.")
class ApiKeyPayload:
    """What ending a key answers."""

    api_key: ApiKey | None = strawberry.field(description="The key as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.type(description="A new key with its secret, or why none was made.")
class NewApiKeyPayload:
    """The secret is here and nowhere else."""

    api_key: ApiKey | None = strawberry.field(description="The new key.")
    secret: str | None = strawberry.field(
        description="The key's text, in this answer alone: it is not stored. A repetition under the"
        " same idempotency key answers the key with null here; then revoke it and make another."
    )
    visitor_secret: str | None = strawberry.field(
        description="Beside a site key, and in this answer alone: what the website's server signs"
        " the addresses of its visitors with, in the header `X-Visitor-Address`."
    )
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was made.")
