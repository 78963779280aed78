"""`tourbase doctor`: each dependency, what is wrong with it, and how to mend it."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

import orjson

from bootstrap.checks import Checks, Finding
from bootstrap.settings import Settings
from bootstrap.wiring import now, parts
from cli.crew import say
from domain.errors import OperatorError

MEND_SETTINGS = "name it in the environment or in .env; `.env.example` lists every setting"


def run(settings: Settings, given: Namespace) -> int:
    """Print a line for each dependency. 1 if one is down, 0 otherwise."""
    findings = asyncio.run(findings_of(settings))
    if given.json:
        sys.stdout.buffer.write(orjson.dumps([asdict(each) for each in findings]) + b"\n")
    else:
        for each in findings:
            _tell(each)
    return int(any(each.status == "down" for each in findings))


async def findings_of(settings: Settings) -> Sequence[Finding]:
    """Settings that do not allow a start are the only finding: nothing else can be asked."""
    try:
        async with parts(settings) as made:
            checks = Checks(
                settings, made.database, made.events, made.mailer, now, quotas=made.quotas
            )
            return [
                Finding("settings", "ok", settings.tourbase_env),
                await checks.logins(),
                *await checks.look(checks.of_all),
            ]
    except OperatorError as error:
        return [Finding("settings", "down", str(error), MEND_SETTINGS)]


def _tell(finding: Finding) -> None:
    word = {"ok": "ok", "down": "DOWN", "off": "off"}[finding.status]
    say(f"{word:5} {finding.name:11} {finding.detail}".rstrip())
    if finding.mend:
        say(f"{'':17} -> {finding.mend}")
