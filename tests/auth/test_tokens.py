"""Tokens: what was signed is verified, and nothing else."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from auth.keys import KeyRing, private_key, thumbprint
from auth.links import LinkTokens
from auth.session_tokens import RefreshTokens
from auth.tokens import Claims, Tokens
from domain.errors import OperatorError, Unauthenticated
from domain.identity import Kind
from tests.conftest import SIGNING_KEY

CLAIMS = Claims(Kind.STAFF, UUID(int=7), "nw-touring", "wwt")
LIFETIME = timedelta(minutes=15)


def pem(key: Any) -> str:
    text: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return text.decode()


def public(private_pem: str) -> str:
    key = serialization.load_pem_private_key(private_pem.encode(), None).public_key()
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_bytes(*form).decode()


KNOWN = {"kid": KeyRing(SIGNING_KEY).jwks["keys"][0]["kid"]}


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(KeyRing(SIGNING_KEY), "tourbase")


def test_a_signed_token_gives_its_claims_back(tokens: Tokens) -> None:
    token = tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)

    assert tokens.verify(token) == CLAIMS


def test_an_expired_token_says_that_it_has_expired(tokens: Tokens) -> None:
    token = tokens.sign(CLAIMS, now=datetime.now(UTC) - timedelta(hours=1), lifetime=LIFETIME)

    with pytest.raises(Unauthenticated, match="has expired"):
        tokens.verify(token)


def test_a_token_from_the_future_is_refused(tokens: Tokens) -> None:
    token = tokens.sign(CLAIMS, now=datetime.now(UTC) + timedelta(hours=1), lifetime=LIFETIME)

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(token)


def test_a_token_of_another_key_or_another_issuer_is_refused(tokens: Tokens) -> None:
    others = [
        Tokens(KeyRing(pem(Ed25519PrivateKey.generate())), "tourbase"),
        Tokens(KeyRing(SIGNING_KEY), "else"),
    ]
    for other in others:
        token = other.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)
        with pytest.raises(Unauthenticated, match="not valid"):
            tokens.verify(token)


def payload_of(tokens: Tokens) -> dict[str, Any]:
    token = tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)
    payload: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return payload


def by_hand(header: object, payload: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token as somebody writes it who does not ask a library whether they may."""
    texts = (json.dumps(header, default=str).encode(), json.dumps(payload, default=str).encode())
    said = b".".join(base64.urlsafe_b64encode(each).rstrip(b"=") for each in texts)
    return f"{said.decode()}.{base64.urlsafe_b64encode(sign(said)).rstrip(b'=').decode()}"


def with_hmac(secret: bytes, digest: str = "sha256") -> Callable[[bytes], bytes]:
    return lambda said: hmac.new(secret, said, digest).digest()


THIEF = Ed25519PrivateKey.generate()
OURS = KeyRing(SIGNING_KEY).jwks["keys"][0]
ATTACKS: dict[str, tuple[dict[str, Any], Callable[[bytes], bytes]]] = {
    "no signature": ({"alg": "none", **KNOWN}, lambda _: b""),
    "no signature, in other letters": ({"alg": "nOnE", **KNOWN}, lambda _: b""),
    "no algorithm": (KNOWN, THIEF.sign),
    "no signature under the right algorithm": ({"alg": "EdDSA", **KNOWN}, lambda _: b""),
    "the public key as a secret, raw": (
        {"alg": "HS256", **KNOWN},
        with_hmac(base64.urlsafe_b64decode(OURS["x"] + "=")),
    ),
    "the public key as a secret, as it is published": (
        {"alg": "HS512", **KNOWN},
        with_hmac(json.dumps(OURS).encode(), "sha512"),
    ),
    "the public key as a secret, in PEM": (
        {"alg": "HS256", **KNOWN},
        with_hmac(public(SIGNING_KEY).encode()),
    ),
    "an empty secret": ({"alg": "HS256", **KNOWN}, with_hmac(b"")),
    "a thief's key under our name": ({"alg": "EdDSA", **KNOWN}, THIEF.sign),
    "a thief's key in the header": (
        {"alg": "EdDSA", **KNOWN, "jwk": {**OURS, "x": "A" * 43}},
        THIEF.sign,
    ),
    "a thief's key at an address": (
        {"alg": "EdDSA", "kid": "thief", "jku": "http://127.0.0.1:9/jwks.json"},
        THIEF.sign,
    ),
    "a thief's certificate": ({"alg": "EdDSA", "kid": "thief", "x5c": ["MIIB"]}, THIEF.sign),
    "a file for a key": ({"alg": "HS256", "kid": "../../../../dev/null"}, with_hmac(b"")),
    "a statement for a key": ({"alg": "EdDSA", "kid": "' or '1'='1"}, THIEF.sign),
    "a list for a key": ({"alg": "EdDSA", "kid": [KNOWN["kid"]]}, THIEF.sign),
    "an extension that nobody knows": (
        {"alg": "EdDSA", **KNOWN, "crit": ["x"], "x": 1},
        private_key(SIGNING_KEY).sign,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_somebody_made_is_refused(tokens: Tokens, attack: str) -> None:
    header, sign = ATTACKS[attack]
    forged = by_hand({"typ": "JWT", **header}, payload_of(tokens), sign)

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(forged)


def test_a_token_made_by_hand_with_our_key_is_taken(tokens: Tokens) -> None:
    """So it is not for their form that the forged ones are refused."""
    ours = private_key(SIGNING_KEY)
    made = by_hand({"alg": "EdDSA", **KNOWN}, payload_of(tokens), ours.sign)

    assert tokens.verify(made) == CLAIMS


@pytest.mark.parametrize(
    "change",
    [
        {"sub": None},
        {"sub": "nobody"},
        {"kind": "worker"},
        {"kind": "site"},
        {"kind": "king"},
        {"tenant": None},
        {"exp": None},
        {"aud": "else"},
    ],
)
def test_a_token_with_a_missing_or_strange_claim_is_refused(
    tokens: Tokens, change: dict[str, str | None]
) -> None:
    payload = jwt.decode(
        tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME),
        options={"verify_signature": False},
    )
    changed = {name: value for name, value in {**payload, **change}.items() if value is not None}
    private = private_key(SIGNING_KEY)

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(jwt.encode(changed, private, "EdDSA", headers=KNOWN))


def test_only_an_ed25519_key_signs() -> None:
    with pytest.raises(OperatorError, match=r"^AUTH_SIGNING_KEY is no Ed25519"):
        KeyRing(pem(ec.generate_private_key(ec.SECP256R1())))


def test_a_key_is_changed_without_anybody_signing_in_anew_and_then_dropped(tokens: Tokens) -> None:
    old = tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)
    older = pem(Ed25519PrivateKey.generate())
    fresh = pem(Ed25519PrivateKey.generate())
    before = f"{public(older)}\n{public(SIGNING_KEY)}"

    ring = KeyRing(fresh, before=before)
    rotated = Tokens(ring, "tourbase")

    assert rotated.verify(old) == CLAIMS
    before_it = KeyRing(SIGNING_KEY)
    refreshing = RefreshTokens(before_it, "tourbase").sign(UUID(int=7), 3)
    assert RefreshTokens(ring, "tourbase").session(refreshing) == (UUID(int=7), 3)
    link = LinkTokens(before_it, "tourbase").token_of(UUID(int=9))
    assert LinkTokens(ring, "tourbase").read(link) == UUID(int=9)
    assert rotated.verify(rotated.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)) == CLAIMS
    assert [key["kid"] for key in ring.jwks["keys"]][-1] == KNOWN["kid"]
    assert all(key.keys() == {"kty", "crv", "x", "kid", "use", "alg"} for key in ring.jwks["keys"])
    with pytest.raises(Unauthenticated, match="not valid"):
        Tokens(KeyRing(fresh), "tourbase").verify(old)


@pytest.mark.parametrize("kid", [None, "unknown", "", 7, {"a": 1}])
def test_a_token_of_an_unknown_key_is_refused(tokens: Tokens, kid: object) -> None:
    private = private_key(SIGNING_KEY)
    payload = jwt.decode(
        tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME),
        options={"verify_signature": False},
    )
    header = base64.urlsafe_b64encode(
        json.dumps({"alg": "EdDSA", "typ": "JWT", "kid": kid}).encode()
    ).rstrip(b"=")
    body = jwt.encode(payload, private, "EdDSA").split(".")[1].encode()
    signed = private.sign(header + b"." + body)
    signature = base64.urlsafe_b64encode(signed).rstrip(b"=")

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(b".".join((header, body, signature)).decode())


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """The key and the thumbprint of RFC 8037, appendix A.3."""
    x = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    key = Ed25519PublicKey.from_public_bytes(x)
    assert thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("text", [SIGNING_KEY, "nothing", public(SIGNING_KEY) + "more"])
def test_only_public_keys_are_those_of_before(text: str) -> None:
    with pytest.raises(OperatorError, match=r"^AUTH_KEYS_BEFORE holds"):
        KeyRing(SIGNING_KEY, before=text)
