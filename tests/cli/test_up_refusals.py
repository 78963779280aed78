"""What `tourbase up` refuses before it starts anything, each in one sentence."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from bootstrap.settings import Settings
from cli.up import up
from db.clusters import ServerRefused, refuse_old
from integrations.embedded.loopback import free_port


def refused(
    capsys: pytest.CaptureFixture[str], settings: Settings, program: Sequence[str] = ()
) -> tuple[int, str, str]:
    code = up(settings, program=program)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_busy_port_is_refused_before_anything_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings.model_construct(port=port, tourbase_folder=tmp_path / "home")

        assert refused(capsys, settings) == (
            1,
            "",
            (
                f"tourbase: Port {port} on 127.0.0.1 is in use: stop the program that holds it, "
                "or choose another with PORT.\n"
            ),
        )
    assert not (tmp_path / "home").exists()


def test_one_database_address_without_the_others_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.model_construct(
        port=0,
        tourbase_folder=tmp_path,
        database_admin_url=SecretStr("postgresql://a@127.0.0.1/b"),
        database_url=SecretStr("postgresql://a@127.0.0.1/b"),
    )

    assert refused(capsys, settings) == (
        1,
        "",
        (
            "tourbase: DATABASE_READ_URL must be set too: DATABASE_URL, DATABASE_READ_URL, "
            "DATABASE_ADMIN_URL go together, and without all three `up` starts a PostgreSQL of its "
            "own.\n"
        ),
    )


def test_a_database_that_does_not_answer_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    url = SecretStr(f"postgresql://a@127.0.0.1:{port}/b")
    settings = Settings.model_construct(
        port=0,
        tourbase_folder=tmp_path,
        database_admin_url=url,
        database_url=url,
        database_read_url=url,
    )

    assert refused(capsys, settings) == (
        1,
        "Using the PostgreSQL of DATABASE_ADMIN_URL\n",
        (
            "tourbase: The PostgreSQL of DATABASE_ADMIN_URL refuses us: connection failed: "
            f'connection to server at "127.0.0.1", port {port} failed: Connection refused\n'
        ),
    )


def test_a_database_server_older_than_15_is_refused() -> None:
    with pytest.raises(ServerRefused) as refusal:
        refuse_old(140_009)
    refuse_old(150_014)

    assert str(refusal.value) == (
        "The database server is PostgreSQL 14.9: tourbase needs 15 or newer."
    )


def test_a_database_server_with_a_known_leak_past_policies_is_refused() -> None:
    with pytest.raises(ServerRefused) as refusal:
        refuse_old(170_005)
    refuse_old(170_006)
    refuse_old(180_000)

    assert str(refusal.value) == (
        "The database server is PostgreSQL 17.5, which leaks statistics past row-level security"
        " (CVE-2025-8713): update it to 17.6 or newer."
    )
