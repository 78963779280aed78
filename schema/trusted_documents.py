"""Documents that apps may send, in the contract."""

from datetime import date, datetime

import strawberry

from domain.identity import Scope
from domain.trusted_documents import MOST_AT_ONCE, document_id
from schema.api_keys import App
from schema.enums import DocumentLock
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant


@strawberry.type(description="How often a registered document was sent on a day.")
class DocumentUse:
    """Owned by its document."""

    day: date = column("The brand's day.")
    uses: int = column("How often it was sent.")


@entity(
    "trusted_documents",
    description="A document that is registered for an app: its live keys may send it, by its id or"
    " by its text.",
    scope=Scope.DOCUMENTS_READ,
    recorded=False,
)
class TrustedDocument(Node):
    """Never changed: another text is another document."""

    app: App = edge("The app that may send it.")
    document_id: str = derived(
        ("digest",), document_id, "What a request names it by: `sha256:` and the text's digest."
    )
    digest: str = column("SHA-256 of the text, in lower-case hexadecimal.")
    text: str = column("The document, to the letter.")
    name: str | None = column("What it was called when it was pushed.")
    pushed_at: datetime = instant("When it was registered.")
    retired_at: datetime | None = instant("Since when it may not be sent any more.")
    version: int = column("Grows with every change.")
    usage: list[DocumentUse] = edge("Days of the last 90 on which it was sent, oldest first.")


@strawberry.input(description="Which documents; conditions are joined by AND.")
class TrustedDocumentFilter:
    """Every field is a filter of the read model, by the same name."""

    app_id: strawberry.ID | None = strawberry.field(default=None, description="Of this app.")
    digest: str | None = strawberry.field(default=None, description="With this digest.")
    in_force: bool | None = strawberry.field(
        default=None, description="Those that may be sent, or those that are retired."
    )


@strawberry.input(description="A document to register.")
class TrustedDocumentInput:
    """It is known by its text alone; the name is for people."""

    text: str = strawberry.field(description="The document as the client sends it, to the letter.")
    name: str | None = strawberry.field(default=None, description="What to call it.")


@strawberry.input(description="Documents that an app is going to send.")
class PushTrustedDocumentsInput:
    """All of them are registered, or none."""

    app_id: strawberry.ID | None = strawberry.field(
        default=None, description="The app; left out, the one whose key asks."
    )
    documents: list[TrustedDocumentInput] = strawberry.field(
        description=f"1 to {MOST_AT_ONCE} documents."
    )
    check_only: bool = strawberry.field(
        default=False, description="Only say whether they could be registered."
    )


@strawberry.type(description="What a push came to, or why nothing was registered.")
class PushTrustedDocumentsPayload:
    """Without errors, every document of the input is in force; or could be, if only checked."""

    stored: int | None = strawberry.field(
        description="How many are new, or in force again; null if none was to be stored."
    )
    unchanged: int | None = strawberry.field(description="How many the app had already.")
    errors: list[UserError] = strawberry.field(
        description="What is wrong, each with the document in `path` and the line in `message`."
    )


@strawberry.input(description="Take a document out of force.")
class RetireTrustedDocumentInput:
    """A push of the same text brings it back."""

    id: strawberry.ID = strawberry.field(description="The document.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The document, or why nothing was changed.")
class TrustedDocumentPayload:
    """What a change of a document answers."""

    document: TrustedDocument | None = strawberry.field(description="The document as it is now.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")


@strawberry.input(description="Lock the live keys of an app to its documents, or let them be.")
class SetDocumentLockInput:
    """Test keys are never locked."""

    app_id: strawberry.ID = strawberry.field(description="The app.")
    lock: DocumentLock = strawberry.field(description="What its live keys may send.")
    expected_version: int = strawberry.field(description="The version of the app that you read.")
