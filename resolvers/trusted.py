"""Which document a request means: its text, or one that is known by its digest, if it may be sent.

All of it is decided before a text is parsed: what an app may not send costs a digest and no more.
"""

import re
from collections.abc import AsyncIterator
from typing import Any, Final, Self

from strawberry.extensions import SchemaExtension

from domain.errors import DomainError, InvalidInput
from domain.identity import Principal
from domain.trusted_documents import Lock, Trusted, digest_of
from resolvers.context import OperationContext
from resolvers.registry import Registry

DOCUMENT_ID: Final = re.compile(r"sha256:([0-9a-f]{64})")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NOTHING: Final = Trusted(Lock.OPEN, frozenset())
UNREAD: Final = "#"
"""Stands for a document that is refused, or not known: nothing of it is read."""


class DocumentNotTrusted(DomainError):
    """The app's keys are locked to its registered documents, and this is none of them. Push it
    with `tourbase documents push`, or ask with a test key.
    """

    code = "DOCUMENT_NOT_TRUSTED"

    def __init__(self) -> None:
        super().__init__(
            "This app's live keys send registered documents only, and this is none of them."
            " Push it with `tourbase documents push`, or develop with a test key."
        )


class DocumentNotFound(DomainError):
    """No document is registered for the app under this `documentId`. Push it, or send its text."""

    code = "DOCUMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "No document of this app has that `documentId`, which is `sha256:` and 64 hexadecimal"
            " digits in lower case. Push it with `tourbase documents push`, or send its text."
        )


class PersistedQueryNotFound(DomainError):
    """The digest of an automatic persisted query is not known yet. Send it once with its text;
    clients of Apollo do so by themselves.
    """

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # Clients of before read the message.


class DocumentMismatch(DomainError):
    """A text was sent with a digest that is another's. Send the SHA-256 of the text as it is."""

    code = "DOCUMENT_MISMATCH"

    def __init__(self) -> None:
        super().__init__("The digest is not that of the text: it is the SHA-256 of its UTF-8.")


class Named(str):
    """The text of a request that names its document as well, or instead: then it is empty."""

    __slots__ = ("document_id", "persisted")
    document_id: object
    persisted: object

    @classmethod
    def of(cls, text: str | None, document_id: object, persisted: object) -> Self:
        made = cls(text or "")
        made.document_id, made.persisted = document_id, persisted
        return made


def named(request: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a request, with the names of its document where its text stands.

    Source: GraphQL over HTTP, appendix "Persisted Documents"; Apollo's `persistedQuery`.
    """
    text, document_id = request.get("query"), request.get("documentId")
    extensions = request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if (document_id is None and persisted is None) or not isinstance(text, str | None):
        return request
    return {**request, "query": Named.of(text, document_id, persisted)}


class Trusting(SchemaExtension):
    """Puts the text of the document that is meant where the schema looks for it."""

    def __init__(self) -> None:
        self._new: str | None = None

    async def on_operation(self) -> AsyncIterator[None]:
        execution = self.execution_context
        context: OperationContext = execution.context
        registry = context.world.registry
        if registry is None or context.barred is not None:
            if isinstance(execution.query, Named):
                execution.query = execution.query or UNREAD
            yield
            return
        try:
            execution.query = await self._text(registry, context.principal, execution.query)
        except DomainError as error:
            context.untrusted = error
            execution.query = execution.query or UNREAD
        yield
        if self._new is not None and not execution.pre_execution_errors and registry.texts:
            await registry.texts.put(_space(context.principal), digest_of(self._new), self._new)

    async def _text(self, registry: Registry, caller: Principal, given: str | None) -> str | None:
        """Errors: DocumentNotTrusted, DocumentNotFound, PersistedQueryNotFound, DocumentMismatch,
        InvalidInput; and those of the database.
        """
        has_app = caller.brand is not None and caller.app_id is not None
        if not isinstance(given, Named):
            if given and has_app and caller.mode == "live":
                _check(registry, caller, await registry.trusted(caller), digest_of(given))
            return given
        wanted = wanted_of(given)
        known = await registry.trusted(caller) if has_app else NOTHING
        if not given:
            return await _known(registry, caller, known, given, wanted)
        if digest_of(given) != wanted:
            raise DocumentMismatch
        _check(registry, caller, known, wanted)
        if given.persisted is not None and not known.locks(caller):
            self._new = str(given)
        return str(given)


def _check(registry: Registry, caller: Principal, known: Trusted, digest: str) -> None:
    """Errors: DocumentNotTrusted."""
    sent = digest in known.digests or registry.is_prepared(digest)
    if not sent and known.locks(caller):
        raise DocumentNotTrusted


async def _known(
    registry: Registry, caller: Principal, known: Trusted, given: Named, wanted: str
) -> str:
    """The text that only its digest was sent of.

    Errors: DocumentNotTrusted where a text would not be taken either, DocumentNotFound,
            PersistedQueryNotFound.
    """
    text = None
    if wanted in known.digests or registry.is_prepared(wanted):
        text = await registry.text(caller, wanted)
    if text is None and known.locks(caller):
        raise DocumentNotTrusted
    if text is None and registry.texts is not None:
        text = await registry.texts.get(_space(caller), wanted)
    if text is None:
        raise PersistedQueryNotFound if given.document_id is None else DocumentNotFound
    return text


def wanted_of(given: Named) -> str:
    """The digest that a request names. Errors: DocumentNotFound, InvalidInput, DocumentMismatch."""
    if given.document_id is None:
        return digest_in_extension(given.persisted)
    digest = digest_in(given.document_id)
    if given.persisted is not None and digest_in_extension(given.persisted) != digest:
        raise DocumentMismatch
    return digest


def digest_in(given: object) -> str:
    """Errors: DocumentNotFound for what is no identifier of this service."""
    found = DOCUMENT_ID.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise DocumentNotFound
    return found[1]


def digest_in_extension(given: object) -> str:
    """The digest of `extensions.persistedQuery`. Errors: InvalidInput."""
    told = given if isinstance(given, dict) else {}
    digest = told.get("sha256Hash")
    if told.get("version") != 1 or not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise InvalidInput(
            "`extensions.persistedQuery` is {version: 1, sha256Hash}, the hash in lower-case"
            " hexadecimal.",
            path="extensions",
        )
    return digest


def _space(caller: Principal) -> str:
    """Whose automatic persisted queries these are: an app's, or a kind of caller's of a brand."""
    owner = caller.app_id or caller.kind.value
    brand = caller.brand
    return f"{brand.tenant_id}:{brand.id}:{owner}" if brand else str(owner)
