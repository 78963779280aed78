"""ID tokens of OpenID Connect: who an issuer has signed in, for us, just now."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from domain.federation import ATTEMPT, SKEW, IssuerFacts
from domain.sign_on import SignOnRefused, Why

KEY_TYPES: Final[Mapping[str, tuple[str, str | None]]] = {
    "RS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
SMALLEST_RSA: Final = 2_048
LONGEST: Final = 32_768
CHECKED_HERE: Final[Options] = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """Of whom, for whom, and in answer to what a token must be."""

    facts: IssuerFacts
    client_id: str
    nonce: str


def kid_of(token: str, facts: IssuerFacts) -> str | None:
    """The key that it names, if we would take its signature at all. Errors: SignOnRefused."""
    if len(token) > LONGEST or not token.isascii():
        raise SignOnRefused(Why.IDENTITY_FORM)
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise SignOnRefused(Why.IDENTITY_FORM) from None
    known = KEY_TYPES.keys() & facts.algorithms
    if str(header.get("alg")) not in known or "crit" in header:
        raise SignOnRefused(Why.IDENTITY_ALGORITHM)
    kid = header.get("kid")
    return kid if isinstance(kid, str) else None


def claims_of(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected, *, now: datetime
) -> Mapping[str, Any]:
    """What a token says, once all of it is verified.

    Errors: SignOnRefused.
    Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    kid = kid_of(token, expected.facts)
    algorithm = str(jwt.get_unverified_header(token)["alg"])
    key = _key(keys, kid, algorithm)
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm], options=CHECKED_HERE)
    except jwt.InvalidSignatureError:
        raise SignOnRefused(Why.IDENTITY_SIGNATURE) from None
    except jwt.InvalidTokenError:
        raise SignOnRefused(Why.IDENTITY_FORM) from None
    _check(claims, expected)
    _check_times(claims, now)
    return dict(claims)


def _key(keys: Sequence[Mapping[str, Any]], kid: str | None, algorithm: str) -> Any:
    """The one key that fits; a token without a name for it is taken if there is one alone.

    Errors: SignOnRefused.
    """
    fitting = [key for key in keys if _fits(key, algorithm) and kid in {None, key.get("kid")}]
    if len(fitting) != 1:
        raise SignOnRefused(Why.IDENTITY_KEY)
    try:
        key = jwt.PyJWK(dict(fitting[0]), algorithm=algorithm).key
    except (jwt.InvalidKeyError, jwt.PyJWKError, ValueError, TypeError, KeyError):
        raise SignOnRefused(Why.IDENTITY_KEY) from None
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA:
        raise SignOnRefused(Why.IDENTITY_KEY)
    return key


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kind, curve = KEY_TYPES[algorithm]
    return (
        key.get("kty") == kind
        and curve in {None, key.get("crv")}
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    """Errors: SignOnRefused."""
    if claims.get("iss") != expected.facts.issuer:
        raise SignOnRefused(Why.IDENTITY_ISSUER)
    said = claims.get("aud")
    audience = said if isinstance(said, list) else [said]
    party = claims.get("azp", expected.client_id if len(audience) == 1 else None)
    if expected.client_id not in audience or party != expected.client_id:
        raise SignOnRefused(Why.IDENTITY_AUDIENCE)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), expected.nonce.encode()
    ):
        raise SignOnRefused(Why.IDENTITY_NONCE)


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Neither over nor to come, give or take a minute, and no older than the sign-in may be.

    Errors: SignOnRefused.
    """
    at, skew = now.timestamp(), SKEW.total_seconds()
    expires, issued = _number(claims.get("exp")), _number(claims.get("iat"))
    begins = _number(claims.get("nbf", issued))
    if at >= expires + skew or max(issued, begins) > at + skew:
        raise SignOnRefused(Why.IDENTITY_TIME)
    if issued < at - ATTEMPT.total_seconds() - skew:
        raise SignOnRefused(Why.IDENTITY_TIME)


def _number(value: Any) -> float:
    """Errors: SignOnRefused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SignOnRefused(Why.IDENTITY_TIME)
    return float(value)
