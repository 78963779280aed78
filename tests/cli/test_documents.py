"""`tourbase documents push`: what a build writes down is checked as a whole, then registered."""

import asyncio
import json
from argparse import Namespace
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts
from cli.documents import MOST_CHARACTERS, PushRefused, address_of, batches, run
from cli.manifests import ManifestRefused, Source, sources
from db.database import Database, Transaction
from domain.identity import Brand
from tests.builders import a_key, an_app, write
from tests.web.conftest import served

GOOD = "query Code { brand { code } }\n"
OTHER = "query Name { brand { name } }"
WRONG = "query Wrong {\n  brand { nothing }\n}"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def relay(*texts: str) -> str:
    return json.dumps({digest(text): text for text in texts})


def apollo(*texts: str, **more: Any) -> str:
    operations = [
        {"id": digest(text), "name": f"N{place}", "type": "query", "body": text, **more}
        for place, text in enumerate(texts)
    ]
    head = {"format": "apollo-persisted-query-manifest", "version": 1}
    return json.dumps({**head, "operations": operations})


@pytest.mark.parametrize("made", [relay, apollo])
def test_a_manifest_gives_its_documents_to_the_letter(
    tmp_path: Path, made: Callable[..., str]
) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(made(GOOD, OTHER))

    assert [each.text for each in sources(file)] == [GOOD, OTHER]


def test_a_folder_gives_each_of_its_documents_once_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Code.graphql").write_text(GOOD)
    (tmp_path / "Name.gql").write_text(OTHER)
    (tmp_path / "Twin.graphql").write_text(OTHER)
    (tmp_path / "notes.md").write_text("no document")

    found = sources(tmp_path)

    assert [(Path(each.file).name, each.name, each.text) for each in found] == [
        ("Name.gql", "Name", OTHER),
        ("Code.graphql", "Code", GOOD),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", "no manifest of Relay"),
        ("a.json", "[]", "no manifest of Relay"),
        ("a.json", '{"a": 1}', "no manifest of Relay"),
        ("a.json", json.dumps({"0cc175b9c0f1b6a831c399e269772661": "a"}), "SHA-256"),
        ("a.json", apollo(GOOD, id="x"), "SHA-256"),
        ("a.json", apollo(GOOD, body=None), "no `id` or no `body`"),
        ("a.json", "{}", "holds no document"),
    ],
)
def test_what_is_no_manifest_is_refused_and_told_why(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(ManifestRefused, match=said):
        sources(tmp_path / name)


def test_a_fault_is_told_where_an_editor_finds_it() -> None:
    file = Source("src/a.graphql", "a", "", whole=True)
    listed = Source("manifest.json", "Code", "", whole=False)

    assert file.told("Line 2, column 11: No.") == "src/a.graphql:2:11: No."
    assert file.told("It has no operation.") == "src/a.graphql (a): It has no operation."
    assert listed.told("Line 2, column 11: No.") == "manifest.json (Code): Line 2, column 11: No."


def test_documents_go_in_requests_that_a_server_reads() -> None:
    small = [Source("f", None, "x", whole=True)] * 51
    large = [Source("f", None, "x" * (MOST_CHARACTERS - 1), whole=True)] * 2

    assert [len(each) for each in batches(small)] == [50, 1]
    assert [len(each) for each in batches(large)] == [1, 1]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://api.example.com", "https://api.example.com/graphql"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/graphql"),
        ("http://localhost:8000/graphql", "http://localhost:8000/graphql"),
        ("https://example.com/api/graphql", "https://example.com/api/graphql"),
    ],
)
def test_an_address_is_that_of_the_endpoint(url: str, wanted: str) -> None:
    assert address_of(url) == wanted


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://example.com", "example.com"])
def test_a_key_is_sent_to_nobody_who_can_be_listened_to(url: str) -> None:
    with pytest.raises(PushRefused):
        address_of(url)


async def test_a_push_registers_all_or_none_and_may_be_repeated(
    made: Parts,
    database: Database,
    brand: Brand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    key = await write(database, brand, lambda tx: a_key(tx, "ci", app_id=app))
    monkeypatch.setenv("OUR_KEY", key)
    (tmp_path / "Code.graphql").write_text(GOOD)
    (tmp_path / "Wrong.graphql").write_text(WRONG)

    async def texts() -> list[str]:
        async def read(tx: Transaction) -> list[str]:
            asked = "select text from trusted_documents where app_id = %(app)s order by text"
            return [text for (text,) in await tx.rows(asked, {"app": app})]

        found: list[str] = await write(database, brand, read)
        return found

    async with served(made) as address:

        async def pushed(path: Path, *, check: bool = False) -> tuple[int, str]:
            given = Namespace(path=str(path), url=address, key_from_env="OUR_KEY", check=check)
            code = await asyncio.to_thread(run, Settings(), given)
            out, err = capsys.readouterr()
            # The server of this test logs in the same place.
            lines = [line for line in (out + err).splitlines() if "[info" not in line]
            return code, "\n".join(lines)

        code, said = await pushed(tmp_path)
        assert (code, await texts()) == (1, [])
        assert f"{tmp_path}/Wrong.graphql:2:11: Cannot query field 'nothing'" in said
        assert "1 faults in 2 documents; nothing was pushed." in said

        (tmp_path / "Wrong.graphql").write_text(OTHER)
        assert await pushed(tmp_path, check=True) == (0, "2 documents fit.")
        assert await texts() == []
        said = "2 documents pushed, 0 were registered already."
        assert await pushed(tmp_path) == (0, said)
        assert await texts() == [GOOD, OTHER]
        said = "0 documents pushed, 2 were registered already."
        assert await pushed(tmp_path) == (0, said)
        monkeypatch.setenv("OUR_KEY", key[:-1] + "x")
        with pytest.raises(PushRefused, match="key is not valid"):
            await pushed(tmp_path)
        monkeypatch.setenv("OUR_KEY", " ")
        with pytest.raises(PushRefused, match="OUR_KEY is not set"):
            await pushed(tmp_path)
