"""Sessions that a browser keeps in a cookie: how they go on without a turn that is good once."""

from datetime import datetime

from auth.sessions import OVER
from auth.tokens import Claims
from db import sign_in
from domain.errors import Unauthenticated
from domain.identity import NOBODY, Kind
from services.gate import Gate, as_member


async def keep_session(gate: Gate, claims: Claims, *, now: datetime) -> Claims:
    """Note that a session is in use; gives what its cookie is to say from now on.

    Shape:  of several tabs that do so at once one takes the turn, and all go on.
    Errors: Unauthenticated for a session that is over.
    """
    session = claims.session
    if session is None:
        raise Unauthenticated(OVER)
    found = await gate.database.session(NOBODY).write(
        lambda tx: sign_in.by_session(tx, session, now=now)
    )
    if found is None or found[0].actor_id != claims.subject:
        raise Unauthenticated(OVER)
    caller, turn = found
    await as_member(gate, caller).write(lambda tx: sign_in.take_turn(tx, session, turn, now=now))
    brand = caller.brand
    return Claims(Kind.STAFF, caller.actor_id, brand.tenant_slug, brand.code, session)
