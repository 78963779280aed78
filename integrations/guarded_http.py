"""Asking servers that a tenant names: nothing inside the network, nothing large, nothing slow."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx

from domain.sign_on import SignOnRefused, Why

SECONDS: Final = 5.0
CONNECT_SECONDS: Final = 2.0
MOST_BYTES: Final = 256 * 1024
MOST_ADDRESSES: Final = 4
PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80}
# Addresses of version 6 that a gateway turns into one of version 4, which stands at their end.
TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was looked at, and the name that it must prove to have."""

    url: httpx.URL
    host: str
    authority: str


class GuardedHttp:
    """Asks by the address that was looked at: a name cannot point elsewhere a moment later.

    Shape:  outside development over TLS alone, and to addresses of the public internet alone.
            No redirect is followed, no proxy is asked, no connection is kept: one that was opened
            for a name is not used for another of the same address.
    """

    def __init__(
        self,
        *,
        development: bool,
        resolve: Resolve | None = None,
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        seconds: float = SECONDS,
    ) -> None:
        self._development = development
        self._resolve = resolve or _resolved
        self._trust = trust
        self._seconds = seconds
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Errors: SignOnRefused."""
        return await self._ask("GET", url, headers or {}, None)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Errors: SignOnRefused."""
        return await self._ask("POST", url, headers, form)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._first(method, await self._targets(url), headers, form)
        except (TimeoutError, httpx.TimeoutException):
            raise SignOnRefused(Why.ISSUER_SLOW) from None
        except (httpx.HTTPError, OSError):
            raise SignOnRefused(Why.ISSUER_AWAY) from None

    async def _first(
        self,
        method: str,
        targets: Sequence[Target],
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
    ) -> Answer:
        """Of several addresses the first that can be reached."""
        for target in targets[:-1]:
            try:
                return await self._at(method, target, headers, form)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._at(method, targets[-1], headers, form)

    async def _at(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
    ) -> Answer:
        plain = {
            **headers,
            "host": target.authority,
            "accept": "application/json",
            "accept-encoding": "identity",
        }
        client, named = self._client(), {"sni_hostname": target.host}
        request = client.build_request(
            method, target.url, headers=plain, data=form, extensions=named
        )
        answer = await client.send(request, stream=True)
        try:
            return Answer(answer.status_code, await _body(answer))
        finally:
            await answer.aclose()

    async def _targets(self, url: str) -> Sequence[Target]:
        """Errors: SignOnRefused."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise SignOnRefused(Why.ISSUER_ADDRESS) from None
        safe = parts.scheme == "https" or (self._development and parts.scheme == "http")
        if not safe or not host or parts.username is not None or not url.isascii():
            raise SignOnRefused(Why.ISSUER_ADDRESS)
        found = await self._resolve(host, port)
        if not found or not all(self._may(each) for each in found):
            raise SignOnRefused(Why.ISSUER_ADDRESS)
        asked = httpx.URL(url)
        return [
            Target(asked.copy_with(host=each, port=port), host, parts.netloc)
            for each in found[:MOST_ADDRESSES]
        ]

    def _may(self, address: str) -> bool:
        return self._development or is_public(ip_address(address.partition("%")[0]))

    def _client(self) -> httpx.AsyncClient:
        """Made when it is needed: reading certificates takes time, and most processes ask none."""
        if "it" not in self._clients:
            self._clients["it"] = httpx.AsyncClient(
                verify=self._trust(),
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._seconds, connect=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=20, max_keepalive_connections=0),
            )
        return self._clients["it"]


def is_public(address: Address) -> bool:
    """Whether it is of the internet, also behind whatever version 4 hides in a version 6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and any(address in network for network in TRANSLATED):
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


async def _resolved(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def _body(answer: httpx.Response) -> bytes:
    """Errors: SignOnRefused for one that is too large, or packed although we asked it not to be."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise SignOnRefused(Why.ISSUER_ANSWER)
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise SignOnRefused(Why.ISSUER_HUGE)
    return bytes(body)
