"""The child processes of `up`: run to their end, watched while they serve, ended in order."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from domain.errors import OperatorError
from integrations.embedded.child import Process, end, spawn
from integrations.embedded.journal import fresh_log, last_lines

STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
LAST_LINES = 15


class Refusal(OperatorError):
    """One sentence that ends the command with exit code 1."""


class Stopped(Exception):  # no error: somebody asked for it
    """Ctrl-C, SIGTERM or SIGHUP has come."""


class Stop:
    """Counts the wishes to stop, so that no signal interrupts an orderly end half-way."""

    def __init__(self) -> None:
        self._wishes = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._wishes += 1

    def pause(self) -> None:
        """A short sleep. Errors: Stopped."""
        self.check()
        time.sleep(POLL_SECONDS)
        self.check()

    def check(self) -> None:
        if self._wishes:
            raise Stopped

    def hurried(self) -> bool:
        """Whether somebody asked twice: children are then given no more time."""
        return self._wishes > 1


class Crew:
    """Our commands as child processes; they end with `end`, or with this process."""

    def __init__(
        self, program: Sequence[str], *, env: Mapping[str, str], logs: Path, stop: Stop
    ) -> None:
        self._program = program
        self._env = env
        self._logs = logs
        self._stop = stop
        self._processes: dict[str, Process] = {}

    def run(self, command: str) -> None:
        """Run it to its end, its output on ours. Errors: Refusal if it fails, Stopped."""
        process = spawn([*self._program, command], env=self._env, output=None, errors=None)
        try:
            while process.poll() is None:
                self._stop.pause()
        finally:
            end([process], by=signal.SIGTERM, seconds=STOP_SECONDS, hurried=self._stop.hurried)
        self._stop.check()
        if process.returncode != 0:
            raise Refusal(f"`{command}` failed ({_outcome(process)}): its output is above.")

    def ask(self, command: str, arguments: Sequence[str]) -> Process:
        """Start it, its standard output and errors on pipes; ended with the rest."""
        process = spawn(
            [*self._program, command, *arguments],
            env=self._env,
            output=subprocess.PIPE,
            errors=subprocess.PIPE,
        )
        self._processes[" ".join((command, *arguments))] = process
        return process

    def start(self, command: str) -> None:
        """Start it for as long as `up` runs, its output in a log of its name."""
        with fresh_log(self._log(command)) as output:
            self.join(command, spawn([*self._program, command], env=self._env, output=output))

    def join(self, name: str, process: Process) -> None:
        self._processes[name] = process

    def watch(self, *names: str) -> None:
        """One look at all of them, or those named. Errors: Stopped; Refusal if one has ended."""
        self._stop.pause()
        for name in names:
            process = self._processes[name]
            if process.poll() is not None:
                raise Refusal(f"`{name}` has ended ({_outcome(process)}).{self._last_words(name)}")

    def end(self) -> None:
        processes = list(self._processes.values())
        end(processes, by=signal.SIGTERM, seconds=STOP_SECONDS, hurried=self._stop.hurried)
        for process in processes:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _last_words(self, name: str) -> str:
        log = self._log(name)
        lines = last_lines(log, LAST_LINES) if log.exists() else []
        return "".join(f"\n  | {line}" for line in lines) + (
            f"\n  its log is {log}" if lines else ""
        )


def _outcome(process: Process) -> str:
    code = process.returncode
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(sentence: str) -> None:
    sys.stderr.write(f"tourbase: {sentence}\n")
    sys.stderr.flush()
