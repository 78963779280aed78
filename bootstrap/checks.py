"""What this service depends on, looked at one by one: what is wrong, and how to mend it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from bootstrap.settings import Settings
from bootstrap.wiring import vault_of
from db import installation, sealed_secrets
from db.database import Database, Transaction
from domain.errors import DomainError, OperatorError
from domain.identity import NOBODY
from integrations.stripe_account import StripeAccount
from services.ports import EventStream, Mailer, Quotas

SECONDS: Final = 5.0
SILENT: Final = timedelta(seconds=60)
LEAST_FREE_BYTES: Final = 200_000_000
Status = Literal["ok", "down", "off"]


class Wrong(Exception):
    """What a check found: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Finding:
    """How one dependency is; `off` if this installation does without."""

    name: str
    status: Status
    detail: str = ""
    mend: str = ""


Check = Callable[[], Awaitable[str | None]]


class Checks:
    """Every dependency of a process by its name. Each is asked for a few seconds at most."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        events: EventStream,
        mailer: Mailer,
        now: Callable[[], datetime],
        *,
        quotas: Quotas | None = None,
        least_free_bytes: int = LEAST_FREE_BYTES,
        seconds: float = SECONDS,
    ) -> None:
        self._settings = settings
        self._database = database
        self._events = events
        self._mailer = mailer
        self._now = now
        self._quotas = quotas
        self._least_free_bytes = least_free_bytes
        self._seconds = seconds

    @property
    def of_database(self) -> Mapping[str, Check]:
        return {"database": self._reads, "writes": self._writes, "migrations": self._is_migrated}

    @property
    def of_all(self) -> Mapping[str, Check]:
        return {
            **self.of_database,
            "redis": self._redis,
            "limits": self._limits,
            "worker": self._worker,
            "secrets": self._secrets,
            "mail": self._mail,
            "stripe": self._stripe,
            "disk": self._disk,
        }

    async def look(self, checks: Mapping[str, Check]) -> list[Finding]:
        """One finding a check, in their order."""
        return list(await asyncio.gather(*(self._look(name, ask) for name, ask in checks.items())))

    async def logins(self) -> Finding:
        """Whether row-level security binds the two logins; for a terminal, not for a probe."""
        return await self._look("logins", self._logins)

    async def _look(self, name: str, ask: Check) -> Finding:
        try:
            async with asyncio.timeout(self._seconds):
                detail = await ask()
        except Wrong as wrong:
            return Finding(name, "down", wrong.what, wrong.mend)
        except DomainError as error:
            return Finding(name, "down", error.message, MENDING.get(name, ""))
        except TimeoutError:
            return Finding(name, "down", f"no answer in {self._seconds:g} s", MENDING.get(name, ""))
        except Exception as error:  # noqa: BLE001 - what fails in a way of its own is down as well
            return Finding(name, "down", f"fails: {type(error).__name__}", MENDING.get(name, ""))
        return Finding(name, "off") if detail is None else Finding(name, "ok", detail)

    async def _logins(self) -> str:
        try:
            await self._database.verify()
        except OperatorError as error:
            raise Wrong(str(error), "run `tourbase migrate`, and use the logins it makes") from None
        return "two logins that own nothing and inherit nothing"

    async def _reads(self) -> str:
        async with self._database.session(NOBODY).read() as tx:
            row = await tx.row("select current_setting('server_version')")
        return f"PostgreSQL {row[0] if row else ''}".strip()

    async def _writes(self) -> str:
        await self._database.session(NOBODY).write(lambda tx: tx.rows("select 1"))
        return "takes transactions"

    async def _is_migrated(self) -> str:
        """A newer revision than ours is well: its program is on the way."""
        newest, prefix = newest_revision(), self._database.doors.role_prefix

        async def look(tx: Transaction) -> str | None:
            if not await installation.has_role(tx, f"{prefix}staff"):
                raise Wrong(
                    f"no roles begin with {prefix}",
                    "run `tourbase migrate`, or correct DATABASE_ROLE_PREFIX",
                )
            return await installation.revision(tx)

        found = await self._database.session(NOBODY).write(look)
        if found is None or found < newest:
            raise Wrong(f"is at revision {found or 'none'}, not {newest}", "run `tourbase migrate`")
        return f"at {found}"

    async def _redis(self) -> str | None:
        if self._settings.redis_url is None:
            return None
        if not await self._events.ping():
            raise Wrong("does not answer", "start Redis or Valkey, or correct REDIS_URL")
        return "answers"

    async def _limits(self) -> str | None:
        if self._settings.redis_url is None or self._quotas is None:
            return None
        if not await self._quotas.ping():
            raise Wrong(
                "each process counts for itself: callers get their quotas once in each",
                "start Redis or Valkey, or correct REDIS_URL",
            )
        return "counted for all processes together"

    async def _worker(self) -> str:
        seen = await self._database.session(NOBODY).write(installation.worker_seen)
        if seen is None or self._now() - seen > SILENT:
            ago = "never" if seen is None else f"last at {seen.isoformat(timespec='seconds')}"
            raise Wrong(f"no worker is at work ({ago})", "start `tourbase work`")
        return "at work"

    async def _secrets(self) -> str:
        ring = vault_of(self._settings).ring
        stored = await self._database.session(NOBODY).write(sealed_secrets.keys)
        missing = sum(count for key, count in stored.items() if key not in ring)
        if missing:
            raise Wrong(
                f"{missing} of {sum(stored.values())} were sealed by a key that is not here",
                "name that key in SECRETS_KEYS_BEFORE, and run `tourbase secrets rotate`",
            )
        before = sum(count for key, count in stored.items() if key != ring.newest)
        waits = f", {before} of them under an older key" if before else ""
        return f"{sum(stored.values())} sealed{waits}"

    async def _mail(self) -> str:
        await self._mailer.ping()
        return "answers"

    async def _stripe(self) -> str | None:
        key = self._settings.stripe_secret_key
        if key is None:
            return None
        await StripeAccount(key.get_secret_value(), self._settings.stripe_api_url).ping()
        return "takes the key"

    async def _disk(self) -> str:
        folder = _existing(self._settings.tourbase_folder)
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        if free < self._least_free_bytes:
            raise Wrong(f"{free // 1_000_000} MB are free", "make room where the service runs")
        return f"{free // 1_000_000_000} GB are free"


MENDING: Final[Mapping[str, str]] = {
    "logins": "start PostgreSQL, or correct DATABASE_URL and DATABASE_READ_URL",
    "database": "start PostgreSQL, or correct DATABASE_READ_URL",
    "writes": "start the primary, or correct DATABASE_URL",
    "migrations": "start the primary, or run `tourbase migrate`",
    "worker": "start the primary, or correct DATABASE_URL",
    "secrets": "start the primary, or correct DATABASE_URL",
    "mail": "start the mail server, or correct MAIL_URL",
    "stripe": "correct STRIPE_SECRET_KEY",
}


def newest_revision() -> str:
    """The number of the newest revision; a file of it begins with its number."""
    names = (each.name for each in files("migrations.versions").iterdir())
    return max(name[:4] for name in names if name[:4].isdecimal())


def _existing(folder: Path) -> Path:
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
