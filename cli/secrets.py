"""`tourbase secrets rotate`: what is sealed is sealed anew, under the newest key."""

import asyncio
from argparse import Namespace

from bootstrap.settings import Settings
from bootstrap.wiring import doors, now, vault_of
from cli.crew import say
from db.database import Database
from services.sealed_secrets import Rotated, rotate_secrets


def run(settings: Settings, _given: Namespace) -> int:
    """0 if nothing is left under an older key; 1 if something could not be read."""
    done = asyncio.run(rotate(settings))
    return int(done.unreadable > 0)


async def rotate(settings: Settings) -> Rotated:
    """Errors: SettingMissing, SealingKeyRefused."""
    vault, database = vault_of(settings), Database(doors(settings))
    await database.open()
    try:
        done = await rotate_secrets(
            database, vault, now=now, told=lambda so_far: say(f"{so_far.sealed} so far")
        )
    finally:
        await database.close()
    say(f"{done.sealed} secrets sealed anew under the key {vault.ring.newest}.")
    if done.unreadable:
        say(f"{done.unreadable} could not be read, and are as they were.")
    return done
