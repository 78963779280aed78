"""Tokens: what was signed is verified, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SIGNING_KEY, "tourbase")


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
    others = [Tokens(pem(Ed25519PrivateKey.generate()), "tourbase"), Tokens(SIGNING_KEY, "else")]
    for other in others:
        token = other.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME)
        with pytest.raises(Unauthenticated, match="not valid"):
            tokens.verify(token)


def test_the_public_key_used_as_a_shared_secret_is_refused(tokens: Tokens) -> None:
    key = serialization.load_pem_private_key(SIGNING_KEY.encode(), None).public_key()
    public = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    payload = jwt.decode(
        tokens.sign(CLAIMS, now=datetime.now(UTC), lifetime=LIFETIME),
        options={"verify_signature": False},
    )

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(jwt.encode(payload, public, algorithm="HS256"))


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
    private = serialization.load_pem_private_key(SIGNING_KEY.encode(), None)

    with pytest.raises(Unauthenticated, match="not valid"):
        tokens.verify(jwt.encode(changed, private, algorithm="EdDSA"))  # type: ignore[arg-type]


def test_only_an_ed25519_key_signs() -> None:
    with pytest.raises(OperatorError, match=r"^AUTH_SIGNING_KEY is no Ed25519"):
        Tokens(pem(ec.generate_private_key(ec.SECP256R1())), "tourbase")
