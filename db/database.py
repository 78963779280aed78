"""The one door to the database: a session of a principal gives transactions, and nothing else does.

Entering is one statement that sets the working role, tenant, brand, actor, object and time limit,
all local to the transaction: nothing survives on a pooled connection, and a transaction pooler
works. Pool size, time-outs and retries live here and nowhere else.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, LiteralString, Protocol, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from db.constraints import refusal
from db.logins import vet
from db.watching import Ended, Observer, Watch, watching
from domain.errors import ConflictingChange, DeadlineExceeded, ServiceUnavailable
from domain.identity import Kind, Principal

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Params = Mapping[str, Any]
Tell = Callable[[Sequence[str]], Awaitable[None]]

ENTER: Final = (
    "select set_config('role', %(role)s, true), set_config('app.tenant_id', %(tenant)s, true),"
    " set_config('app.brand_id', %(brand)s, true), set_config('app.actor_id', %(actor)s, true),"
    " set_config('app.object_id', %(object)s, true),"
    " set_config('statement_timeout', %(timeout)s, true)"
)
LEFT_BEHIND: Final = (
    "select current_user = session_user"
    " and coalesce(current_setting('app.tenant_id', true), '') = ''"
    " and coalesce(current_setting('app.brand_id', true), '') = ''"
    " and coalesce(current_setting('app.actor_id', true), '') = ''"
    " and coalesce(current_setting('app.object_id', true), '') = ''"
)
# One round trip. It is `commit` for readers too: psycopg forgets what it prepared at a `rollback`.
ENDING: Final = f"commit; {LEFT_BEHIND}"
# What the triggers of `migrations.told` have said; told once the transaction is there for others.
DROPPED: Final = "select current_setting('app.dropped', true)"
WRITTEN: Final = f"{DROPPED}; {ENDING}"
ATTEMPTS: Final = 3
LOG: Final = logging.getLogger(__name__)
_MADE_BY_A_SESSION: Final = object()


@dataclass(frozen=True, slots=True)
class Doors:
    """How to reach the database: the two logins, and the bounds of their pools.

    Units:  sizes in connections, times in seconds.
    """

    write_url: str
    read_url: str
    role_prefix: str = "tourbase_"
    pool_size: int = 20
    idle_seconds: float = 30
    acquire_seconds: float = 2
    statement_seconds: float = 10
    prepare_threshold: int | None = 5


class WorkSwallowedAnError(Exception):
    """Work went on after a statement had failed: nothing of it is stored. Our own fault."""


class ResourcesChanged(Exception):
    """What was to be locked is not what was locked: `Session.write` runs the work again."""


class TransactionEnded(Exception):
    """A statement came after its transaction: the connection may be another caller's by now."""


class Transaction:
    """One transaction, entered as one principal. Every function of this floor takes one first."""

    __slots__ = ("_connection", "_ended", "_watch", "dropped", "principal")

    def __init__(
        self,
        connection: Connection,
        principal: Principal,
        watch: Callable[[str], Ended],
        *,
        proof: object,
    ) -> None:
        if proof is not _MADE_BY_A_SESSION:
            raise TypeError("A Transaction is made by Session.read() or Session.write() only.")
        self._connection = connection
        self._ended = False
        self._watch = watch
        self.dropped: Sequence[str] = ()
        self.principal = principal

    def end(self) -> None:
        """Refuse every further statement: what outlives an operation must not read as the next."""
        self._ended = True

    async def rows(
        self, statement: LiteralString, params: Params | None = None
    ) -> list[tuple[Any, ...]]:
        return await (await self._execute(statement, params)).fetchall()

    async def row(
        self, statement: LiteralString, params: Params | None = None
    ) -> tuple[Any, ...] | None:
        return await (await self._execute(statement, params)).fetchone()

    async def run(self, statement: LiteralString, params: Params | None = None) -> int:
        """Execute, and tell how many rows were changed."""
        return (await self._execute(statement, params)).rowcount

    async def _execute(
        self, statement: LiteralString, params: Params | None
    ) -> psycopg.AsyncCursor[tuple[Any, ...]]:
        if self._ended:
            raise TransactionEnded
        ended = self._watch(statement)
        with translated(self._connection):
            try:
                cursor = await self._connection.execute(statement, params)
            except BaseException as error:
                ended(error)
                raise
        ended(None)
        return cursor


@contextmanager
def translated(connection: Connection) -> Iterator[None]:
    """Turn what the database says into what a caller can use; what is our own fault stays as it is.

    Errors: DeadlineExceeded past the time limit, ServiceUnavailable if the connection is gone or
            an earlier statement failed, and the refusals that `db.constraints` knows.
    """
    try:
        yield
    except errors.QueryCanceled as error:
        raise DeadlineExceeded from error
    except errors.InFailedSqlTransaction as error:
        raise ServiceUnavailable("An earlier part of this operation failed. Try again.") from error
    except errors.IntegrityError as error:
        raise refusal(error) or error from error
    except psycopg.OperationalError as error:
        if connection.broken:
            raise ServiceUnavailable("The database went away. Try again.") from error
        raise


class Entering(Protocol):
    """How a session enters a transaction: known to the database that made the session."""

    def __call__(
        self, principal: Principal, *, read_only: bool
    ) -> AbstractAsyncContextManager[Transaction]: ...


class Session:
    """A principal at the door. The only maker of transactions."""

    __slots__ = ("_database", "_entering", "principal")

    def __init__(self, database: "Database", principal: Principal, entering: Entering) -> None:
        self._database = database
        self._entering = entering
        self.principal = principal

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """One read-only snapshot, at repeatable read, from the read login."""
        async with self._entering(self.principal, read_only=True) as transaction:
            yield transaction

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction, and again if another transaction got in its way.

        Shape:  `work` touches only its transaction and its arguments, for it may run three times.
        Errors: ConflictingChange after the third failure; the refusals of `db.constraints`;
                WorkSwallowedAnError if it returns although a statement of it failed.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(random.uniform(0.005, 0.02) * 4 ** (attempt - 1))  # noqa: S311
            try:
                async with self._entering(self.principal, read_only=False) as transaction:
                    done = await work(transaction)
            except (errors.SerializationFailure, errors.DeadlockDetected, ResourcesChanged):
                self._database.retries += 1
            else:
                await self._database.tell(transaction.dropped)
                return done
        raise ConflictingChange


class Database:
    """Two pools behind the door: one of the write login, one of the read login."""

    def __init__(
        self,
        doors: Doors,
        *,
        observe: Observer | None = None,
        watch: Watch | None = None,
        tell: Tell | None = None,
    ) -> None:
        self.doors = doors
        self._tell = tell
        self.violations = 0
        self.retries = 0
        self._watch_write = watching(observe, watch, read_only=False)
        self._watch_read = watching(observe, watch, read_only=True)
        self._write = self._pool(doors.write_url, "write")
        self._read = self._pool(doors.read_url, "read")

    async def open(self) -> None:
        """Start the pools without waiting: a database that is away is answered with 503."""
        await self._write.open()
        await self._read.open()

    async def close(self) -> None:
        await self._write.close()
        await self._read.close()

    async def verify(self) -> None:
        """Connect once with each login.

        Errors: UnsafeLogin for an owner, a superuser or a server older than the fix of a leak;
                ServiceUnavailable if there is no server.
        """
        for url, name in ((self.doors.write_url, "write"), (self.doors.read_url, "read")):
            try:
                connection = await psycopg.AsyncConnection.connect(url, connect_timeout=2)
            except psycopg.OperationalError as error:
                raise ServiceUnavailable(f"The {name} login cannot connect: {error}") from error
            async with connection:
                await vet(connection, read_only=name == "read")

    async def tell(self, dropped: Sequence[str]) -> None:
        """What a transaction has taken back, now that it is there for others.

        Shape:  whoever cannot be told now is told by the relay.
        """
        if dropped and self._tell is not None:
            await self._tell(dropped)

    def session(self, principal: Principal) -> Session:
        return Session(self, principal, self._entered)

    def pool_stats(self) -> Mapping[str, Mapping[str, int]]:
        return {"write": self._write.get_stats(), "read": self._read.get_stats()}

    @asynccontextmanager
    async def _entered(
        self, principal: Principal, *, read_only: bool
    ) -> AsyncIterator[Transaction]:
        """Acquire, enter, yield, commit what was written. Given to Session alone.

        Errors: ServiceUnavailable if no connection can be had or the server only reads,
                DeadlineExceeded past the time limit, and the refusals that `db.constraints` knows.
        """
        pool = self._read if read_only else self._write
        connection = await self._acquire(pool, principal)
        watch = self._watch_read if read_only else self._watch_write
        transaction = Transaction(connection, principal, watch, proof=_MADE_BY_A_SESSION)
        clean = False
        try:
            yield transaction
            transaction.end()
            clean = await self._end(connection, transaction, read_only=read_only)
        except errors.ReadOnlySqlTransaction as error:
            if read_only:
                raise
            await connection.close()  # The server stands by for another; a new connection finds it.
            raise ServiceUnavailable("The database only reads now. Try again.") from error
        finally:
            transaction.end()
            await self._leave(pool, connection, clean=clean)

    async def _end(
        self, connection: Connection, transaction: Transaction, *, read_only: bool
    ) -> bool:
        """Commit, and tell whether nothing is left behind; a reader has nothing to lose."""
        status = connection.info.transaction_status
        if read_only:
            with suppress(psycopg.OperationalError):
                return status is TransactionStatus.INTRANS and await self._inspect(
                    connection, ENDING
                )
            return False
        if status is TransactionStatus.INERROR:
            raise WorkSwallowedAnError
        with translated(connection):
            cursor = await connection.execute(WRITTEN, prepare=False)
            said = await cursor.fetchone()
            transaction.dropped = (said[0] or "").split() if said else ()
            return await self._clean(connection, cursor)

    async def _leave(
        self, pool: AsyncConnectionPool[Connection], connection: Connection, *, clean: bool = False
    ) -> None:
        """Undo what was not committed, inspect what was not, and give the connection back."""
        try:
            if not clean and not connection.closed:
                with suppress(psycopg.Error):
                    await connection.rollback()
                    await connection.set_autocommit(True)
                    clean = await self._inspect(connection, LEFT_BEHIND)
                    await connection.set_autocommit(False)
        finally:
            if not clean:
                await connection.close()
            await pool.putconn(connection)

    async def _inspect(self, connection: Connection, statement: LiteralString) -> bool:
        """Whether nothing of its last user is left; else the connection is counted and closed."""
        return await self._clean(connection, await connection.execute(statement, prepare=False))

    async def _clean(
        self, connection: Connection, cursor: psycopg.AsyncCursor[tuple[Any, ...]]
    ) -> bool:
        while cursor.nextset():
            pass
        clean = await cursor.fetchone() == (True,)
        if not clean:
            self.violations += 1
            LOG.error("A role or a setting was left on a connection; it is closed.")
            await connection.close()
        return clean

    async def _acquire(
        self, pool: AsyncConnectionPool[Connection], principal: Principal
    ) -> Connection:
        """A connection whose transaction has been entered; stale ones are weeded out once."""
        for attempt in range(2):
            try:
                connection = await pool.getconn()
            except (PoolTimeout, PoolClosed, TooManyRequests) as error:
                raise ServiceUnavailable("The database is not reachable now. Try again.") from error
            try:
                await self._enter(connection, principal)
            except psycopg.OperationalError as error:
                broken = connection.broken
                await self._leave(pool, connection)
                if attempt or not broken:
                    raise ServiceUnavailable(
                        "The database is not reachable now. Try again."
                    ) from error
                await pool.check()
            except BaseException:
                await self._leave(pool, connection)
                raise
            else:
                return connection
        raise AssertionError

    async def _enter(self, connection: Connection, principal: Principal) -> None:
        brand = principal.brand
        await connection.execute(
            ENTER,
            {
                "role": "none"
                if principal.kind is Kind.NOBODY
                else f"{self.doors.role_prefix}{principal.kind.value}",
                "tenant": str(brand.tenant_id) if brand else "",
                "brand": str(brand.id) if brand else "",
                "actor": str(principal.actor_id or ""),
                "object": str(principal.object_id or ""),
                "timeout": str(round(self.doors.statement_seconds * 1000)),
            },
        )

    def _pool(self, url: str, name: str) -> AsyncConnectionPool[Connection]:
        return AsyncConnectionPool(
            url,
            name=name,
            min_size=0,
            max_size=self.doors.pool_size,
            max_idle=self.doors.idle_seconds,
            timeout=self.doors.acquire_seconds,
            max_waiting=self.doors.pool_size * 50,
            reconnect_timeout=self.doors.acquire_seconds,
            open=False,
            kwargs={"prepare_threshold": self.doors.prepare_threshold, "connect_timeout": 2},
            configure=partial(vet, read_only=name == "read"),
        )
