"""OpenID Connect as issuers speak it: what they say of themselves, their keys, and their tokens."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import orjson

from domain.federation import Granted, IssuerFacts, Redemption
from domain.sign_on import SignOnRefused, Why
from integrations.guarded_http import Answer, GuardedHttp

DISCOVERY: Final = "/.well-known/openid-configuration"
KEPT_SECONDS: Final = 600.0
AGAIN_SECONDS: Final = 30.0
MOST_ISSUERS: Final = 200
MOST_KEYS: Final = 100
OK: Final = 200
Key = Mapping[str, Any]


@dataclass(slots=True)
class Kept:
    """What is known of one issuer, and since when by the loop's clock."""

    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    facts: IssuerFacts | None = None
    facts_at: float = 0.0
    keys: Sequence[Key] | None = None
    keys_at: float = 0.0


class OpenIdIssuers:
    """Asks issuers, and remembers for ten minutes what they say of themselves and their keys."""

    def __init__(self, http: GuardedHttp, clock: Callable[[], float]) -> None:
        self._http = http
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    async def facts(self, issuer: str) -> IssuerFacts:
        """Errors: SignOnRefused, also if it calls itself by another name, to the letter."""
        kept = self._of(issuer)
        async with kept.one_at_a_time:
            if kept.facts is None or self._clock() - kept.facts_at > KEPT_SECONDS:
                said = _object(await self._http.get(issuer.rstrip("/") + DISCOVERY))
                kept.facts, kept.facts_at = _facts(said, issuer), self._clock()
                kept.keys = None
            return kept.facts

    async def keys(self, facts: IssuerFacts, kid: str | None) -> Sequence[Key]:
        """The issuer's keys. One that is not known is asked for again, twice a minute at most.

        Errors: SignOnRefused.
        """
        kept = self._of(facts.issuer)
        async with kept.one_at_a_time:
            age = self._clock() - kept.keys_at
            missed = kid is not None and all(key.get("kid") != kid for key in kept.keys or ())
            if kept.keys is None or age > KEPT_SECONDS or (missed and age > AGAIN_SECONDS):
                kept.keys = _keys(_object(await self._http.get(facts.jwks_uri)))
                kept.keys_at = self._clock()
            return kept.keys

    async def redeem(self, facts: IssuerFacts, given: Redemption) -> Granted:
        """What a code is exchanged for. Errors: SignOnRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": given.code,
            "redirect_uri": given.redirect_uri,
            "code_verifier": given.verifier,
        }
        headers: dict[str, str] = {}
        if given.secret is None:
            form["client_id"] = given.client_id
        elif facts.posts_secret:
            form |= {"client_id": given.client_id, "client_secret": given.secret}
        else:
            headers["authorization"] = _basic(given.client_id, given.secret)
        answer = await self._http.post(facts.token_endpoint, form, headers)
        if answer.status in {400, 401, 403}:
            raise SignOnRefused(Why.CODE)
        said = _object(answer)
        token, access = said.get("id_token"), said.get("access_token")
        if not isinstance(token, str):
            raise SignOnRefused(Why.ISSUER_ANSWER)
        return Granted(token, access if isinstance(access, str) and access.isascii() else None)

    async def more(self, facts: IssuerFacts, granted: Granted) -> Mapping[str, Any]:
        """What the issuer says of somebody besides the token; nothing if it has no page for it.

        Errors: SignOnRefused.
        """
        if facts.userinfo_endpoint is None or granted.access_token is None:
            return {}
        headers = {"authorization": f"Bearer {granted.access_token}"}
        return _object(await self._http.get(facts.userinfo_endpoint, headers))

    async def close(self) -> None:
        await self._http.close()

    def _of(self, issuer: str) -> Kept:
        kept = self._kept.setdefault(issuer, Kept())
        self._kept.move_to_end(issuer)
        if len(self._kept) > MOST_ISSUERS:
            self._kept.popitem(last=False)
        return kept


def _object(answer: Answer) -> Mapping[str, Any]:
    """Errors: SignOnRefused."""
    if answer.status != OK:
        raise SignOnRefused(Why.ISSUER_ANSWER)
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise SignOnRefused(Why.ISSUER_ANSWER) from None
    if not isinstance(said, dict):
        raise SignOnRefused(Why.ISSUER_ANSWER)
    return said


def _facts(said: Mapping[str, Any], issuer: str) -> IssuerFacts:
    """Errors: SignOnRefused."""
    if said.get("issuer") != issuer:
        raise SignOnRefused(Why.ISSUER_ANOTHER)
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    algorithms = said.get("id_token_signing_alg_values_supported", ["RS256"])
    if not isinstance(methods, list) or not isinstance(algorithms, list):
        raise SignOnRefused(Why.ISSUER_ANSWER)
    return IssuerFacts(
        issuer=issuer,
        authorization_endpoint=_endpoint(said, "authorization_endpoint", issuer),
        token_endpoint=_endpoint(said, "token_endpoint", issuer),
        jwks_uri=_endpoint(said, "jwks_uri", issuer),
        userinfo_endpoint=(
            _endpoint(said, "userinfo_endpoint", issuer) if "userinfo_endpoint" in said else None
        ),
        algorithms=frozenset(each for each in algorithms if isinstance(each, str)),
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        posts_secret="client_secret_basic" not in methods and "client_secret_post" in methods,
    )


def _endpoint(said: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address as safe as the issuer's own. Errors: SignOnRefused."""
    url = said.get(name)
    if not isinstance(url, str) or "#" in url or not url.isascii() or not url.isprintable():
        raise SignOnRefused(Why.ISSUER_ANSWER)
    scheme = urlsplit(url).scheme
    if scheme != "https" and scheme != urlsplit(issuer).scheme:
        raise SignOnRefused(Why.ISSUER_ANSWER)
    return url


def _keys(said: Mapping[str, Any]) -> Sequence[Key]:
    """Errors: SignOnRefused."""
    found = said.get("keys")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SignOnRefused(Why.ISSUER_ANSWER)
    return found[:MOST_KEYS]


def _basic(client_id: str, secret: str) -> str:
    """Source: RFC 6749, section 2.3.1: each half is encoded before they are joined."""
    joined = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(joined.encode()).decode()}"
