"""The lock files agree with each other, with the project, and hold nothing that is not asked for."""

import re

import pytest
from packaging.requirements import Requirement

from tests.containers import ROOT
from tests.house.test_house import PROJECT

ENTRY = re.compile(
    r"^(?P<name>[a-z0-9][\w.-]*)==(?P<version>[^\s;]+)[^\n]*\\\n(?P<hashes>(?: .*\n?)+)"
)


def locked(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text()
    found = {
        match["name"]: match["version"]
        for match in re.finditer(ENTRY.pattern, text, re.MULTILINE)
        if "--hash=sha256:" in match["hashes"]
    }
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)), "each has its hashes"
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", Requirement(each).name).lower() for each in requirements}


DEVELOPMENT = locked("requirements.lock")


@pytest.mark.parametrize("file", ["requirements-runtime.lock", "requirements-build.lock"])
def test_a_lock_of_the_image_has_the_versions_that_are_tested(file: str) -> None:
    differs = {
        name: (version, DEVELOPMENT.get(name))
        for name, version in locked(file).items()
        if DEVELOPMENT.get(name) != version
    }

    assert differs == {}, "`make lock` writes them anew"


def test_the_image_has_all_that_the_project_needs_and_nothing_of_development() -> None:
    runtime = set(locked("requirements-runtime.lock"))
    extras = PROJECT["project"]["optional-dependencies"]
    needed = names(PROJECT["project"]["dependencies"])
    development = names(extras["dev"]) | names(extras["embedded"])

    assert needed - runtime == set(), "`make lock` writes it anew"
    assert development - needed & runtime == set()


def test_the_image_is_built_with_what_the_project_says_it_is_built_with() -> None:
    assert set(locked("requirements-build.lock")) == names(PROJECT["build-system"]["requires"])
