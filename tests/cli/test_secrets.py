"""`tourbase secrets rotate` says what it did."""

from functools import partial

import pytest
from pydantic import SecretStr

from auth.sealing import new_key
from bootstrap.settings import Settings
from bootstrap.wiring import now, vault_of
from cli.secrets import rotate
from db import sealed_secrets
from domain.identity import NOBODY, Kind
from services.sealed_secrets import Rotated
from tests.builders import a_brand, a_principal, new_id
from tests.conftest import FreshDatabase


def changed(settings: Settings) -> Settings:
    """The key of before still opens; a new one seals from now on."""
    before = settings.secrets_key
    assert before is not None
    update = {"secrets_key": SecretStr(new_key()), "secrets_keys_before": before}
    return settings.model_copy(update=update)


async def test_it_says_how_many_it_sealed_and_under_which_key(
    fresh_database: FreshDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    database, settings = fresh_database.database, changed(fresh_database.settings)
    old, newest = vault_of(fresh_database.settings), vault_of(settings).ring.newest
    session = database.session(a_principal(await a_brand(settings), Kind.WORKER))
    put = partial(old.put, secret=b"hush", kind="smtp", owner_id=new_id(), now=now())
    for _ in range(3):
        await session.write(partial(put, id=new_id()))

    assert [await rotate(settings) for _ in range(2)] == [Rotated(3), Rotated()]

    assert capsys.readouterr().out.splitlines() == [
        "3 so far",
        f"3 secrets sealed anew under the key {newest}.",
        f"0 secrets sealed anew under the key {newest}.",
    ]
    assert await database.session(NOBODY).write(sealed_secrets.keys) == {newest: 3}
