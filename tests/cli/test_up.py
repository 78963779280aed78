"""`tourbase up` with a small program in place of our commands, and with real servers."""

import base64
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from cli.up import up
from integrations.embedded import Postgres, Valkey, start_postgres, start_valkey
from integrations.embedded.loopback import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
RUN = """
import sys
from bootstrap.settings import Settings
from cli.up import up
sys.exit(up(Settings(), program=sys.argv[1:]))
"""
FAKE = """
import json, os, pathlib, signal, sys, time
command, *arguments = sys.argv[1:]
notes = pathlib.Path(os.environ["FAKE_NOTES"])
behaviour = json.loads(os.environ.get("FAKE", "{}")).get(command)
notes.joinpath(f"{command}.pid").write_text(str(os.getpid()))
notes.joinpath(f"{command}.json").write_text(json.dumps(dict(os.environ)))
if behaviour == "fails":
    print(f"{command} tells why", flush=True)
    sys.exit(7)
if behaviour == "is stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if command == "token":
    for kind in arguments[3:]:
        print("ey." + ".".join((*arguments[:3], kind)))
elif command in ("migrate", "seed"):
    print(f"{command} ran", flush=True)
    if behaviour == "dawdles":
        time.sleep(60)
elif command == "work":
    signal.pause()
else:
    import http.server
    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/health/ready" else 404)
            self.end_headers()
    address = (os.environ["HOST"], int(os.environ["PORT"]))
    http.server.HTTPServer(address, Health).serve_forever()
"""
BLOCK = """
tourbase is ready; Ctrl-C ends it.

  GraphQL    http://127.0.0.1:{port}/graphql
  WebSocket  ws://127.0.0.1:{port}/graphql
  Health     http://127.0.0.1:{port}/health/live
             http://127.0.0.1:{port}/health/ready
  Logs       {folder}/logs
  Mail       mailbox:{folder}/mailbox

Credentials for the brand wwt, each sent as `Authorization: Bearer …`:

  site       ey.--brand.wwt.--as.site
  staff      ey.--brand.wwt.--as.staff
  owner      ey.--brand.wwt.--as.owner
  partner    ey.--brand.wwt.--as.partner
  customer   ey.--brand.wwt.--as.customer
  driver     ey.--brand.wwt.--as.driver

Paste this:

curl -s http://127.0.0.1:{port}/graphql -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer ey.--brand.wwt.--as.staff' \\
  -d '{{"query": "{{ viewer {{ kind brand {{ name }} }} bookings(first: 3) {{ edges {{ node {{ \
number status startsAt total {{ formatted }} }} }} }} }}"}}'

Or open http://127.0.0.1:{port}/graphql in a browser: the playground.
"""


def lives(process: int) -> bool:
    """Whether it runs; one that waits for its parent to look at it does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"


def soon(*gone: int) -> list[bool]:
    """Which of them live, after a while in which they may end."""
    deadline = time.monotonic() + PATIENCE
    while any(map(lives, gone)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return [lives(process) for process in gone]


class Running:
    """`up` in a process and folder of its own."""

    def __init__(
        self, folder: Path, *, env: Mapping[str, str], fake: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder / "home"
        self.notes = folder / "notes"
        self.notes.mkdir(exist_ok=True)
        self.port = free_port()
        self.out, self.err = folder / "out", folder / "err"
        program = folder / "fake.py"
        program.write_text(FAKE)
        own = {
            "PYTHONPATH": str(ROOT),
            "PATH": os.defpath,
            "PORT": str(self.port),
            "TOURBASE_FOLDER": str(self.folder),
            "FAKE_NOTES": str(self.notes),
            "FAKE": json.dumps(fake or {}),
        }
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, sys.executable, "-I", "-S", str(program)],
                env={**own, **env},
                cwd=folder,
                stdout=out,
                stderr=err,
            )

    def until(self, text: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while text not in self.out.read_text() and time.monotonic() < deadline:
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.02)
        return self.out.read_text()

    def ready(self) -> str:
        self.until("Paste this:")
        return self.until("}'\n")

    def pid(self, command: str) -> int:
        note = self.notes / f"{command}.pid"
        deadline = time.monotonic() + PATIENCE
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return int(note.read_text())

    def saw(self, command: str) -> dict[str, str]:
        seen: dict[str, str] = json.loads((self.notes / f"{command}.json").read_text())
        return seen

    def end(self, by: signal.Signals | None = None) -> tuple[int, str]:
        """Its exit code and what it wrote to standard error."""
        if by is not None:
            self.process.send_signal(by)
        return self.process.wait(PATIENCE), self.err.read_text()


@contextmanager
def running(
    folder: Path, *, env: Mapping[str, str], fake: Mapping[str, str] | None = None
) -> Iterator[Running]:
    run = Running(folder, env=env, fake=fake)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Valkey]]:
    folder = tmp_path_factory.mktemp("stores")
    env = child_environment({})
    with (
        start_postgres(
            folder / "p", port=None, durable=False, binaries=None, environment=env
        ) as one,
        start_valkey(folder / "v", port=None, binary=None, environment=env) as two,
    ):
        yield one, two


@pytest.fixture
def given(stores: tuple[Postgres, Valkey]) -> dict[str, str]:
    """An environment in which nothing has to be started but our own commands."""
    database, redis = stores
    return {
        "DATABASE_URL": database.url_of("postgres", user="w", password="w"),
        "DATABASE_READ_URL": database.url_of("postgres", user="r", password="r"),
        "DATABASE_ADMIN_URL": database.url,
        "REDIS_URL": redis.url,
        "MAIL_URL": "smtp://us:hidden@mail.example:25",
        "AUTH_SIGNING_KEY": "a key",
        "EVENTS_SECRET": "a secret",
        "SECRETS_KEY": "a sealing key",
    }


def test_up_makes_all_it_needs_says_how_to_use_it_and_ends_all_of_it_at_ctrl_c(
    tmp_path: Path,
) -> None:
    with running(tmp_path, env={}) as run:
        said = run.ready()
        seen = run.saw("serve")
        with psycopg.connect(seen["DATABASE_ADMIN_URL"]) as connection:
            database, user = connection.info.dbname, connection.info.user
        words = (run.folder / "postgres/data/postmaster.pid").read_text().splitlines()
        processes = [run.pid("serve"), run.pid("work"), int(words[0])]
        assert [lives(process) for process in processes] == [True, True, True]

        assert run.end(signal.SIGINT) == (0, "")

    assert [lives(process) for process in processes] == [False, False, False]
    assert said.endswith(BLOCK.format(port=run.port, folder=run.folder) + "\n")
    assert run.out.read_text() == said + "Stopped.\n"
    assert (database, user) == ("tourbase", "owner")
    assert "migrate ran\nRunning `seed`\nseed ran\nStarting `serve`" in said
    assert not list((run.folder / "valkey").glob("*.sock"))


def test_a_second_up_finds_the_same_secrets_kept_for_the_owner_alone(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with running(tmp_path, env={}, fake={"seed": "fails"}) as run:
            assert run.end() == (
                1,
                "tourbase: `seed` failed (exit code 7): its output is above.\n",
            )
            seen.append(run.saw("migrate"))

    secrets = ("AUTH_SIGNING_KEY", "EVENTS_SECRET", "SECRETS_KEY")
    assert [seen[0][name] for name in secrets] == [seen[1][name] for name in secrets]
    assert seen[0]["AUTH_SIGNING_KEY"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert len(seen[0]["EVENTS_SECRET"]) == 64
    assert len(base64.b64decode(seen[0]["SECRETS_KEY"])) == 32
    for name, login in (("DATABASE_URL", "write"), ("DATABASE_READ_URL", "read")):
        password = (run.folder / f"{login}.password").read_text()
        assert seen[1][name].startswith(f"postgresql://tourbase_{login}:{password}@127.0.0.1:")
        assert seen[1][name].endswith("/tourbase")
    assert seen[1]["TOURBASE_ENV"] == "development"
    kept = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.folder.glob("*.*")}
    assert kept == {
        "events.secret": 0o600,
        "read.password": 0o600,
        "secrets.key": 0o600,
        "signing_key.pem": 0o600,
        "write.password": 0o600,
    }


def test_what_the_environment_gives_is_used(tmp_path: Path, given: dict[str, str]) -> None:
    with running(tmp_path, env=given) as run:
        said = run.ready()
        seen = run.saw("work")
        assert run.end(signal.SIGTERM) == (0, "")

    assert {name: seen[name] for name in given} == given
    assert "  Mail       smtp://mail.example\n" in said
    assert "hidden" not in said
    assert sorted(path.name for path in run.folder.iterdir()) == ["logs"]


def test_a_failing_migration_ends_up_and_its_servers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fake.py").write_text(FAKE)
    monkeypatch.setenv("FAKE_NOTES", str(tmp_path))
    monkeypatch.setenv("FAKE", '{"migrate": "fails"}')
    home = tmp_path / "home"
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    code = up(
        Settings.model_construct(port=0, tourbase_folder=home),
        program=[sys.executable, "-I", "-S", str(tmp_path / "fake.py")],
    )

    said = capfd.readouterr()
    assert (code, said.err) == (
        1,
        "tourbase: `migrate` failed (exit code 7): its output is above.\n",
    )
    assert said.out.endswith("Running `migrate`\nmigrate tells why\n")
    assert not (home / "postgres/data/postmaster.pid").exists()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_child_that_ends_is_named_with_its_last_words_and_ends_the_rest(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with running(tmp_path, env=given) as run:
        run.ready()
        os.kill(run.pid("work"), signal.SIGKILL)

        assert run.end() == (1, "tourbase: `work` has ended (signal SIGKILL).\n")
        assert not lives(run.pid("serve"))


def test_a_server_that_fails_before_it_is_ready_is_told_at_once(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with running(tmp_path, env=given, fake={"serve": "fails"}) as run:
        assert run.end() == (
            1,
            (
                "tourbase: `serve` has ended (exit code 7).\n  | serve tells why\n"
                f"  its log is {run.folder}/logs/serve.log\n"
            ),
        )
        assert soon(run.pid("work")) == [False]


def test_a_credential_that_cannot_be_made_is_told(tmp_path: Path, given: dict[str, str]) -> None:
    with running(tmp_path, env=given, fake={"token": "fails"}) as run:
        assert run.end() == (
            1,
            (
                "tourbase: `token --brand wwt --as site staff owner partner customer driver` gave no"
                " credentials: it wrote nothing\n"
            ),
        )


def test_ctrl_c_while_the_database_is_migrated_ends_the_migration(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with running(tmp_path, env=given, fake={"migrate": "dawdles"}) as run:
        run.until("migrate ran")

        assert run.end(signal.SIGINT) == (0, "")
        assert not lives(run.pid("migrate"))


def test_a_second_ctrl_c_hurries_and_leaves_no_orphan(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with running(tmp_path, env=given, fake={"work": "is stubborn"}) as run:
        run.ready()
        began = time.monotonic()
        run.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert run.process.poll() is None

        assert run.end(signal.SIGINT) == (0, "")
        assert time.monotonic() - began < 5
        assert [lives(run.pid(name)) for name in ("serve", "work")] == [False, False]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_up_killed_outright_leaves_no_child(tmp_path: Path, given: dict[str, str]) -> None:
    with running(tmp_path, env=given) as run:
        run.ready()

        assert run.end(signal.SIGKILL) == (-signal.SIGKILL, "")
        assert soon(run.pid("serve"), run.pid("work")) == [False, False]


def test_up_refuses_to_run_where_somebody_said_production(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        tourbase_env="production",
        tourbase_folder=tmp_path / "data",
    )
    assert up(settings) == 1
    assert capsys.readouterr().err == (
        "tourbase: TOURBASE_ENV is production: `up` loads demo data and prints credentials."
        " In production run `migrate`, `serve` and `work`; for a trial, unset TOURBASE_ENV.\n"
    )
    assert not (tmp_path / "data").exists()
