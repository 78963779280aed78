"""`tourbase up`: everything on this machine with one command, and all of it ended with it."""

import secrets
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from auth.sealing import new_key
from bootstrap.environment import child_environment
from bootstrap.running import announced
from bootstrap.settings import Settings
from cli.crew import Crew, Refusal, Stop, Stopped, complain, say
from cli.ready import Address, ask_for_tokens, await_ready, credentials, ready_block
from db.clusters import ensure_database, refuse_unfit
from domain.errors import OperatorError
from integrations.embedded import start_postgres, start_valkey
from integrations.embedded.child import Process
from integrations.embedded.folder import kept
from integrations.embedded.loopback import free_port, refuse_busy

PROGRAM = (sys.executable, "-m", "cli.main")
DATABASE = "tourbase"
SERVERS = ("serve", "work")


@dataclass(frozen=True, slots=True)
class Stores:
    """Addresses of the database (three logins) and of Redis; `ours` are servers we started."""

    write: str
    read: str
    admin: str
    redis: str
    ours: dict[str, Process]


def run(settings: Settings, _given: Namespace) -> int:
    return up(settings)


class UpInProduction(OperatorError):
    """`up` loads demo data and prints credentials."""

    def __init__(self) -> None:
        super().__init__(
            "TOURBASE_ENV is production: `up` loads demo data and prints credentials. In production"
            " run `migrate`, `serve` and `work`; for a trial, unset TOURBASE_ENV."
        )


def up(settings: Settings, *, program: Sequence[str] = PROGRAM) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP (0), or until something fails or ends (1).

    Shape:  what nobody set is development here; what somebody set to production is refused.
    """
    stop = Stop()
    with stop.listening():
        try:
            if "tourbase_env" in settings.model_fields_set and not _is_development(settings):
                raise UpInProduction
            with ExitStack() as held:
                _serve(settings, program, stop, held)
        except Stopped:
            say("Stopped.")
        except OperatorError as fault:
            complain(str(fault))
            return 1
        return 0


def _is_development(settings: Settings) -> bool:
    return settings.tourbase_env == "development"


def _serve(settings: Settings, program: Sequence[str], stop: Stop, held: ExitStack) -> None:
    address = _wanted_address(settings)
    folder = _folder(settings)
    stores = _open_stores(settings, folder, stop, held)
    mail = _mail(settings, folder)
    additions = _additions(settings, folder, stores, address, mail)
    crew = Crew(
        program,
        env=child_environment(additions),
        logs=folder / "logs",
        stop=stop,
    )
    held.callback(crew.end)
    held.enter_context(announced(folder, additions))
    for command in ("migrate", "seed"):
        say(f"Running `{command}`")
        crew.run(command)
    say(f"Starting `serve` on {address.http} and `work`")
    for command in SERVERS:
        crew.start(command)
    for name, process in stores.ours.items():
        crew.join(name, process)
    asked = ask_for_tokens(crew)
    await_ready(crew, address, *SERVERS, *stores.ours)
    made = credentials(crew, asked)
    mails, shown = _shown(mail), settings.playground
    say(ready_block(address, made, logs=folder / "logs", mail=mails, playground=shown))
    while True:
        crew.watch(*SERVERS, *stores.ours)


def _wanted_address(settings: Settings) -> Address:
    if settings.port == 0:
        return Address(settings.host, free_port())
    refuse_busy(settings.host, settings.port, remedy="choose another with PORT")
    return Address(settings.host, settings.port)


def _folder(settings: Settings) -> Path:
    folder = settings.tourbase_folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(
            f"The folder {folder} cannot be made ({error.strerror}): "
            "set TOURBASE_FOLDER to another folder."
        ) from error
    return folder


def _open_stores(settings: Settings, folder: Path, stop: Stop, held: ExitStack) -> Stores:
    """PostgreSQL is entered first, so that it ends last."""
    given = _given_databases(settings)
    if given is None:
        write, read, admin, database = _own_database(settings, folder, held)
    else:
        (write, read, admin), database = given, {}
        say("Using the PostgreSQL of DATABASE_ADMIN_URL")
        refuse_unfit(admin)
    stop.check()
    redis, cache = _redis(settings, folder, held)
    stop.check()
    return Stores(write, read, admin, redis, database | cache)


def _given_databases(settings: Settings) -> tuple[str, str, str] | None:
    """Errors: Refusal if some of the three are set but not all."""
    three = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_READ_URL": settings.database_read_url,
        "DATABASE_ADMIN_URL": settings.database_admin_url,
    }
    missing = [name for name, url in three.items() if url is None]
    if len(missing) == len(three):
        return None
    if missing:
        raise Refusal(
            f"{' and '.join(missing)} must be set too: {', '.join(three)} go together, "
            "and without all three `up` starts a PostgreSQL of its own."
        )
    write, read, admin = (_told(url) for url in three.values())
    return write, read, admin


def _own_database(
    settings: Settings, folder: Path, held: ExitStack
) -> tuple[str, str, str, dict[str, Process]]:
    say(f"Starting PostgreSQL in {folder / 'postgres'}")
    server = held.enter_context(
        start_postgres(
            folder / "postgres",
            port=None,
            durable=True,
            binaries=settings.postgres_bin,
            environment=child_environment({}),
        )
    )
    say(f"PostgreSQL {server.programs.version} listens on {server.host}:{server.port}")
    ensure_database(server.url, DATABASE)
    write, read = (
        server.url_of(
            DATABASE,
            user=f"{settings.database_role_prefix}{login}",
            password=kept(folder / f"{login}.password", lambda: secrets.token_urlsafe(24)),
        )
        for login in ("write", "read")
    )
    return write, read, server.url_of(DATABASE), {"postgres": server.process}


def _redis(settings: Settings, folder: Path, held: ExitStack) -> tuple[str, dict[str, Process]]:
    if settings.redis_url is not None:
        say("Using the Redis of REDIS_URL")
        return _told(settings.redis_url), {}
    say(f"Starting Valkey in {folder / 'valkey'}")
    server = held.enter_context(
        start_valkey(
            folder / "valkey",
            port=None,
            binary=settings.valkey_bin,
            environment=child_environment({}),
        )
    )
    say(f"Valkey listens on {server.host}:{server.port}")
    return server.url, {"valkey": server.process}


def _mail(settings: Settings, folder: Path) -> str:
    """A mail server that was asked for stays; otherwise mails are files in our folder."""
    if "mail_url" in settings.model_fields_set:
        return _told(settings.mail_url)
    return f"mailbox:{folder / 'mailbox'}"


def _shown(mail: str) -> str:
    """The address of the mails without a password."""
    place = urlsplit(mail)
    return mail if place.scheme == "mailbox" else f"{place.scheme}://{place.hostname}"


def _additions(
    settings: Settings, folder: Path, stores: Stores, address: Address, mail: str
) -> dict[str, str]:
    key = settings.auth_signing_key
    secret, sealing = settings.events_secret, settings.secrets_key
    return {
        "TOURBASE_ENV": "development",
        "HOST": address.host,
        "PORT": str(address.port),
        "DATABASE_URL": stores.write,
        "DATABASE_READ_URL": stores.read,
        "DATABASE_ADMIN_URL": stores.admin,
        "REDIS_URL": stores.redis,
        "AUTH_SIGNING_KEY": _told(key) if key else kept(folder / "signing_key.pem", _new_key),
        "EVENTS_SECRET": (_told(secret) if secret else kept(folder / "events.secret", _new_secret)),
        "SECRETS_KEY": _told(sealing) if sealing else kept(folder / "secrets.key", new_key),
        "MAIL_URL": mail,
        "TOURBASE_FOLDER": str(folder),
    }


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _new_secret() -> str:
    return secrets.token_hex(32)
