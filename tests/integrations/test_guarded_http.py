"""Servers that a tenant names are asked on the public internet alone, by the address looked at."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bootstrap.wiring import now
from domain.sign_on import SignOnRefused, Why
from integrations.guarded_http import MOST_BYTES, GuardedHttp, Resolve, is_public

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", str(IPv4Address(0)), "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1"),
    *("2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
]
OUTSIDE = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]


def resolving(*addresses: str) -> Resolve:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolve


async def why(http: GuardedHttp, url: str) -> Why:
    with pytest.raises(SignOnRefused) as raised:
        await http.get(url)
    await http.close()
    return raised.value.why


@pytest.mark.parametrize("address", INSIDE)
async def test_no_address_of_the_inside_is_asked(address: str) -> None:
    assert not is_public(ip_address(address))
    http = GuardedHttp(development=False, resolve=resolving("1.1.1.1", address))
    assert await why(http, "https://id.example/") is Why.ISSUER_ADDRESS


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *("http://id.example/", "ftp://id.example/", "file:///etc/passwd", "https:///x"),
        *("https://u:p@id.example/", "https://id.example:99999/", "//id.example/", "id.example"),
    ],
)
async def test_outside_development_only_tls_is_spoken_and_to_nobody_else(url: str) -> None:
    http = GuardedHttp(development=False, resolve=resolving("1.1.1.1"))
    assert await why(http, url) is Why.ISSUER_ADDRESS


async def test_a_name_without_an_address_is_away() -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    http = GuardedHttp(development=True, resolve=resolve)
    assert await why(http, "http://nowhere.example/") is Why.ISSUER_AWAY


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of `id.example` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "id.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("id.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
async def port(certified: tuple[Path, Path]) -> AsyncIterator[int]:
    """A server of `id.example` on loopback, which answers what its path says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certified)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path, hosts = head.split()[1], head.lower().split("host: ")[1].split()[0]
        body = hosts.encode() if path == "/host" else b"x" * int(path.strip("/") or 0)
        if path != "/slow":
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body)
            await writer.drain()
        else:
            await reader.read()
        writer.close()

    async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (ConnectionError, ssl.SSLError, ValueError):
            writer.close()

    server = await asyncio.start_server(told, "127.0.0.1", 0, ssl=context)
    yield int(server.sockets[0].getsockname()[1])
    server.close()


def trusting(certified: tuple[Path, Path], seconds: float = 5) -> GuardedHttp:
    """As in development, so that loopback may be asked; TLS is as it is in production."""
    return GuardedHttp(
        development=True,
        resolve=resolving("127.0.0.1"),
        trust=lambda: ssl.create_default_context(cafile=str(certified[0])),
        seconds=seconds,
    )


async def test_a_server_is_asked_by_address_and_must_prove_its_name(
    certified: tuple[Path, Path], port: int
) -> None:
    http = trusting(certified)
    answer = await http.get(f"https://id.example:{port}/host")
    assert (answer.status, answer.body) == (200, f"id.example:{port}".encode())
    assert await why(http, f"https://another.example:{port}/host") is Why.ISSUER_AWAY


async def test_an_answer_is_read_as_far_as_the_limit(
    certified: tuple[Path, Path], port: int
) -> None:
    http = trusting(certified)
    whole = await http.get(f"https://id.example:{port}/{MOST_BYTES}")
    assert len(whole.body) == MOST_BYTES
    assert await why(http, f"https://id.example:{port}/{MOST_BYTES + 1}") is Why.ISSUER_HUGE


async def test_a_server_that_answers_late_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    at = server.sockets[0].getsockname()[1]
    http = GuardedHttp(development=True, resolve=resolving("127.0.0.1"), seconds=0.2)
    assert await why(http, f"http://id.example:{at}/") is Why.ISSUER_SLOW
    server.close()
