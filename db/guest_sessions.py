"""Signing in by mail: who an address, an attempt or a session is of, and what each leaves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.callers import Caller
from db.database import Transaction
from db.relations import ColumnKind, Relation, equals, is_set
from domain.guest_sign_in import NewSession
from domain.identity import Kind

SQL = statements.load(__package__, "guest_sessions.sql")


def _sessions(who: str) -> Relation:
    return Relation(
        f"{who}_sessions",
        columns={
            "id": ColumnKind.UUID,
            f"{who}_id": ColumnKind.UUID,
            "user_agent": ColumnKind.TEXT,
            "address": ColumnKind.TEXT,
            "created_at": ColumnKind.INSTANT,
            "refreshed_at": ColumnKind.INSTANT,
            "expires_at": ColumnKind.INSTANT,
            "revoked_at": ColumnKind.INSTANT,
        },
        orders={"CREATED_AT_ASC": ("created_at", "id"), "CREATED_AT_DESC": ("-created_at", "-id")},
        filters={f"{who}_id": equals(f"{who}_id"), "revoked": is_set("revoked_at")},
    )


CUSTOMER_SESSIONS = _sessions("customer")
DRIVER_SESSIONS = _sessions("driver")
READ_MODELS = (CUSTOMER_SESSIONS, DRIVER_SESSIONS)


@dataclass(frozen=True, slots=True)
class MailedAttempt:
    """What a mail that signs somebody in says, to whom, and on which website it is used."""

    email: str
    name: str
    website: str | None
    expires_at: datetime


async def by_email(
    tx: Transaction, kind: Kind, *, tenant: str, brand: str | None, email: str
) -> Caller | None:
    """The brand's customer of that address, or the operator's driver; of two drivers, none."""
    row = await tx.row(SQL[f"{kind}_by_email"], {"tenant": tenant, "brand": brand, "email": email})
    return Caller.of(row) if row else None


async def by_code(tx: Transaction, kind: Kind, code: UUID, *, now: datetime) -> Caller | None:
    """Who may sign in by an attempt."""
    row = await tx.row(SQL["guest_by_code"], {"kind": kind, "presented": code, "now": now})
    return Caller.of(row) if row else None


async def by_try(tx: Transaction, kind: Kind, code: UUID, *, now: datetime) -> Caller | None:
    """The same for somebody who says digits: a try less is left, also if they are right."""
    row = await tx.row(SQL["guest_by_try"], {"kind": kind, "presented": code, "now": now})
    return Caller.of(row) if row else None


async def by_session(
    tx: Transaction, kind: Kind, session: UUID, *, now: datetime
) -> tuple[Caller, int] | None:
    """Whose open session it is, and its turn."""
    row = await tx.row(SQL["guest_by_session"], {"kind": kind, "presented": session, "now": now})
    return (Caller.of(row[:-1]), row[-1]) if row else None


async def insert_code(
    tx: Transaction, kind: Kind, id: UUID, subject: UUID, *, now: datetime, expires_at: datetime
) -> None:
    given = {"id": id, "subject": subject, "now": now, "expires_at": expires_at}
    await tx.run(SQL[f"insert_code_of_{kind}"], given)


async def use_code(tx: Transaction, kind: Kind, id: UUID, *, now: datetime) -> bool:
    """Whether the attempt could be used: of two at once, one."""
    return await tx.row(SQL[f"use_code_of_{kind}"], {"id": id, "now": now}) is not None


async def code_to_mail(
    tx: Transaction, kind: Kind, id: UUID, *, now: datetime
) -> MailedAttempt | None:
    """None for an attempt that was used, is over, or is of somebody who has gone."""
    row = await tx.row(SQL[f"code_of_{kind}_to_mail"], {"id": id, "now": now})
    return MailedAttempt(*row) if row else None


async def begin(tx: Transaction, new: NewSession, *, now: datetime) -> None:
    await tx.run(
        SQL[f"insert_session_of_{new.kind}"],
        {
            "id": new.id,
            "subject": new.subject,
            "brand": new.brand_code,
            "user_agent": new.user_agent,
            "address": new.address,
            "expires_at": new.expires_at,
            "now": now,
        },
    )


async def take_turn(
    tx: Transaction, kind: Kind, session: UUID, turn: int, *, now: datetime
) -> int | None:
    """The session's next turn; None if this one was taken already."""
    given = {"id": session, "turn": turn, "now": now}
    row = await tx.row(SQL[f"take_turn_of_{kind}"], given)
    return int(row[0]) if row else None


async def revoke(tx: Transaction, kind: Kind, session: UUID, *, now: datetime) -> int | None:
    """The turn that the session ended at; None if it was over already."""
    row = await tx.row(SQL[f"revoke_session_of_{kind}"], {"id": session, "now": now})
    return int(row[0]) if row else None


async def exists(tx: Transaction, kind: Kind, session: UUID) -> bool:
    """Whether it is one that the caller may end, over or not."""
    return await tx.row(SQL[f"session_of_{kind}"], {"id": session}) is not None
