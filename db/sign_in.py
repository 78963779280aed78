"""Signing in: who an address, a session or a code is of, and what each leaves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import events, statements
from db.callers import Caller
from db.database import Transaction
from domain.proofs import PASSWORD
from domain.session_events import Began, signed_in

SQL = statements.load(__package__, "sign_in.sql")


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that begins: whose, from where, until when."""

    id: UUID
    staff_id: UUID
    brand_code: str
    user_agent: str | None
    address: str
    expires_at: datetime
    methods: tuple[str, ...] = PASSWORD
    provider_id: UUID | None = None
    proved_at: datetime | None = None

    def told(self) -> Began:
        return Began(self.id, self.staff_id, self.address, self.expires_at, self.methods)


@dataclass(frozen=True, slots=True)
class Password:
    """A member's hash and when it was set; both None of somebody who has none yet."""

    hash: str | None
    changed_at: datetime | None


async def by_email(
    tx: Transaction, tenant: str, brand: str | None, email: str
) -> tuple[Caller, Password] | None:
    """The member with that address, and their password."""
    row = await tx.row(SQL["member_by_email"], {"tenant": tenant, "brand": brand, "email": email})
    return (Caller.of(row[:-2]), Password(*row[-2:])) if row else None


async def by_session(tx: Transaction, session: UUID, *, now: datetime) -> tuple[Caller, int] | None:
    """Whose open session it is, and its turn."""
    row = await tx.row(SQL["member_by_session"], {"presented": session, "now": now})
    return (Caller.of(row[:-1]), row[-1]) if row else None


async def by_code(tx: Transaction, code: UUID, *, now: datetime) -> tuple[Caller, str] | None:
    """Who may use the code, and their address."""
    row = await tx.row(SQL["member_by_code"], {"presented": code, "now": now})
    return (Caller.of(row[:-2]), row[-1]) if row else None


async def is_as_seen(tx: Transaction, staff_id: UUID, changed_at: datetime) -> bool:
    """Whether the password is still the one of that time; then it stays so until the end."""
    given = {"staff": staff_id, "changed_at": changed_at}
    return await tx.row(SQL["password_as_seen"], given) is not None


async def is_enforced(tx: Transaction) -> bool:
    """Whether members sign in by an issuer alone; so it stays until the transaction ends."""
    return await tx.row(SQL["sign_on_is_enforced"]) == (True,)


async def begin(tx: Transaction, new: NewSession, *, now: datetime) -> bool:
    """Whether it had not begun before; that it did is told, whichever way it was proved."""
    row = await tx.row(
        SQL["insert_session"],
        {
            "id": new.id,
            "staff": new.staff_id,
            "brand": new.brand_code,
            "user_agent": new.user_agent,
            "address": new.address,
            "expires_at": new.expires_at,
            "methods": list(new.methods),
            "provider": new.provider_id,
            "proved_at": new.proved_at or now,
            "now": now,
        },
    )
    if row is not None:
        await events.append(tx, signed_in(new.told(), now=now))
    return row is not None


async def take_turn(tx: Transaction, session: UUID, turn: int, *, now: datetime) -> int | None:
    """The session's next turn; None if this one was taken already."""
    row = await tx.row(SQL["take_turn"], {"id": session, "turn": turn, "now": now})
    return int(row[0]) if row else None


async def revoke(tx: Transaction, session: UUID, *, now: datetime) -> None:
    await tx.run(SQL["revoke_session"], {"id": session, "now": now})


async def revoke_all(tx: Transaction, staff_id: UUID, *, now: datetime) -> None:
    await tx.run(SQL["revoke_sessions_of"], {"staff": staff_id, "now": now})


async def set_password(
    tx: Transaction, staff_id: UUID, password_hash: str, *, now: datetime
) -> None:
    await tx.run(
        SQL["set_password"], {"staff": staff_id, "password_hash": password_hash, "now": now}
    )


async def use_code(tx: Transaction, code: UUID, staff_id: UUID, *, now: datetime) -> bool:
    """Whether the code could be used: of two at once, one. All others of its owner are over."""
    if await tx.row(SQL["use_code"], {"id": code, "now": now}) is None:
        return False
    await tx.run(SQL["use_codes_of"], {"staff": staff_id, "now": now})
    return True


@dataclass(frozen=True, slots=True)
class MailedCode:
    """What a mail with a code says, and to whom."""

    email: str
    name: str
    tenant: str
    kind: str
    expires_at: datetime


async def code_to_mail(tx: Transaction, code: UUID, *, now: datetime) -> MailedCode | None:
    """None for a code that was used or is over."""
    row = await tx.row(SQL["code_to_mail"], {"id": code, "now": now})
    return MailedCode(*row) if row else None


async def insert_code(
    tx: Transaction, id: UUID, staff_id: UUID, kind: str, *, now: datetime, expires_at: datetime
) -> None:
    given = {"id": id, "staff": staff_id, "kind": kind, "now": now, "expires_at": expires_at}
    await tx.run(SQL["insert_code"], given)
