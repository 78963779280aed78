"""A proposal's head and lines as they were in an earlier version, written anew under its rules."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from domain.errors import InvalidInput
from domain.history import Recorded, undone
from domain.proposal_contents import Content, facts_of, with_head, with_lines
from domain.proposal_prices import Line
from domain.proposals import DATES, HeadChange, Proposal

LINES = "inclusions"


def restored(
    proposal: Proposal,
    was: Content,
    later: Iterable[Recorded],
    *,
    version: int,
    today: date,
    now: datetime,
) -> Content:
    """Decide to bring back the head and the priced lines of an earlier version.

    Shape:  `later` are the events since, newest first; days, stops and guests stay as they are.
    Errors: InvalidInput for a version that is not an earlier one, is older than the events, or of
            which something was erased; and all that an edit by hand is refused for.
    """
    if not 1 <= version < proposal.version:
        raise InvalidInput(
            f"Name an earlier version than the current {proposal.version}.", path="version"
        )
    past = undone(facts_of(was), proposal.version, later)
    if past.version != version or past.unknown:
        raise InvalidInput("Nobody knows any more what that version was.", path="version")
    fields: dict[str, Any] = {**past.fields}
    lines = tuple(Line(**each) for each in fields[LINES] or ())
    head = {
        name: date.fromisoformat(fields[name]) if name in DATES else fields[name]
        for name in was.head.__slots__
    }
    wish = HeadChange(proposal.id, proposal.version, head)
    content = with_head(proposal, was, wish, today=today, now=now)
    if fields[LINES] == facts_of(was)[LINES]:
        return content
    return with_lines(proposal, content, lines, now=now)
