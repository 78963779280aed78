"""The embedded Valkey: a real one, with the exact sentence of every way in which it fails."""

import socket
from pathlib import Path

import pytest

from bootstrap.environment import child_environment
from integrations.embedded import ServerFault, Valkey, start_valkey
from integrations.embedded.loopback import free_port


def valkey(folder: Path, *, port: int | None = None, binary: Path | None = None) -> Valkey:
    return start_valkey(folder, port=port, binary=binary, environment=child_environment({}))


def a_program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_valkey_answers_on_its_port_and_ends_with_close(tmp_path: Path) -> None:
    port = free_port()
    with valkey(tmp_path / "valkey", port=port) as server:
        assert server.url == f"redis://127.0.0.1:{port}/0"
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"SET tour 1\r\nGET tour\r\nCONFIG GET save\r\nQUIT\r\n")
            with line.makefile("rb") as answers:
                said = answers.read()
        assert said == b"+OK\r\n$1\r\n1\r\n*2\r\n$4\r\nsave\r\n$0\r\n\r\n+OK\r\n"

    assert server.process.returncode == 0
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
    assert not list((tmp_path / "valkey").glob("*.rdb"))


def test_a_valkey_that_is_not_there_or_does_not_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerFault) as absent:
        valkey(tmp_path / "valkey", binary=tmp_path / "no-server")
    a_program(tmp_path / "redis-server", "echo '*** FATAL CONFIG FILE ERROR ***'")
    with pytest.raises(ServerFault) as failing:
        valkey(tmp_path / "valkey", binary=tmp_path / "redis-server")

    assert str(absent.value) == f"There is no program {tmp_path}/no-server: mend VALKEY_BIN."
    assert str(failing.value) == (
        "redis-server did not start: *** FATAL CONFIG FILE ERROR ***; "
        f"its log is {tmp_path}/valkey/valkey.log."
    )


def test_a_server_sees_nothing_of_the_environment_that_it_does_not_need(tmp_path: Path) -> None:
    program = a_program(tmp_path / "redis-server", "exec /usr/bin/env")
    given = {"AUTH_SIGNING_KEY": "secret", "TZ": "Europe/Vienna", "PATH": "/bin", "LANG": "C"}

    with pytest.raises(ServerFault):
        start_valkey(tmp_path / "valkey", port=free_port(), binary=program, environment=given)

    seen = dict(
        line.split("=", 1) for line in (tmp_path / "valkey/valkey.log").read_text().splitlines()
    )
    assert {name: seen[name] for name in seen if name not in {"PWD", "_", "SHLVL", "OLDPWD"}} == {
        "TZ": "Europe/Vienna",
        "PATH": "/bin",
        "LANG": "C",
        **({"LC_CTYPE": seen["LC_CTYPE"]} if "LC_CTYPE" in seen else {}),
    }


def test_a_busy_port_and_a_folder_in_use_are_refused(tmp_path: Path) -> None:
    with valkey(tmp_path / "one") as server:
        with pytest.raises(ServerFault) as busy:
            valkey(tmp_path / "two", port=server.port)
        with pytest.raises(ServerFault, match="is in use by process"):
            valkey(tmp_path / "one")

    assert str(busy.value) == (
        f"Port {server.port} on 127.0.0.1 is in use: stop the program that holds it, "
        "or choose another port."
    )
