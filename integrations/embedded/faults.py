"""The one way an embedded server fails: a sentence for the person at the terminal."""


class ServerFault(Exception):  # a fact, as every refusal of this house
    """Its message says in one sentence what is wrong and how to mend it."""
