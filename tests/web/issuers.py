"""An issuer of our own, which does as a test tells it: mostly wrong."""

import asyncio
import base64
import contextlib
import hashlib
import warnings
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bootstrap.wiring import now

RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
OTHER_KEY = ed25519.Ed25519PrivateKey.generate()
KEYS: Mapping[str, Any] = {"RS256": RSA_KEY, "ES256": EC_KEY, "EdDSA": ED_KEY}


def jwks() -> list[dict[str, Any]]:
    return [
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "RS256", "alg": "RS256"},
        {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ES256", "use": "sig"},
        {**OKPAlgorithm.to_jwk(ED_KEY.public_key(), as_dict=True), "kid": "EdDSA"},
    ]


@dataclass
class Issuer:
    """One issuer: what it says of itself, and what it puts into a token.

    Shape:  what a test names in `metadata` or `claims` goes before what is right; None leaves it
            out. `seen` is what it was asked.
    """

    address: str
    client_id: str = "tourbase"
    algorithm: str = "EdDSA"
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    signs_with: Any = None
    keys: list[dict[str, Any]] = field(default_factory=jwks)
    token: str | None = None
    answers: dict[str, Response] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    seen: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)

    def asks(self, url: str) -> dict[str, str]:
        """What the service asks of it through the browser."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return self.asked

    def facts(self) -> dict[str, Any]:
        said = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "id_token_signing_alg_values_supported": list(KEYS),
            **self.metadata,
        }
        return {name: value for name, value in said.items() if value is not None}

    def id_token(self) -> str:
        at = int(now().timestamp())
        said = {
            "iss": self.address,
            "aud": self.client_id,
            "sub": "subject-1",
            "iat": at,
            "exp": at + 300,
            "nonce": self.asked["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in said.items() if value is not None}
        headers = {"kid": self.algorithm, **self.headers}
        key: Any = self.signs_with or KEYS.get(self.algorithm)
        shown = {name: value for name, value in headers.items() if value is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a key is weak is what it is for
            return jwt.encode(claims, key, self.algorithm, headers=shown)


def challenged(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Issuers:
    """Any number of issuers on one port of loopback, each below a path of its own."""

    def __init__(self) -> None:
        self.address = ""
        self._issuers: dict[str, Issuer] = {}

    def new(self, **given: Any) -> Issuer:
        name = f"i{len(self._issuers)}"
        self._issuers[name] = Issuer(f"{self.address}/{name}", **given)
        return self._issuers[name]

    async def answer(self, request: Request) -> Response:
        issuer = self._issuers[request.path_params["name"]]
        page = request.path_params["page"]
        form = parse_qs((await request.body()).decode())
        issuer.seen.append((page, {name: values[0] for name, values in form.items()}))
        if page in issuer.slow:
            await asyncio.sleep(30)
        if page in issuer.answers:
            return issuer.answers[page]
        if page == ".well-known/openid-configuration":
            return JSONResponse(issuer.facts())
        if page == "jwks":
            return JSONResponse({"keys": issuer.keys})
        if page == "userinfo":
            right = request.headers.get("authorization") == "Bearer at"
            return JSONResponse(issuer.userinfo) if right else Response(status_code=401)
        return self._token(issuer, form, request)

    def _token(self, issuer: Issuer, form: dict[str, list[str]], request: Request) -> Response:
        if challenged(form["code_verifier"][0]) != issuer.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        issuer.seen[-1][1]["authorization"] = request.headers.get("authorization")  # type: ignore[index]
        said = {"id_token": issuer.token or issuer.id_token(), "access_token": "at"}
        return JSONResponse(said)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Issuers]:
    issuers = Issuers()
    routes = [Route("/{name}/{page:path}", issuers.answer, methods=["GET", "POST"])]
    config = uvicorn.Config(
        Starlette(routes=routes), host="127.0.0.1", port=0, lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    issuers.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield issuers
    finally:
        server.should_exit, server.force_exit = True, True
        await running


HUGE = b'{"issuer": "' + b"a" * 300_000 + b'"}'
