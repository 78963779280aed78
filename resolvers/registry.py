"""What the apps of all brands may send, as one process knows it."""

from asyncio import get_running_loop
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from db import caching, trusted_documents
from db.database import Database
from domain.caching import TRUSTED, CacheKey, key_for
from domain.errors import ServiceUnavailable
from domain.identity import Brand, Kind, Principal
from domain.trusted_documents import Lock, Trusted
from services.ports import Cache, TextStore

REMEMBERED_CHARACTERS: Final = 2_000_000
MOST_APPS: Final = 10_000


class Registry:
    """How apps are locked, and their documents.

    Shape:  how an app is locked and to which digests is kept like what websites read, and dropped
            with each push and each retirement. A text has its digest for good, so the texts are
            remembered without an end; whether one may be sent is asked each time.
    """

    def __init__(
        self,
        database: Database,
        cache: Cache | None,
        *,
        prepared: Mapping[str, str],
        texts: TextStore | None = None,
    ) -> None:
        self.texts = texts
        self._database = database
        self._cache = cache
        self._prepared = prepared
        self._read: OrderedDict[str, tuple[bytes, Trusted]] = OrderedDict()
        self._keys: OrderedDict[tuple[Brand, UUID], CacheKey] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def is_prepared(self, digest: str) -> bool:
        """Whether it is an operation of the house, which every app may send."""
        return digest in self._prepared

    async def trusted(self, principal: Principal) -> Trusted:
        """What the app of a caller may send."""
        brand, app_id = principal.brand, principal.app_id
        if brand is None or app_id is None:
            raise LookupError("a caller without an app")
        session = self._database.session(Principal(Kind.WORKER, brand, role=Kind.WORKER.value))
        if self._cache is None:
            async with session.read() as tx:
                return await trusted_documents.trusted(tx, app_id)
        key, begun = self._key(brand, app_id), None

        async def load(_keys: Sequence[CacheKey]) -> list[bytes]:
            nonlocal begun
            begun = get_running_loop().time()
            async with session.read() as tx:
                return [packed(await trusted_documents.trusted(tx, app_id))]

        (stored,) = await self._cache.read([key], load, opened=lambda: begun)
        return self._unpacked(key.name, stored)

    async def text(self, principal: Principal, digest: str) -> str | None:
        """The text of a document of the house, or of one that the app has in force."""
        known = self._prepared.get(digest) or self._texts.get(digest)
        if known is not None or principal.brand is None or principal.app_id is None:
            return known
        house = Principal(Kind.WORKER, principal.brand, role=Kind.WORKER.value)
        async with self._database.session(house).read() as tx:
            found = await trusted_documents.text(tx, principal.app_id, digest)
        if found is not None:
            self._remember(digest, found)
        return found

    async def changed(self, brand: Brand) -> None:
        """Tell every process at once; without Redis the relay will, or nothing is kept anyway."""
        if self._cache is not None:
            with suppress(ServiceUnavailable):
                await self._cache.drop([f"trusted_documents:{brand.tenant_id}:{brand.id}"])

    def _remember(self, digest: str, text: str) -> None:
        if digest not in self._texts:
            self._texts[digest] = text
            self._characters += len(text)
        while self._characters > REMEMBERED_CHARACTERS:
            self._characters -= len(self._texts.popitem(last=False)[1])

    def _key(self, brand: Brand, app_id: UUID) -> CacheKey:
        key = self._keys.get((brand, app_id))
        if key is None:
            house = Principal(Kind.WORKER, brand)
            question = caching.statement_question(trusted_documents.SQL["trusted"], app_id)
            key = self._keys[brand, app_id] = key_for(house, TRUSTED, question)
            if len(self._keys) > MOST_APPS:
                self._keys.popitem(last=False)
        return key

    def _unpacked(self, name: str, stored: bytes) -> Trusted:
        """Read once as long as it stays the same."""
        known = self._read.get(name)
        if known is not None and known[0] == stored:
            return known[1]
        found = unpacked(stored)
        self._read[name] = (stored, found)
        if len(self._read) > MOST_APPS:
            self._read.popitem(last=False)
        return found


def packed(trusted: Trusted) -> bytes:
    return "\n".join((trusted.lock or "", *sorted(trusted.digests))).encode()


def unpacked(stored: bytes) -> Trusted:
    lock, *digests = stored.decode().split("\n")
    return Trusted(Lock(lock) if lock else None, frozenset(digests))
