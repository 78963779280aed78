"""Of whom a caller speaks who may leave it out: a driver speaks of themselves."""

from uuid import UUID

from domain.errors import InvalidInput
from domain.identity import Kind, Principal
from schema.global_ids import decode_as


def driver_of(principal: Principal, driver_id: str | None) -> UUID:
    """The driver who is named, or the one who asks.

    Errors: InvalidInput if somebody else names nobody.
    """
    if driver_id is not None:
        return decode_as("Driver", driver_id, path="driverId")
    if principal.kind is Kind.DRIVER and principal.actor_id is not None:
        return principal.actor_id
    raise InvalidInput("Say which driver, in `driverId`.", path="driverId")
