"""What a person asked for is done behind the answer: exports written, customers forgotten."""

from uuid import UUID

from db import privacy
from jobs.admission import Work
from services import customer_exports, erasures


async def export_customer(work: Work, *, request_id: str) -> None:
    """Write an export, unless it was written already."""
    now, id = work.now(), UUID(request_id)
    await work.session.write(
        lambda tx: customer_exports.write_export(tx, id, now=now, ids=work.ids)
    )


async def erase_customer(work: Work, *, request_id: str) -> None:
    """Forget a customer, unless it was done already."""
    now, id = work.now(), UUID(request_id)
    await work.session.write(lambda tx: erasures.carry_out_erasure(tx, id, now=now, ids=work.ids))


async def purge_customer_exports(work: Work) -> None:
    """Delete the brand's exports that nobody can fetch any more."""
    now = work.now()
    await work.session.write(lambda tx: privacy.purge_exports(tx, now=now))
