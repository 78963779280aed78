"""The command `tourbase`: one subcommand a thing that an operator does."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError

from bootstrap.running import of_running
from bootstrap.settings import Settings
from bootstrap.wiring import SettingMissing
from cli.crew import Refusal
from cli.dead_jobs import dead_jobs
from cli.migrate import migrate
from cli.seed import seed
from cli.serve import serve, work
from cli.token import KINDS, TokenRefused, print_token
from cli.up import up
from db.clusters import ServerRefused
from db.logins import UnsafeLogin
from domain.errors import DomainError
from integrations.embedded import ServerFault
from resolvers.root import build_schema

EXPECTED = (
    SettingMissing,
    UnsafeLogin,
    TokenRefused,
    DomainError,
    Refusal,
    ServerFault,
    ServerRefused,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; what the operator can mend is one sentence and exit code 1."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings()
        if given.command != "up":
            settings = of_running(settings)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(map(str, fault["loc"])).upper()
            print(f"tourbase: {name}: {fault['msg']}", file=sys.stderr)
        return 1
    _log_as_json(settings)
    try:
        return COMMANDS[given.command](settings, given)
    except EXPECTED as error:
        print(f"tourbase: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tourbase", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything on this machine, with demo data")
    commands.add_parser("serve", help="serve GraphQL over HTTP and WebSocket")
    commands.add_parser("work", help="run background jobs and relay events")
    migrating = commands.add_parser("migrate", help="bring the database to a revision")
    migrating.add_argument("revision", nargs="?", default="head", help="head, base, 0007, -1")
    seeding = commands.add_parser("seed", help="load the demo data, once")
    seeding.add_argument("--scale", type=int, default=1, help="times about 1,000 bookings")
    token = commands.add_parser("token", help="print a credential of the demo data")
    token.add_argument("--brand", required=True, help="code of the brand: wwt")
    token.add_argument("--as", dest="kind", required=True, choices=sorted(KINDS))
    token.add_argument("--tenant", help="slug of the tenant; needed if two have such a brand")
    commands.add_parser("sdl", help="print the GraphQL schema")
    dead = commands.add_parser("dead-jobs", help="list jobs that failed for good")
    dead.add_argument("--retry", type=int, help="try the job of this id again")
    return parser


def _migrate(settings: Settings, given: argparse.Namespace) -> int:
    migrate(settings, revision=given.revision)
    return 0


def _seed(settings: Settings, given: argparse.Namespace) -> int:
    seed(settings, scale=given.scale, today=datetime.now(UTC).date())
    return 0


def _sdl(_settings: Settings, _given: argparse.Namespace) -> int:
    print(build_schema().as_str())
    return 0


def _token(settings: Settings, given: argparse.Namespace) -> int:
    asyncio.run(print_token(settings, brand=given.brand, kind=given.kind, tenant=given.tenant))
    return 0


def _dead_jobs(settings: Settings, given: argparse.Namespace) -> int:
    asyncio.run(dead_jobs(settings, retry=given.retry))
    return 0


COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "up": lambda settings, _given: up(settings),
    "serve": lambda settings, _given: serve(settings),
    "work": lambda settings, _given: work(settings),
    "migrate": _migrate,
    "seed": _seed,
    "token": _token,
    "sdl": _sdl,
    "dead-jobs": _dead_jobs,
}


def _log_as_json(settings: Settings) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
