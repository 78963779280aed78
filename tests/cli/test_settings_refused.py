"""A setting that cannot be, said by each command in one sentence: its name, never its value."""

import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.environment import child_environment
from integrations.embedded.loopback import free_port
from tests.conftest import SEALING_KEY, SIGNING_KEY

pytestmark = pytest.mark.usefixtures("unwatched")
ROOT = Path(__file__).parents[2]
NO_KEY = "AUTH_SIGNING_KEY is no Ed25519 private key in PEM."
SHORT = (
    "EVENTS_SECRET has fewer than 32 characters: outside development it keeps the channels of"
    " brands apart. `openssl rand -hex 32` makes one."
)
MAILBOX = (
    "MAIL_URL names no mail server: a mailbox is for development, in production it is smtp:// or"
    " smtps://."
)
NO_SEALING = "SECRETS_KEY is no key of 32 bytes in base64: `openssl rand -base64 32` makes one."
REDIS = "REDIS_URL: Value error, is no address: what stands for the port is no number up to 65535"


def fitting() -> dict[str, str]:
    nowhere = f"127.0.0.1:{free_port()}/nowhere"
    return {
        "TOURBASE_ENV": "production",
        "PORT": "0",
        "DATABASE_URL": f"postgresql://w:hush@{nowhere}",
        "DATABASE_READ_URL": f"postgresql://r:hush@{nowhere}",
        "DATABASE_ADMIN_URL": f"postgresql://a:hush@{nowhere}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "AUTH_SIGNING_KEY": SIGNING_KEY,
        "EVENTS_SECRET": "x" * 32,
        "SECRETS_KEY": SEALING_KEY,
        "MAIL_URL": "smtp://127.0.0.1:25",
    }


def said(folder: Path, command: str, changes: dict[str, str]) -> tuple[int, str, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", command],
        env=child_environment({**fitting(), "PYTHONPATH": str(ROOT), **changes}),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("command", "changes", "sentence"),
    [
        ("serve", {"AUTH_SIGNING_KEY": "hush"}, NO_KEY),
        ("serve", {"REDIS_URL": "redis://:hush@127.0.0.1:hush/0"}, REDIS),
        ("work", {"REDIS_URL": "redis://:hush@127.0.0.1:70000/0"}, REDIS),
        ("serve", {"EVENTS_SECRET": "hush" * 7}, SHORT),
        ("work", {"EVENTS_SECRET": "hush" * 7}, SHORT),
        ("serve", {"SECRETS_KEY": "hush"}, NO_SEALING),
        (
            "work",
            {"SECRETS_KEY": ""},
            "SECRETS_KEY is not set. `.env.example` lists every setting.",
        ),
        ("work", {"SECRETS_KEYS_BEFORE": "hush"}, NO_SEALING.replace("KEY", "KEYS_BEFORE", 1)),
        ("serve", {"MAIL_URL": ""}, MAILBOX),
        ("work", {"MAIL_URL": "mailbox:hush"}, MAILBOX),
        (
            "migrate",
            {"DATABASE_ADMIN_URL": "postgresql://a:hu%sh@127.0.0.1/x"},
            "DATABASE_ADMIN_URL is no address of a PostgreSQL.",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_sentence(
    tmp_path: Path, command: str, changes: dict[str, str], sentence: str
) -> None:
    assert said(tmp_path, command, changes) == (1, "", f"tourbase: {sentence}\n")


@pytest.mark.parametrize("command", ["migrate", "seed"])
def test_a_database_that_does_not_answer_is_said_in_one_sentence(
    tmp_path: Path, command: str
) -> None:
    port = free_port()
    url = f"postgresql://a:hush@127.0.0.1:{port}/x"

    assert said(tmp_path, command, {"TOURBASE_ENV": "development", "DATABASE_ADMIN_URL": url}) == (
        1,
        "",
        "tourbase: The PostgreSQL of DATABASE_ADMIN_URL refuses us: connection failed:"
        f' connection to server at "127.0.0.1", port {port} failed: Connection refused\n',
    )
