"""Where a measurement takes place: a seeded database and a Valkey on this machine, and callers."""

import hashlib
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE
from typing import Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from auth.sealing import new_key
from bench.rivals.told import Told
from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from cli.crew import say
from cli.migrate import migrate
from cli.seed import seed
from db.clusters import ensure_database
from domain.errors import OperatorError
from integrations.embedded import Postgres, start_postgres, start_valkey
from integrations.embedded.folder import kept

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".tourbase" / "bench"
SOURCES: Final = ("migrations", "cli/demo")
DATABASE: Final = "tourbase"
BRAND: Final = "wwt"
OTHER_BRAND: Final = "nwtc"
PAGE: Final = 200
NO_MAIL_SERVER: Final = "smtp://127.0.0.1:9"  # nothing here sends a mail
CALLER: Final = """
select b.tenant_id, b.id, b.time_zone, m.staff_user_id::text
from brands b
join tenants t using (tenant_id)
join memberships m on m.tenant_id = b.tenant_id and m.role = 'manager'
where t.slug = 'nw-touring' and b.code = %s
order by m.staff_user_id limit 1
"""


class CredentialMissing(OperatorError):
    """`tourbase token` failed; the message has its last words."""


UNSPENT: Final = {
    name.upper(): str(10**9) for name in Settings.model_fields if name.startswith("quota_")
}
"""Quotas are counted as ever, and nobody comes to the end of theirs: one address asks it all."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses and secrets of the servers, and credentials of the callers who ask."""

    settings: Settings
    folder: Path
    staff: str
    site: str
    other_site: str
    rival: Told
    quotas: Mapping[str, str] = field(default_factory=lambda: UNSPENT)

    @property
    def environment(self) -> dict[str, str]:
        """What `tourbase serve` is started with: production, and a page as large as is asked."""
        return child_environment(
            {
                **environment_of(self.settings),
                "TOURBASE_ENV": "production",
                "MAIL_URL": NO_MAIL_SERVER,
                "METRICS_TOKEN": self.metrics_token,
                "LIMIT_PAGE": str(PAGE),
                **self.quotas,
            }
        )

    @property
    def admin_url(self) -> str:
        return _told(self.settings.database_admin_url)

    @property
    def metrics_token(self) -> str:
        return kept(self.folder / "metrics.token", lambda: secrets.token_urlsafe(24))


@contextmanager
def stage(scale: int) -> Iterator[Stage]:
    """Servers of our own with the demo data, kept for the next time.

    Errors: OperatorError, with what to do about it.
    """
    own = Settings()
    folder = fresh(FOLDER / f"scale-{scale}", made_of())
    environment = child_environment({})
    with (
        start_postgres(
            folder / "postgres",
            port=None,
            durable=True,
            binaries=own.postgres_bin,
            environment=environment,
        ) as postgres,
        start_valkey(
            folder / "valkey", port=None, binary=own.valkey_bin, environment=environment
        ) as valkey,
    ):
        say(f"PostgreSQL {postgres.programs.version} and Valkey run; data in {folder}")
        settings = _settings(postgres, valkey.url, folder)
        prepare(settings, scale=scale)
        yield set_stage(settings, folder)


def made_of() -> str:
    """A digest of the revisions and of the demo data: others make another database."""
    files = (each for folder in SOURCES for each in sorted((ROOT / folder).rglob("*.*")))
    digest = hashlib.sha256()
    for file in files:
        if file.suffix in {".py", ".csv", ".sql"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def fresh(folder: Path, digest: str) -> Path:
    """The folder as it is if it was made of the same, and otherwise an empty one."""
    mark = folder / "made-of"
    if folder.exists() and (not mark.exists() or mark.read_text() != digest):
        say(f"{folder} was made of other revisions or other demo data: it is made anew")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(digest)
    return folder


def prepare(settings: Settings, *, scale: int) -> None:
    """Tables and demo data if they are not there, and nothing left for autovacuum to do."""
    migrate(settings, say=say)
    seed(settings, scale=scale, today=datetime.now(UTC).date(), say=say)
    with psycopg.connect(_admin(settings), autocommit=True) as owner:
        owner.execute("vacuum (analyze)")
        owner.execute("checkpoint")


def set_stage(settings: Settings, folder: Path) -> Stage:
    """Over a database that has the demo data."""
    with psycopg.connect(_admin(settings)) as owner:
        row = owner.execute(CALLER, [BRAND]).fetchone()
    if row is None:
        raise LookupError(f"the demo data lacks the brand {BRAND}")
    tenant_id, brand_id, zone, actor_id = row
    environment = child_environment(environment_of(settings))
    told = Told(
        port=0,
        database_url=_told(settings.database_read_url),
        signing_key=_told(settings.auth_signing_key),
        issuer=settings.auth_issuer,
        role=f"{settings.database_role_prefix}staff",
        tenant_id=tenant_id,
        brand_id=brand_id,
        actor_id=actor_id,
        time_zone=zone,
        pool_size=settings.database_pool_size,
        limited=False,
    )
    wanted = ((BRAND, "staff"), (BRAND, "site"), (OTHER_BRAND, "site"))
    staff, site, other = map(_told_by, [_ask(environment, *each) for each in wanted])
    return Stage(settings, folder, staff, site, other, told)


def environment_of(settings: Settings) -> Mapping[str, str]:
    return {
        "TOURBASE_ENV": settings.tourbase_env,
        "TOURBASE_FOLDER": str(settings.tourbase_folder),
        "DATABASE_URL": _told(settings.database_url),
        "DATABASE_READ_URL": _told(settings.database_read_url),
        "DATABASE_ADMIN_URL": _told(settings.database_admin_url),
        "REDIS_URL": _told(settings.redis_url),
        "AUTH_SIGNING_KEY": _told(settings.auth_signing_key),
        "EVENTS_SECRET": _told(settings.events_secret),
        "SECRETS_KEY": _told(settings.secrets_key),
    }


def _settings(postgres: Postgres, redis: str, folder: Path) -> Settings:
    ensure_database(postgres.url, DATABASE)
    write, read = (
        postgres.url_of(
            DATABASE,
            user=f"tourbase_{login}",
            password=kept(folder / f"{login}.password", lambda: secrets.token_urlsafe(24)),
        )
        for login in ("write", "read")
    )
    return Settings(
        tourbase_env="development",
        tourbase_folder=folder,
        database_url=SecretStr(write),
        database_read_url=SecretStr(read),
        database_admin_url=SecretStr(postgres.url_of(DATABASE)),
        redis_url=SecretStr(redis),
        auth_signing_key=SecretStr(kept(folder / "signing_key.pem", _new_key)),
        events_secret=SecretStr(kept(folder / "events.secret", lambda: secrets.token_hex(32))),
        secrets_key=SecretStr(kept(folder / "secrets.key", new_key)),
    )


def _ask(environment: Mapping[str, str], brand: str, kind: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli.main", "token", "--brand", brand, "--as", kind]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True)


def _told_by(asked: subprocess.Popen[str]) -> str:
    """Errors: CredentialMissing."""
    made, said = asked.communicate()
    if asked.returncode != 0:
        raise CredentialMissing(f"`tourbase token` gave none: {said.strip()[-500:]}")
    return made.strip()


def _admin(settings: Settings) -> str:
    return _told(settings.database_admin_url)


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
