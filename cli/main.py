"""The command `tourbase`: one subcommand a thing that an operator does.

A subcommand's module is imported when it is asked for: a token needs no web server.
"""

import argparse
import pkgutil
import sys
from collections.abc import Mapping
from importlib import metadata
from typing import Final

from pydantic import ValidationError

from bootstrap.logs import logged
from bootstrap.running import of_running
from bootstrap.settings import Settings
from domain.errors import DomainError, OperatorError

CALLERS: Final = ("site", "staff", "owner", "partner", "customer", "driver")
COMMANDS: Final[Mapping[str, str]] = {
    "up": "cli.up:run",
    "serve": "cli.serve:serve",
    "work": "cli.work:work",
    "migrate": "cli.migrate:run",
    "seed": "cli.seed:run",
    "token": "cli.token:run",
    "sdl": "cli.sdl:sdl",
    "doctor": "cli.doctor:run",
    "dead-jobs": "cli.dead_jobs:run",
    "tenant": "cli.tenant:run",
    "tenant-life": "cli.tenant_life:run",
    "secrets": "cli.secrets:run",
    "documents": "cli.documents:run",
}
NEW_TENANT: Final[Mapping[str, str]] = {
    "name": "the operating company's name",
    "brand": "code of its first brand: acme",
    "brand-name": "the brand's name",
    "time-zone": "of the brand: America/Los_Angeles",
    "currency": "of the brand: USD",
    "email-from": "address that the brand's mails come from",
    "owner-name": "who owns it",
    "owner-email": "where the owner is written to",
}


LIFE: Final[Mapping[str, str]] = {
    "suspend": "let nobody of it in, until it is resumed",
    "resume": "let them in again; one that was leaving stays",
    "leave": "suspend it for 30 days, after which it can be purged",
    "export": "write all of its rows as JSON Lines, with a manifest",
    "purge": "delete a tenant that left 30 days ago",
}


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
    try:
        with logged(settings):
            code: int = pkgutil.resolve_name(COMMANDS[_named(given)])(settings, given)
    except (OperatorError, DomainError) as error:
        print(f"tourbase: {error}", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tourbase", description="The GraphQL backend for tour operators with several brands."
    )
    version = f"tourbase {metadata.version('tourbase')}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything on this machine, with demo data")
    commands.add_parser("serve", help="serve GraphQL over HTTP and WebSocket")
    commands.add_parser("work", help="run background jobs and relay events")
    migrating = commands.add_parser("migrate", help="bring the database to a revision")
    migrating.add_argument("revision", nargs="?", default="head", help="head, base, 0007, -1")
    seeding = commands.add_parser("seed", help="load the demo data, once")
    seeding.add_argument("--scale", type=int, default=1, help="times about 1,000 bookings")
    token = commands.add_parser("token", help="print credentials of the demo data, a line each")
    token.add_argument("--brand", required=True, help="code of the brand: wwt")
    token.add_argument("--as", dest="kinds", required=True, nargs="+", choices=CALLERS)
    token.add_argument("--tenant", help="slug of the tenant, if it is not the first: kiwi-tours")
    commands.add_parser("sdl", help="print the GraphQL schema")
    doctor = commands.add_parser(
        "doctor", help="look at each dependency: what is wrong, and how to mend it"
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    _tenant(commands.add_parser("tenant", help="make a tenant, suspend it, export it, end it"))
    _secrets(commands.add_parser("secrets", help="seal stored secrets anew"))
    _documents(commands.add_parser("documents", help="register what a client sends"))
    dead = commands.add_parser("dead-jobs", help="list jobs that failed for good")
    dead.add_argument("--retry", type=int, help="try the job of this id again")
    return parser


def _secrets(sealed: argparse.ArgumentParser) -> None:
    sealed.add_subparsers(dest="act", required=True).add_parser(
        "rotate", help="put them under SECRETS_KEY; run it again if it was broken off"
    )


def _documents(documents: argparse.ArgumentParser) -> None:
    push = documents.add_subparsers(dest="act", required=True).add_parser(
        "push", help="register documents of an app by its `ci` key, all or none"
    )
    push.add_argument("path", help="a folder of .graphql files, one, or a manifest")
    push.add_argument("--url", required=True, help="the server: https://api.example.com")
    push.add_argument(
        "--key-from-env",
        default="TOURBASE_KEY",
        help="variable that holds the key: TOURBASE_KEY if nothing is said",
    )
    push.add_argument("--check", action="store_true", help="only say whether they fit the schema")


def _named(given: argparse.Namespace) -> str:
    """A tenant is made by one module; all that happens to it afterwards is another's."""
    command: str = given.command
    return "tenant-life" if command == "tenant" and given.act != "create" else command


def _tenant(tenant: argparse.ArgumentParser) -> None:
    acts = tenant.add_subparsers(dest="act", required=True)
    for act, said in LIFE.items():
        parser = acts.add_parser(act, help=said)
        parser.add_argument("slug", help="the tenant: acme-tours")
        if act == "export":
            parser.add_argument("--to", required=True, help="a new folder")
        if act == "purge":
            parser.add_argument("--confirm", required=True, help="the slug once more")
    create = acts.add_parser(
        "create", help="make it, and print the code with which its owner sets a password"
    )
    create.add_argument("slug", help="names it where its staff sign in: acme-tours")
    for option, said in NEW_TENANT.items():
        create.add_argument(f"--{option}", required=True, help=said)


if __name__ == "__main__":
    sys.exit(main())
