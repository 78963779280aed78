"""Marketing consents of a customer: given or withdrawn by channel, when, and how it was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import InvalidInput
from domain.events import Plain
from domain.texts import deceives

LONGEST_SOURCE = 100


@dataclass(frozen=True, slots=True)
class Consent:
    """The last word of a customer about one channel."""

    given: bool
    at: datetime
    source: str

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Consent":
        return cls(
            stored.get("given", True), datetime.fromisoformat(stored["at"]), stored["source"]
        )

    def stored(self) -> dict[str, Plain]:
        return {"given": self.given, "at": self.at.isoformat(), "source": self.source}


def say(
    consents: Mapping[str, Consent], channel: str, word: Consent, *, now: datetime
) -> Mapping[str, Consent]:
    """The consents with a new word about a channel; the same word again changes nothing.

    Errors: InvalidInput for a source without a name, and for a time that is ahead or passed over.
    """
    source = " ".join(word.source.split())
    if not source or len(source) > LONGEST_SOURCE or deceives(source):
        raise InvalidInput(f"A source has 1 to {LONGEST_SOURCE} characters.", path="source")
    if word.at > now:
        raise InvalidInput("Nobody consents in the future. Say when it was said.", path="at")
    last = consents.get(channel)
    if last is not None and last.given == word.given:
        return consents
    if last is not None and word.at < last.at:
        raise InvalidInput(
            f"There is a later word about this channel, of {last.at.isoformat()}.", path="at"
        )
    return {**consents, channel: Consent(word.given, word.at, source)}


def joined(ours: Mapping[str, Consent], theirs: Mapping[str, Consent]) -> dict[str, Consent]:
    """The consents of two customers who are one: a withdrawal wins, else the later word."""
    channels = dict.fromkeys((*ours, *theirs))
    return {channel: _stronger(ours.get(channel), theirs.get(channel)) for channel in channels}


def _stronger(one: Consent | None, other: Consent | None) -> Consent:
    words = [each for each in (one, other) if each is not None]
    withdrawn = [each for each in words if not each.given]
    return max(withdrawn or words, key=lambda each: each.at)
