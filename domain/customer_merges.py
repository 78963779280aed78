"""One person who is two customers: which is kept, and what becomes of the other; and archiving."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.consents import joined
from domain.customers import LONGEST_NOTES, MOST_TAGS, Customer, check_version
from domain.errors import InvalidInput, WrongState
from domain.events import Change


@dataclass(frozen=True, slots=True)
class Merge:
    """The wish to make one customer of two, made on the versions that the caller saw."""

    keep_id: UUID
    merge_id: UUID
    keep_version: int
    merge_version: int

    def __post_init__(self) -> None:
        if self.keep_id == self.merge_id:
            raise InvalidInput("A customer cannot be merged into themselves.", path="mergeId")


@dataclass(frozen=True, slots=True)
class Merged:
    """Both customers as they are afterwards."""

    kept: Customer
    gone: Customer


def merge(keep: Customer, gone: Customer, wish: Merge, *, now: datetime) -> Merged:
    """Decide a merge: the kept one's contact details stand, and gaps are filled from the other's.

    Shape:  an address that fills a gap moves; one that does not stays with the merged customer,
            so that nobody else is made of it.
    Errors: StaleVersion.
    """
    check_version(keep, wish.keep_version, path="keepVersion")
    check_version(gone, wish.merge_version, path="mergeVersion")
    notes = [each for each in (keep.internal_notes, gone.internal_notes) if each]
    kept = replace(
        keep,
        email=keep.email or gone.email,
        phone=keep.phone or gone.phone,
        vip=keep.vip or gone.vip,
        tags=tuple(sorted({*keep.tags, *gone.tags})[:MOST_TAGS]),
        internal_notes="\n\n".join(dict.fromkeys(notes))[:LONGEST_NOTES] or None,
        preferences=keep.preferences.joined(gone.preferences),
        consents=joined(keep.consents, gone.consents),
        stripe_customer_id=keep.stripe_customer_id or gone.stripe_customer_id,
        version=keep.version + 1,
    )
    return Merged(kept, _emptied(keep, gone, now=now))


def _emptied(keep: Customer, gone: Customer, *, now: datetime) -> Customer:
    moved = gone.stripe_customer_id is not None and keep.stripe_customer_id is None
    return replace(
        gone,
        email=gone.email if keep.email else None,
        stripe_customer_id=None if moved else gone.stripe_customer_id,
        archived_at=now,
        merged_into_id=keep.id,
        version=gone.version + 1,
    )


def archive(customer: Customer, *, expected_version: int, now: datetime) -> Customer:
    """Errors: StaleVersion."""
    check_version(customer, expected_version)
    if customer.archived_at is not None:
        return customer
    return replace(customer, archived_at=now, version=customer.version + 1)


def back(put_away_at: datetime, version: int) -> Mapping[str, Change]:
    """What an event tells of somebody who was put away and takes part again."""
    return {"archived_at": (put_away_at.isoformat(), None), "version": (version, version + 1)}


def restore(customer: Customer, *, expected_version: int) -> Customer:
    """Errors: StaleVersion; WrongState for a customer that was merged into another."""
    check_version(customer, expected_version)
    if customer.merged_into_id is not None:
        raise WrongState("This customer was merged into another. Use that one.", path="id")
    if customer.archived_at is None:
        return customer
    return replace(customer, archived_at=None, version=customer.version + 1)
