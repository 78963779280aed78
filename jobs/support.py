"""Support access whose time is over is closed behind it."""

from uuid import UUID

from jobs.admission import Work
from services import support


async def end_support_access(work: Work, *, membership_id: str) -> None:
    """Close a support access that has ended, unless it was given anew."""
    now, id = work.now(), UUID(membership_id)
    await work.session.write(lambda tx: support.close_support_access(tx, id, now=now, ids=work.ids))
