"""Mail through a real server on loopback, and into a folder."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from domain.errors import ServiceUnavailable
from domain.notifications import Mail, MailRefused
from integrations.embedded.loopback import free_port
from integrations.mailer import MailboxMailer, Server, SmtpMailer, compose, mailer_for

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
MAIL = Mail(
    sender="Walla Walla Tours <bookings@example.com>",
    to="ada@guest.example",
    subject="Neue Zeit für Ihre Tour",
    text="Ihre Tour beginnt um 10:00.\n",
    key="0197a1b2-0000-7000-8000-000000000001",
)
MESSAGE_ID = "<{}@example.com>"


@dataclass
class Post:
    """What a server of the test has taken, and how it answers."""

    answer: str = "250 OK"
    taken: list[tuple[Any, bytes, bool]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        self.taken.append((envelope, envelope.content, session.ssl is not None))
        return self.answer

    def message(self) -> EmailMessage:
        ((_, content, _),) = self.taken
        return parsed(content)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1 that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def serving(
    post: Post, *, starttls: Path | None = None, implicit: Path | None = None, login: bool = False
) -> Iterator[int]:
    """A server on a free port of loopback."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> Any:
        assert isinstance(data, LoginPassword)
        post.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"pa:ss", handled=False)

    class Loopback(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                post,
                tls_context=_server_tls(starttls),
                authenticator=check if login else None,
                auth_require_tls=False,
            )

    controller = Loopback(
        post, hostname="127.0.0.1", port=free_port(), ssl_context=_server_tls(implicit)
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _server_tls(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_a_mail_arrives_as_it_was_written() -> None:
    post = Post()
    with serving(post) as port:
        await mailer_for(f"smtp://127.0.0.1:{port}").send(MAIL)

    ((envelope, _, encrypted),) = post.taken
    message = post.message()
    assert (envelope.mail_from, envelope.rcpt_tos, encrypted) == (
        "bookings@example.com",
        ["ada@guest.example"],
        False,
    )
    assert {name: message[name] for name in ("From", "To", "Subject", "Auto-Submitted")} == {
        "From": "Walla Walla Tours <bookings@example.com>",
        "To": "ada@guest.example",
        "Subject": "Neue Zeit für Ihre Tour",
        "Auto-Submitted": "auto-generated",
    }
    assert message.get_content() == "Ihre Tour beginnt um 10:00.\r\n"


async def test_a_mail_that_is_sent_again_has_the_same_message_id_and_another_has_not() -> None:
    again = compose(MAIL, now=NOW + timedelta(hours=1))
    other = Mail(MAIL.sender, MAIL.to, MAIL.subject, MAIL.text, key="another")

    assert compose(MAIL, now=NOW)["Message-ID"] == again["Message-ID"]
    assert again["Message-ID"] == MESSAGE_ID.format("ada33e11cf03c0bdbcbe73173c31ae97")
    assert compose(other, now=NOW)["Message-ID"] == MESSAGE_ID.format(
        "ae448ac86c4e8e4dec645729708ef418"
    )


async def test_a_server_that_offers_starttls_is_spoken_to_in_secret(certificate: Path) -> None:
    post = Post()
    with serving(post, starttls=certificate) as port:
        server = Server.at(f"smtp://127.0.0.1:{port}")
        await SmtpMailer(server, tls=trusting(certificate)).send(MAIL)

    assert [encrypted for _, _, encrypted in post.taken] == [True]


async def test_smtps_is_secret_from_the_first_byte_and_takes_the_password(
    certificate: Path,
) -> None:
    post = Post()
    with serving(post, implicit=certificate, login=True) as port:
        server = Server.at(f"smtps://tour%40base:pa%3Ass@127.0.0.1:{port}")
        await SmtpMailer(server, tls=trusting(certificate)).send(MAIL)

    assert post.logins == [(b"tour@base", b"pa:ss")]
    assert len(post.taken) == 1


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    post = Post()
    with (
        serving(post, implicit=certificate) as port,
        pytest.raises(ServiceUnavailable, match="not reachable"),
    ):
        await mailer_for(f"smtps://127.0.0.1:{port}").send(MAIL)

    assert post.taken == []


async def test_a_password_is_not_told_without_tls_beyond_this_machine() -> None:
    post = Post()
    with serving(post, login=True) as port:
        mailer = SmtpMailer(Server.at(f"smtp://user:secret@127.0.0.1:{port}"), trusted=())
        with pytest.raises(ServiceUnavailable, match="told no password"):
            await mailer.send(MAIL)

    assert (post.logins, post.taken) == ([], [])


async def test_a_wrong_password_is_our_fault_and_not_the_messages(certificate: Path) -> None:
    post = Post()
    with serving(post, implicit=certificate, login=True) as port:
        mailer = SmtpMailer(
            Server.at(f"smtps://user:wrong@127.0.0.1:{port}"), tls=trusting(certificate)
        )
        with pytest.raises(ServiceUnavailable, match="does not take our password"):
            await mailer.send(MAIL)

    assert post.taken == []


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ("451 later", ServiceUnavailable, "The mail server does not take it now (451)."),
        ("554 never", MailRefused, "the mail server refuses it (554)"),
    ],
)
async def test_a_servers_no_says_whether_to_try_again_and_names_nobody(
    answer: str, error: type[Exception], message: str
) -> None:
    with serving(Post(answer)) as port, pytest.raises(error) as raised:
        await mailer_for(f"smtp://127.0.0.1:{port}").send(MAIL)

    assert str(raised.value) == message


async def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(ServiceUnavailable, match="not reachable"):
        await mailer_for(f"smtp://127.0.0.1:{free_port()}").send(MAIL)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": "Hello\r\nBcc: all@example.com"}, "the subject has a control character"),
        ({"subject": "Hello\u2028there"}, "the subject has a control character"),
        ({"to": "ada@guest.example\r\nBcc: all@x.org"}, "an address has a control character"),
        ({"sender": "A\n <a@b.org>"}, "an address has a control character"),
        ({"to": "ada@guest.example, eve@x.org"}, "a message has one sender and one recipient"),
        ({"to": ""}, "a message has one sender and one recipient"),
        ({"to": "nobody"}, "an address has not the form of one"),
        ({"to": "@guest.example"}, "an address has not the form of one"),
    ],
)
async def test_a_header_that_smuggles_or_is_no_address_is_refused_and_nothing_is_written(
    change: dict[str, str], reason: str, tmp_path: Path
) -> None:
    fields = {name: getattr(MAIL, name) for name in ("sender", "to", "subject", "text", "key")}

    with pytest.raises(MailRefused) as refused:
        await MailboxMailer(tmp_path).send(Mail(**{**fields, **change}))

    assert str(refused.value) == reason
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240


async def test_a_mailbox_holds_one_readable_file_a_message_and_none_twice(tmp_path: Path) -> None:
    mailer = mailer_for(f"mailbox:{tmp_path / 'mail' / 'box'}")
    other = Mail(MAIL.sender, MAIL.to, "Another", MAIL.text, key="another")

    await asyncio.gather(mailer.send(MAIL), mailer.send(MAIL), mailer.send(other))

    files = sorted((tmp_path / "mail" / "box").iterdir())
    assert [file.name for file in files] == [
        "ada33e11cf03c0bdbcbe73173c31ae97.eml",
        "ae448ac86c4e8e4dec645729708ef418.eml",
    ]
    assert [parsed(file.read_bytes())["Subject"] for file in files] == [MAIL.subject, "Another"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must start with one of: mailbox, smtp, smtps$"):
        mailer_for("imap://example.com")
