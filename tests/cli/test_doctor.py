"""`tourbase doctor` says what is wrong, and how to mend it."""

from argparse import Namespace
from functools import partial

import orjson
import pytest
from pydantic import SecretStr

from auth.sealing import SealingRing, new_key
from auth.vault import Vault
from bootstrap.checks import Finding
from bootstrap.settings import Settings
from bootstrap.wiring import now, vault_of
from cli.doctor import findings_of, run
from domain.identity import Kind
from tests.builders import a_brand, a_principal, new_id
from tests.conftest import FreshDatabase


def test_a_worker_that_is_missing_is_told_with_its_cure(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(settings, Namespace(json=False))
    lines = capsys.readouterr().out.splitlines()

    assert code == 1
    assert "ok    settings    development" in lines
    assert "ok    logins      two logins that own nothing and inherit nothing" in lines
    worker = next(place for place, line in enumerate(lines) if "worker" in line)
    assert lines[worker].startswith("DOWN  worker      no worker is at work")
    assert lines[worker + 1] == f"{'':17} -> start `tourbase work`"
    assert "off   stripe" in lines


def test_an_owners_login_is_told_with_its_cure(
    settings: Settings, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    unsafe = settings.model_copy(update={"database_url": settings.database_admin_url})
    assert run(unsafe, Namespace(json=True)) == 1

    found = {each["name"]: each for each in orjson.loads(capsysbinary.readouterr().out)}
    assert found["logins"]["status"] == "down"
    assert "row-level security would not bind it" in found["logins"]["detail"]
    assert found["logins"]["mend"] == "run `tourbase migrate`, and use the logins it makes"


def test_a_database_that_is_away_is_told_by_each_part_that_needs_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = SecretStr("postgresql://tourbase_write:hidden-word@127.0.0.1:1/nothing")
    away = settings.model_copy(update={"database_url": nowhere, "database_read_url": nowhere})
    assert run(away, Namespace(json=False)) == 1

    told = capsys.readouterr().out
    for name in ("logins", "database", "writes", "migrations", "worker"):
        assert f"DOWN  {name}" in told
    assert "hidden-word" not in told


async def test_a_secret_whose_key_is_missing_is_told_with_its_cure(
    fresh_database: FreshDatabase,
) -> None:
    database, settings = fresh_database.database, fresh_database.settings
    session = database.session(a_principal(await a_brand(settings), Kind.WORKER))
    for vault in (vault_of(settings), Vault(SealingRing(new_key()))):
        kept = partial(vault.put, kind="smtp", owner_id=new_id(), now=now())
        await session.write(partial(kept, secret=b"hush", id=new_id()))

    found = {each.name: each for each in await findings_of(settings)}

    assert found["secrets"] == Finding(
        "secrets",
        "down",
        "1 of 2 were sealed by a key that is not here",
        "name that key in SECRETS_KEYS_BEFORE, and run `tourbase secrets rotate`",
    )


def test_settings_that_allow_no_start_are_the_only_finding(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = settings.model_copy(update={"auth_signing_key": None})
    assert run(lacking, Namespace(json=False)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "DOWN  settings    AUTH_SIGNING_KEY is not set. `.env.example` lists every setting.",
        f"{'':17} -> name it in the environment or in .env; `.env.example` lists every setting",
    ]
