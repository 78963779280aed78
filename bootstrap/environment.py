"""The environment as child processes receive it."""

import os
from collections.abc import Mapping


def child_environment(additions: Mapping[str, str]) -> dict[str, str]:
    """A copy of this process's environment; `additions` win."""
    return {**os.environ, **additions}


def secret_of(name: str) -> str | None:
    """What a variable that the person at the terminal names holds; nothing if it is empty."""
    return os.environ.get(name, "").strip() or None
