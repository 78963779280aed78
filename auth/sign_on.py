"""Who somebody is, by the word of their tenant's issuer: asked, answered, and verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from auth.attempts import CHALLENGE, Attempt, Attempts, challenge_of, draw
from auth.id_tokens import Expected, claims_of, kid_of
from auth.origins import Origins
from auth.vault import Vault
from db import federation, identity_providers
from db.database import Database, Session
from domain.errors import Forbidden, InvalidInput
from domain.federation import FEDERATED, Granted, IssuerFacts, Redemption, is_path, lacks
from domain.identity import NOBODY, Brand, Kind, Principal
from domain.identity_providers import IdentityProvider, check_address
from domain.sign_on import SignOnRefused, Why

SEALED_AS: Final = "oidc"
LONGEST: Final = 2_000


class Issuers(Protocol):
    """Issuers of OpenID Connect, whichever a tenant names.

    Errors: SignOnRefused for one that is away, or that does not answer as it must.
    """

    async def facts(self, issuer: str) -> IssuerFacts: ...

    async def keys(self, facts: IssuerFacts, kid: str | None) -> Sequence[Mapping[str, Any]]: ...

    async def redeem(self, facts: IssuerFacts, given: Redemption) -> Granted: ...

    async def more(self, facts: IssuerFacts, granted: Granted) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """Where somebody wants to sign in, and which page they go back to.

    Shape:  `fresh`: they are to show the issuer anew who they are.
    """

    tenant: str
    brand: str | None
    return_to: str
    challenge: str | None
    redirect_uri: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Whom the issuer signed in, in answer to which attempt."""

    attempt: Attempt
    brand: Brand
    provider: IdentityProvider
    claims: Mapping[str, Any]


class SignOn:
    """The way to a tenant's issuer and back. `plain`: one of this machine may be without TLS."""

    def __init__(
        self,
        database: Database,
        attempts: Attempts,
        issuers: Issuers,
        vault: Vault,
        origins: Origins,
        *,
        plain: bool,
    ) -> None:
        self.attempts = attempts
        self._database = database
        self._issuers = issuers
        self._vault = vault
        self._origins = origins
        self._plain = plain

    async def begin(self, wish: Wish, *, now: datetime) -> Begun:
        """Send a browser to the tenant's issuer. Errors: SignOnRefused."""
        brand, provider = await self._provider(wish.tenant, wish.brand)
        await self._check_return(wish, brand)
        facts = await self._issuers.facts(provider.terms.issuer)
        attempt = Attempt(
            state=draw(),
            nonce=draw(),
            verifier=draw(),
            tenant=wish.tenant,
            brand=wish.brand,
            provider_id=provider.id,
            issuer=provider.terms.issuer,
            return_to=wish.return_to,
            challenge=wish.challenge,
        )
        url = _asking(facts, provider, attempt, wish)
        return Begun(url, self.attempts.sign(attempt, now=now))

    async def verify(
        self, attempt: Attempt, answer: Mapping[str, str], redirect_uri: str, *, now: datetime
    ) -> Verified:
        """Whom the issuer has signed in. Errors: SignOnRefused."""
        brand, provider = await self._provider(attempt.tenant, attempt.brand)
        if (provider.id, provider.terms.issuer) != (attempt.provider_id, attempt.issuer):
            raise SignOnRefused(Why.PROVIDER_CHANGED)
        facts = await self._issuers.facts(attempt.issuer)
        given = Redemption(
            client_id=provider.terms.client_id,
            code=_code(answer, facts),
            secret=await self._secret(brand, provider),
            verifier=attempt.verifier,
            redirect_uri=redirect_uri,
        )
        granted = await self._issuers.redeem(facts, given)
        keys = await self._issuers.keys(facts, kid_of(granted.id_token, facts))
        expected = Expected(facts, provider.terms.client_id, attempt.nonce)
        claims = claims_of(granted.id_token, keys, expected, now=now)
        if lacks(claims, provider.terms):
            claims = await self._completed(facts, granted, claims)
        return Verified(attempt, brand, provider, claims)

    async def _completed(
        self, facts: IssuerFacts, granted: Granted, claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What was signed goes before what was only said. Errors: SignOnRefused.

        Source: OpenID Connect Core 1.0, section 5.3.2: of another subject, it is not used.
        """
        more = await self._issuers.more(facts, granted)
        if more and more.get("sub") != claims.get("sub"):
            raise SignOnRefused(Why.IDENTITY_FORM)
        return {**more, **claims}

    async def _provider(self, tenant: str, code: str | None) -> tuple[Brand, IdentityProvider]:
        """Asked where it is written. Errors: SignOnRefused."""
        found = await self._database.session(NOBODY).write(
            lambda tx: federation.provider_at(tx, tenant, code)
        )
        if found is None:
            raise SignOnRefused(Why.NO_PROVIDER)
        brand, id = found
        provider = await self._as_worker(brand).write(lambda tx: identity_providers.one(tx, id))
        if provider is None:
            raise SignOnRefused(Why.NO_PROVIDER)
        return brand, provider

    async def _secret(self, brand: Brand, provider: IdentityProvider) -> str | None:
        id = provider.secret_id
        if id is None:
            return None
        found = await self._as_worker(brand).write(lambda tx: self._vault.open(tx, id, SEALED_AS))
        return found.decode() if found is not None else None

    async def _check_return(self, wish: Wish, brand: Brand) -> None:
        """Errors: SignOnRefused unless it is a page of this server, or of the brand's websites.

        Shape:  a website keeps the verifier itself, since our cookies are not its own.
        """
        if wish.challenge is not None and not CHALLENGE.fullmatch(wish.challenge):
            raise SignOnRefused(Why.BAD_CHALLENGE)
        if is_path(wish.return_to):
            return
        try:
            parts = check_address(wish.return_to, path="return_to", plain=self._plain)
        except InvalidInput:
            raise SignOnRefused(Why.BAD_RETURN) from None
        origin = f"{parts.scheme}://{parts.netloc}"
        try:
            async with self._database.session(NOBODY).read() as tx:
                await self._origins.check(tx, origin, brand)
        except Forbidden:
            raise SignOnRefused(Why.BAD_RETURN) from None
        if wish.challenge is None:
            raise SignOnRefused(Why.BAD_CHALLENGE)

    def _as_worker(self, brand: Brand) -> Session:
        """Nobody is signed in yet: the service itself reads what it needs until then."""
        return self._database.session(Principal(Kind.WORKER, brand, role=Kind.WORKER.value))


def _asking(facts: IssuerFacts, provider: IdentityProvider, attempt: Attempt, wish: Wish) -> str:
    asked = {
        "response_type": "code",
        "client_id": provider.terms.client_id,
        "redirect_uri": wish.redirect_uri,
        "scope": " ".join(provider.terms.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge_of(attempt.verifier),
        "code_challenge_method": "S256",
        # Whoever is told how old a sign-in may be must say in the token how old it is.
        "max_age": str(int(FEDERATED.total_seconds())),
    }
    if wish.fresh:
        asked |= {"prompt": "login", "max_age": "0"}
    joint = "&" if urlsplit(facts.authorization_endpoint).query else "?"
    return f"{facts.authorization_endpoint}{joint}{urlencode(asked)}"


def _code(answer: Mapping[str, str], facts: IssuerFacts) -> str:
    """The code that the issuer gave. Errors: SignOnRefused.

    Source: RFC 9207: whoever says who they are says it truly; whoever promised to, does.
    """
    named = answer.get("iss")
    if named != facts.issuer and (named is not None or facts.says_issuer):
        raise SignOnRefused(Why.ISSUER_MIXED_UP)
    code = answer.get("code", "")
    if "error" in answer or not code or len(code) > LONGEST:
        raise SignOnRefused(Why.ISSUER_SAID_NO)
    return code
