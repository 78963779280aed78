"""The one way an embedded server fails: a sentence for the person at the terminal."""

from domain.errors import OperatorError


class ServerFault(OperatorError):
    """Its message says in one sentence what is wrong and how to mend it."""
