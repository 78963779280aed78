"""The playground that is committed was built from the sources that are committed."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from bootstrap.environment import child_environment

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "web" / "playground" / "built"
SUMS = BUILT / "SHA256SUMS"
REMEDY = "`make playground` builds it anew"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "node_modules" not in path.relative_to(folder).parts
    }


def test_the_sources_and_the_output_are_those_that_the_build_wrote_down() -> None:
    lines = [line.partition("  ") for line in SUMS.read_text().splitlines()]
    written = {name: digest for digest, _, name in lines}
    found = {
        f"{folder}/{name}": hashlib.sha256(content).hexdigest()
        for folder in ("playground", "web/playground/built")
        for name, content in contents(ROOT / folder).items()
        if name != SUMS.name
    }

    assert found == written, REMEDY


def test_the_output_names_no_place_of_the_machine_that_built_it() -> None:
    naming = [name for name, text in contents(BUILT).items() if str(ROOT).encode() in text]

    assert naming == []


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_building_the_sources_elsewhere_gives_the_same_output_to_the_byte(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here: the playground is not built anew")
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "playground", tmp_path / "playground", ignore=ignored)
    for arguments in (["ci", "--ignore-scripts", "--silent"], ["run", "--silent", "build"]):
        ran = subprocess.run(
            [npm, *arguments],
            cwd=tmp_path / "playground",
            env=child_environment({}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    anew, committed = contents(tmp_path / "web" / "playground" / "built"), contents(BUILT)
    assert {name for name in anew | committed if anew.get(name) != committed.get(name)} == set()
