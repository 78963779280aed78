"""Credentials into principals: a key or a token, then a look-up that finds the brand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from auth.api_keys import begins_like_a_key, hash_key, is_publishable, looks_like_a_key
from auth.key_uses import KeyUses
from auth.links import LinkTokens, looks_like_a_link
from auth.made_of import made_of_key, made_of_subject, scope_of
from auth.origins import Origins
from auth.remembered import Proof, Remembered
from auth.roles import scopes_of, scopes_of_key
from auth.tokens import Claims, Tokens
from auth.verified import Verified
from db import callers
from db.callers import Caller, KeyFound
from db.database import Database, Transaction
from domain.errors import Forbidden, Unauthenticated
from domain.identity import NOBODY, Kind, Principal
from domain.tenants import BRAND_CODE

IN_A_PAGE: Final = (
    "A secret key came from a web page, so whoever opens the page has it. Revoke it, and give the"
    " page a publishable key."
)
NOT_YOURS: Final = "This credential is not of the brand that X-Brand names."


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request carries: a credential, the brand that staff choose, and the page it is from.

    Shape:  `origin` is the page's, if that is another than the server's own; `address` is where
            it comes from.
    """

    credential: str | None
    brand_code: str | None = None
    origin: str | None = None
    address: str = ""
    request_id: str = ""

    @classmethod
    def of(
        cls,
        authorization: str | None,
        api_key: str | None,
        brand: str | None,
        *,
        origin: str | None = None,
        address: str = "",
        request_id: str = "",
    ) -> "Presented":
        """Errors: Unauthenticated if the two headers disagree or are not of the expected form."""
        bearer = None
        if authorization:
            scheme, _, bearer = authorization.partition(" ")
            if scheme.lower() != "bearer" or not bearer.strip():
                raise Unauthenticated("Authorization is `Bearer`, a space, and the credential.")
            bearer = bearer.strip()
        if bearer and api_key and bearer != api_key:
            raise Unauthenticated("Authorization and X-API-Key disagree. Send one of them.")
        code = brand.strip().lower() if brand else None
        if code and not BRAND_CODE.fullmatch(code):
            raise Forbidden(NOT_YOURS)
        return cls(bearer or api_key or None, code or None, origin, address, request_id)


class Authenticator:
    """The one way from a credential to a principal."""

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        links: LinkTokens,
        origins: Origins,
        now: Callable[[], datetime],
        *,
        remembered: Remembered,
        uses: KeyUses,
    ) -> None:
        self._database = database
        self._verified = Verified(tokens, now)
        self._links = links
        self._origins = origins
        self._now = now
        self._remembered = remembered
        self.uses = uses

    async def principal(self, presented: Presented) -> Principal:
        """Errors: Unauthenticated for a missing, wrong, expired, revoked or foreign credential;
        Forbidden if the chosen brand is not one of the member's, or the page not the brand's.
        """
        credential = presented.credential
        if credential is None:
            raise Unauthenticated("Send a credential in Authorization or X-API-Key.")
        shown = self._remembered.key(credential, presented.brand_code, presented.origin)
        principal = self._remembered.get(shown)
        if principal is None:
            principal = await self._looked_up(credential, presented, shown)
        self.uses.note(principal)
        return replace(principal, address=presented.address, request_id=presented.request_id)

    async def _looked_up(self, credential: str, presented: Presented, shown: bytes) -> Principal:
        """Whose credential it is, by the rows as they are now; a link is looked up each time."""
        if presented.origin is not None and _is_secret(credential):
            raise Forbidden(IN_A_PAGE)
        prove = self._proof(credential, presented.brand_code)
        begun = self._remembered.begin()
        async with self._database.session(NOBODY).read() as tx:
            proof = await prove(tx)
            brand = proof.principal.brand
            await self._origins.check(tx, presented.origin, brand)
        if proof.principal.kind is not Kind.LINK:
            if presented.origin is not None:
                proof = replace(proof, made_of=proof.made_of | {scope_of("websites", brand)})
            self._remembered.put(shown, proof, begun)
        return proof.principal

    async def of_session(self, claims: Claims, presented: Presented) -> Principal:
        """Whom a page of this server speaks for, whose cookie was read and whose proof was checked.

        Shape:  looked up each time.
        Errors: Unauthenticated for a session that is over; Forbidden for a brand of another.
        """
        async with self._database.session(NOBODY).read() as tx:
            proof = await self._of_token(tx, claims=claims, brand_code=presented.brand_code)
        return replace(proof.principal, address=presented.address, request_id=presented.request_id)

    def _proof(
        self, credential: str, brand_code: str | None
    ) -> Callable[[Transaction], Awaitable[Proof]]:
        """How this credential is looked up; what is forged is refused before that."""
        if begins_like_a_key(credential):
            if not looks_like_a_key(credential):
                raise Unauthenticated("The key is not valid: it was not copied as it is.")
            return partial(self._of_key, key=credential, brand_code=brand_code)
        if looks_like_a_link(credential):
            link = self._links.read(credential)
            return partial(self._of_link, link=link, brand_code=brand_code)
        claims = self._verified.claims(credential)
        return partial(self._of_token, claims=claims, brand_code=brand_code)

    async def _of_link(self, tx: Transaction, link: UUID, brand_code: str | None) -> Proof:
        found = await callers.by_link(tx, link, now=self._now())
        if found is None:
            raise Unauthenticated("The link opens nothing any more.")
        caller, object_id = found
        if brand_code not in {None, caller.brand.code}:
            raise Forbidden(NOT_YOURS)
        principal = replace(_principal(Kind.LINK, caller), object_id=object_id, credential=link)
        return Proof(principal, frozenset())

    async def _of_key(self, tx: Transaction, key: str, brand_code: str | None) -> Proof:
        found = await callers.by_key(tx, hash_key(key), now=self._now())
        if found is None:
            raise Unauthenticated("The key is not valid.")
        if brand_code not in {None, found.caller.brand.code}:
            raise Forbidden(NOT_YOURS)
        return Proof(_of_app(found), made_of_key(found), found.caller.until)

    async def _of_token(self, tx: Transaction, claims: Claims, brand_code: str | None) -> Proof:
        wanted, now = brand_code or claims.brand, self._now()
        caller = await callers.by_subject(tx, claims, wanted, now=now)
        if caller is None and brand_code is not None and brand_code != claims.brand:
            own = await callers.by_subject(tx, claims, claims.brand, now=now)
            if own is not None:
                raise Forbidden(NOT_YOURS)
        if caller is None:
            raise Unauthenticated("The token is not valid.")
        proofs = [each for each in (claims.proved_at, caller.proved_at) if each is not None]
        principal = replace(
            _principal(claims.kind, caller),
            credential=claims.session,
            proved_at=max(proofs, default=None),
            owes_factor=caller.owes_factor,
        )
        return Proof(principal, made_of_subject(claims, caller), await _end(tx, claims, caller))


async def _end(tx: Transaction, claims: Claims, caller: Caller) -> datetime | None:
    """When it is over by itself what a token was found to be worth."""
    session = claims.session
    ends = [
        claims.expires_at,
        caller.until,
        None if session is None else await callers.session_end(tx, session),
    ]
    return min((end for end in ends if end is not None), default=None)


def _is_secret(credential: str) -> bool:
    return begins_like_a_key(credential) and not is_publishable(credential)


def _of_app(found: KeyFound) -> Principal:
    """Shape:  a `ci` key works for its app as a partner does, and may do one thing alone."""
    caller = found.caller
    return Principal(
        kind=Kind.SITE if caller.role == "site" else Kind.PARTNER,
        brand=caller.brand,
        actor_id=caller.actor_id,
        role=caller.role,
        label=caller.label,
        scopes=scopes_of_key(caller.role, found.scopes),
        app_id=found.app_id,
        mode=found.mode,
        credential=found.id,
    )


def _principal(kind: Kind, caller: Caller) -> Principal:
    return Principal(
        kind=kind,
        brand=caller.brand,
        actor_id=caller.actor_id,
        role=caller.role,
        label=caller.label,
        scopes=scopes_of(kind, role=caller.role, grants=caller.grants, denies=caller.denies),
    )
