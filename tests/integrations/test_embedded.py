"""The embedded PostgreSQL: a real one, with the exact sentence of every way in which it fails."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bootstrap.environment import child_environment
from integrations.embedded import Postgres, ServerFault, start_postgres
from integrations.embedded.child import end, spawn
from integrations.embedded.identity import NOBODY, identity_for
from integrations.embedded.programs import find_postgres

ROOT = Path(__file__).resolve().parents[2]
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
ORDINARY = """
import os, sys
from pathlib import Path
from integrations.embedded import start_postgres
assert os.geteuid() != 0
folder = Path(sys.argv[1])
given = dict(port=None, durable=False, binaries=None, environment=dict(PATH=os.defpath))
with start_postgres(folder, **given) as server:
    print(os.geteuid(), (folder / "data").stat().st_uid, server.process.poll())
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from integrations.embedded import start_postgres, start_valkey
folder = Path(sys.argv[1])
path = dict(PATH=os.defpath)
one = start_postgres(folder / "p", port=None, durable=False, binaries=None, environment=path)
two = start_valkey(folder / "v", port=None, binary=None, environment=path)
print(one.process.pid, two.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def postgres(
    folder: Path, *, port: int | None = None, binaries: Path | None = None, durable: bool = False
) -> Postgres:
    return start_postgres(
        folder, port=port, durable=durable, binaries=binaries, environment=child_environment({})
    )


def lives(process: int) -> bool:
    """Whether it runs; one that waits for its parent to look at it does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with postgres(tmp_path_factory.mktemp("shared") / "postgres") as server:
        yield server


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that every user may enter; those of pytest are closed."""
    folder = Path(tempfile.mkdtemp(prefix="tourbase-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_server_of_the_wheel_is_set_up_for_tests(server: Postgres) -> None:
    found = {
        name: ask(server.url, f"show {name}")
        for name in ("fsync", "max_connections", "server_encoding", "unix_socket_directories")
    }

    assert found == {
        "fsync": "off",
        "max_connections": "200",
        "server_encoding": "UTF8",
        "unix_socket_directories": "",
    }
    assert server.url == f"postgresql://owner:{server.password}@127.0.0.1:{server.port}/postgres"
    assert (
        ask(server.url, "select current_setting('server_version_num')::int / 10000") == server.major
    )
    assert ask(server.url, "select datcollate from pg_database limit 1") == "C.UTF-8"


def test_the_owners_password_is_kept_for_the_owner_alone_and_needed(server: Postgres) -> None:
    secret = server.log.with_name("owner.password")

    assert secret.read_text(encoding="utf-8") == server.password
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url_of("postgres", password="wrong"))


def test_a_second_start_on_a_folder_in_use_is_refused(server: Postgres) -> None:
    folder = server.log.parent

    with pytest.raises(ServerFault) as fault:
        postgres(folder)

    assert str(fault.value) == (
        f"The folder {folder} is in use by process {os.getpid()}: stop that one first, "
        "or set TOURBASE_FOLDER to another folder."
    )
    assert ask(server.url, "select 1") == 1


def test_a_busy_port_is_refused(server: Postgres, tmp_path: Path) -> None:
    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path / "new", port=server.port)

    assert str(fault.value) == (
        f"Port {server.port} on 127.0.0.1 is in use: stop the program that holds it, "
        "or choose another port."
    )
    assert not (tmp_path / "new/data").exists()


def test_data_survives_a_close_that_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    with postgres(tmp_path / "postgres") as first:
        ask(first.url, "create table kept as select 42 as answer")

    assert first.process.returncode == 0
    assert not lives(first.process.pid)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", first.port)):
        pass
    with postgres(tmp_path / "postgres", port=first.port) as second:
        assert second.url == first.url
        assert ask(second.url, "select answer from kept") == 42


def test_a_server_killed_outright_starts_again(tmp_path: Path) -> None:
    with postgres(tmp_path / "postgres", durable=True) as first:
        ask(first.url, "create table kept as select 42 as answer")
        first.process.kill()
        first.process.wait()

    assert (tmp_path / "postgres/data/postmaster.pid").exists()
    with postgres(tmp_path / "postgres") as second:
        assert ask(second.url, "select answer from kept") == 42


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's folder")
def test_a_process_that_inherited_the_killed_servers_number_is_no_hindrance(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    postgres(folder).close()
    identity = identity_for(
        folder, find_postgres(None, path="").folder / "postgres", path=os.defpath
    )
    stranger = spawn(["/bin/sleep", "30"], env={}, output=None, uid=identity.uid)
    (folder / "data/postmaster.pid").write_text(
        f"{stranger.pid}\n{folder / 'data'}\n1\n1\n\n\n1 1\n"
    )

    with postgres(folder) as server:
        assert ask(server.url, "select 1") == 1
        assert stranger.poll() is None

    end([stranger], by=signal.SIGKILL, seconds=5)


def test_a_half_made_folder_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres/making").mkdir(parents=True)
    (tmp_path / "postgres/making/1").write_text("the machine was switched off here")

    with postgres(tmp_path / "postgres") as server:
        assert ask(server.url, "select 1") == 1
        assert not (tmp_path / "postgres/making").exists()


def test_a_data_folder_that_lost_its_control_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    postgres(folder).close()
    (folder / "data/global/pg_control").unlink()

    with pytest.raises(ServerFault) as fault:
        postgres(folder)

    version = find_postgres(None, path="").version
    assert str(fault.value) == (
        f"PostgreSQL {version} did not start on {folder}/data: "
        f'could not open file "{folder}/data/global/pg_control": No such file or directory; '
        f"mend the folder or move it away (its log is {folder}/postgres.log)."
    )


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("", "is broken: it has no valid PG_VERSION; move it away and start again."),
        (
            "18\n",
            (
                "was not made by tourbase (there is no owner.password): "
                "move it away, or set TOURBASE_FOLDER to another folder."
            ),
        ),
    ],
)
def test_a_data_folder_broken_or_of_somebody_else_is_refused(
    tmp_path: Path, version: str, said: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/PG_VERSION").write_text(version)

    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path)

    assert str(fault.value) == f"The data folder {tmp_path}/data {said}"


def test_a_data_folder_of_another_major_version_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("13\n")
    (tmp_path / "owner.password").write_text("secret")
    programs = find_postgres(None, path="")

    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path)

    assert str(fault.value) == (
        f"The data folder {data} was made by PostgreSQL 13, but {programs.folder} is PostgreSQL "
        f"{programs.version}: set POSTGRES_BIN to the folder of a PostgreSQL 13, "
        "or move the data away."
    )


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path / "file/postgres")

    assert str(fault.value) == (
        f"The folder {tmp_path}/file/postgres cannot be used by user id {os.geteuid()} "
        "(Not a directory): give it to that user, or set TOURBASE_FOLDER to another folder."
    )


def a_program(folder: Path, name: str, answer: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
    (folder / name).chmod(0o755)


def test_a_server_older_than_15_is_refused(tmp_path: Path) -> None:
    a_program(tmp_path / "bin", "postgres", "postgres (PostgreSQL) 14.9 (Debian 14.9-1)")

    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path / "postgres", binaries=tmp_path / "bin")

    assert str(fault.value) == (
        f"PostgreSQL 14.9 in {tmp_path}/bin is too old: tourbase needs 15 or newer."
    )
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("missing", ["postgres", "initdb"])
def test_a_folder_without_the_programs_is_refused(tmp_path: Path, missing: str) -> None:
    if missing == "initdb":
        a_program(tmp_path, "postgres", "postgres (PostgreSQL) 17.1")

    with pytest.raises(ServerFault) as fault:
        postgres(tmp_path / "postgres", binaries=tmp_path)

    assert str(fault.value) == (
        f"There is no program `{missing}` in {tmp_path}: "
        "POSTGRES_BIN must be the folder of `initdb` and `postgres`."
    )


def test_an_initdb_that_fails_is_quoted(tmp_path: Path, open_folder: Path) -> None:
    a_program(open_folder, "postgres", "postgres (PostgreSQL) 17.1")
    a_program(open_folder, "initdb", "initdb: error: could not find \"share\"; exit 3'; exit 3; '")
    folder = tmp_path / "postgres"

    with pytest.raises(ServerFault) as fault:
        postgres(folder, binaries=open_folder)

    assert str(fault.value) == (
        f"initdb of PostgreSQL 17.1 failed in {folder}: initdb: error: could not find "
        f'"share"; exit 3; its log is {folder}/postgres.log.'
    )
    assert not (folder / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_lends_the_server_an_ordinary_user(open_folder: Path) -> None:
    with postgres(open_folder / "postgres") as server:
        if identity_for(open_folder, server.programs.folder, path=os.defpath).uid is None:
            pytest.skip("the programs lie in a closed folder")
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")

        assert re.findall(r"^(?:Uid|Gid|Groups):[ \t]*(.*?) *$", status, re.MULTILINE) == [
            "\t".join(4 * [str(NOBODY)]),
            "\t".join(4 * [str(NOBODY)]),
            "",
        ]
        assert (open_folder / "postgres/data").stat().st_uid == NOBODY
        assert ask(server.url, "select 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_starts_a_server_below_a_closed_folder_and_after_it_was_opened(
    open_folder: Path,
) -> None:
    open_folder.chmod(0o700)
    with postgres(open_folder / "postgres") as closed:
        ask(closed.url, "create table kept as select 42 as answer")
        assert (open_folder / "postgres/data").stat().st_uid == 0

    open_folder.chmod(0o755)
    with postgres(open_folder / "postgres") as opened:
        assert ask(opened.url, "select answer from kept") == 42


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_without_a_way_into_a_closed_folder_is_told_which(open_folder: Path) -> None:
    open_folder.chmod(0o700)

    with pytest.raises(ServerFault) as fault:
        identity_for(open_folder / "postgres", Path("/bin/sh"), path="/no/unshare/here")

    assert str(fault.value) == (
        f"PostgreSQL does not run as root, and user id 65534 cannot enter {open_folder}: "
        f"open it (chmod o+x {open_folder}), choose another folder, or run this as another user."
    )


def test_an_ordinary_user_starts_a_server(open_folder: Path) -> None:
    """Root becomes one for this, in a user namespace where Python itself lies in a closed folder."""
    identity = identity_for(open_folder / "mine", Path(sys.executable), path=os.defpath)
    (open_folder / "mine").mkdir()
    identity.own(open_folder / "mine")

    answer = subprocess.run(
        [*identity.prefix, sys.executable, "-c", ORDINARY, str(open_folder / "mine/postgres")],
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        cwd=open_folder,
        user=identity.uid,
        group=identity.uid,
        extra_groups=None if identity.uid is None else [],
        capture_output=True,
        text=True,
        check=False,
    )

    ordinary = os.geteuid() or NOBODY
    assert (answer.stdout, answer.stderr) == (f"{ordinary} {ordinary} None\n", "")


@pytest.mark.skipif(not DEBIAN_15.is_dir(), reason="Debian's PostgreSQL 15 is not installed")
def test_the_oldest_supported_server_works_too(tmp_path: Path) -> None:
    with postgres(tmp_path / "postgres", binaries=DEBIAN_15) as server:
        assert ask(server.url, "select current_setting('server_version_num')::int / 10000") == 15
        assert ask(server.url, "select datcollate from pg_database limit 1") == "C.UTF-8"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_servers_end_when_the_program_that_started_them_is_killed(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (-signal.SIGKILL, "")
    processes = [int(word) for word in answer.stdout.split()]

    deadline = time.monotonic() + 10
    while any(map(lives, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert [lives(process) for process in processes] == [False, False]
    with postgres(tmp_path / "p") as server:
        assert ask(server.url, "select 1") == 1
