"""A message to a person, before anybody has sent it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `key` is the same for the same message: it becomes the Message-ID."""

    sender: str
    to: str
    subject: str
    text: str
    key: str


class MailRefused(Exception):
    """The message itself cannot be sent, now or later; the reason names no person."""
