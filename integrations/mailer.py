"""Mail: handed to a mail server over SMTP, or in development to a folder of `.eml` files."""

import asyncio
import os
import re
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.errors import ServiceUnavailable
from domain.notifications import Mail, MailRefused

SECONDS: Final = 10.0
PORTS: Final = {"smtp": 25, "smtps": 465}
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server listens, and who we are there."""

    host: str
    port: int
    implicit_tls: bool
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, url: str) -> "Server":
        parts = urlsplit(url)
        return cls(
            parts.hostname or "localhost",
            parts.port or PORTS[parts.scheme],
            parts.scheme == "smtps",
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class SmtpMailer:
    """One connection a message. STARTTLS where it is offered; no password without TLS.

    Shape:  `trusted` hosts are told it all the same: nobody listens on the way to them.
    """

    def __init__(
        self,
        server: Server,
        *,
        tls: ssl.SSLContext | None = None,
        trusted: Collection[str] = LOOPBACK,
    ) -> None:
        self._server = server
        self._tls = tls
        self._trusted = trusted

    async def send(self, mail: Mail) -> None:
        """Errors: MailRefused, ServiceUnavailable."""
        message = compose(mail, now=datetime.now(UTC))
        await self._speak(lambda client: client.send_message(message))

    async def ping(self) -> None:
        """Connect and sign in, and send nothing. Errors: ServiceUnavailable, MailRefused."""
        await self._speak(lambda client: client.noop())

    async def _speak(self, say: Callable[[aiosmtplib.SMTP], Awaitable[object]]) -> None:
        try:
            await self._connected(say)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(min(each.code for each in error.recipients)) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise ServiceUnavailable("The mail server does not take our password.") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise ServiceUnavailable("The mail server is not reachable now.") from error

    async def _connected(self, say: Callable[[aiosmtplib.SMTP], Awaitable[object]]) -> None:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            tls_context=self._tls,
            timeout=SECONDS,
        )
        async with asyncio.timeout(3 * SECONDS), client:
            if server.user:
                self._insist_on_tls(client)
                await client.login(server.user, server.password)
            await say(client)

    def _insist_on_tls(self, client: aiosmtplib.SMTP) -> None:
        encrypted = client.transport and client.transport.get_extra_info("sslcontext")
        if not encrypted and self._server.host not in self._trusted:
            raise ServiceUnavailable("The mail server offers no TLS: it is told no password.")


class MailboxMailer:
    """A file a message, whole or not at all. The same message again replaces itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        """Errors: MailRefused."""
        message = compose(mail, now=datetime.now(UTC))
        await asyncio.to_thread(self._write, f"{_digest(mail.key)}.eml", message.as_bytes())

    async def ping(self) -> None:
        """Errors: ServiceUnavailable if nothing can be written there."""
        try:
            await asyncio.to_thread(self._try)
        except OSError as error:
            raise ServiceUnavailable("The mailbox cannot be written.") from error

    def _try(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=self._folder).close()

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, half = tempfile.mkstemp(prefix=".", suffix=".half", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(half).replace(self._folder / name)
        except BaseException:
            Path(half).unlink(missing_ok=True)
            raise


MAILERS: Final[dict[str, Callable[[str], SmtpMailer | MailboxMailer]]] = {
    "smtp": lambda url: SmtpMailer(Server.at(url)),
    "smtps": lambda url: SmtpMailer(Server.at(url)),
    "mailbox": lambda url: MailboxMailer(Path(url.removeprefix("mailbox:"))),
}


def mailer_for(url: str) -> SmtpMailer | MailboxMailer:
    """`smtp://user:password@host:587`, `smtps://host`, or `mailbox:FOLDER`.

    Errors: ValueError for another scheme.
    """
    make = MAILERS.get(urlsplit(url).scheme)
    if make is None:
        raise ValueError(f"a mail URL must start with one of: {', '.join(sorted(MAILERS))}")
    return make(url)


def compose(mail: Mail, *, now: datetime) -> EmailMessage:
    """The message as it travels. Its Message-ID follows from `key` and the sender's domain alone.

    Errors: MailRefused for a control character in a header, or not exactly one address a side.
    """
    sender, recipient = _address(mail.sender), _address(mail.to)
    if CONTROL.search(mail.subject):
        raise MailRefused("the subject has a control character")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{_digest(mail.key)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _address(text: str) -> Address:
    if CONTROL.search(text):
        raise MailRefused("an address has a control character")
    found = getaddresses([text])
    if len(found) != 1 or not found[0][1]:
        raise MailRefused("a message has one sender and one recipient")
    try:
        address = Address(display_name=found[0][0], addr_spec=found[0][1])
    except (ValueError, IndexError, MessageError):
        raise MailRefused("an address has not the form of one") from None
    if not address.username or not address.domain:
        raise MailRefused("an address has not the form of one")
    return address


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:32]


def _refusal(code: int) -> Exception:
    """What a server's answer means to whoever wants to try again."""
    if code >= PERMANENT:
        return MailRefused(f"the mail server refuses it ({code})")
    return ServiceUnavailable(f"The mail server does not take it now ({code}).")
