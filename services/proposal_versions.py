"""What changed between two versions that a client was sent."""

from uuid import UUID

from db import proposal_versions
from db.database import Transaction
from domain.errors import NotFound
from domain.proposal_versions import Difference, compared


async def compare_versions(
    tx: Transaction, proposal_id: UUID, *, numbers: tuple[int, int]
) -> list[Difference]:
    """Errors: NotFound for a proposal that the caller does not see, or a version it has not."""
    found = await proposal_versions.two(tx, proposal_id, numbers=numbers)
    if not set(numbers) <= found.keys():
        raise NotFound(path="proposalId")
    return compared(found[numbers[0]], found[numbers[1]])
