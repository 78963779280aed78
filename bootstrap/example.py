"""The settings as a file to copy: `python -m bootstrap.example > .env.example`."""

import sys

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bootstrap.settings import Settings


def example() -> str:
    """Each setting with what it is for and its default; one without a default is left out."""
    lines = ["# Copy to .env and change what differs. The environment wins over the file."]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}", _assignment(name, field)]
    return "\n".join(lines) + "\n"


def _assignment(name: str, field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"# {name.upper()}=" if value is None else f"{name.upper()}={value}"


if __name__ == "__main__":
    sys.stdout.write(example())
