"""A linter that knows none of our reasons reads the policies too; what it says is accounted for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from bootstrap.settings import Settings
from tests.isolation.conftest import url

PGRLS: Final = Path(sys.executable).with_name("pgrls")
# It judges a policy without the floor that lies below it, and an index by its first column alone.
WITHOUT_THE_FLOOR: Final = ("SEC005", "SEC008", "SEC028", "SEC038", "PERF003")
# It names every trigger on a sealed table and every function with another's rights; the tests of
# the catalogue hold the list of the second, and that none of the first has another's rights.
LISTED_ELSEWHERE: Final = ("SEC013", "SEC014")
KNOWN: Final = {
    ("SEC001", "public.migrations"): "which revision the database is at; nobody's",
    ("SEC007", "public.directory_drops"): "names of changed tables, common to all tenants",
    ("SEC007", "public.departures"): "that a tenant left, when its rows are gone",
    ("SEC007", "public.hotels"): "the directory is common to all tenants",
    ("SEC007", "public.restaurants"): "the directory is common to all tenants",
    ("SEC007", "public.wineries"): "the directory is common to all tenants",
    ("SEC007", "public.installation"): "one row, common to all tenants",
    ("SEC007", "public.transitions"): "the state machines, common to all tenants",
    ("SEC030", "public.bookings"): "a hold has no customer yet; only staff see it",
    (
        "SEC035",
        "public.tenants (tenants_slug_key)",
    ): "names a tenant in tokens; the owner writes it",
}


def test_the_linter_finds_what_is_accounted_for_and_nothing_else(settings: Settings) -> None:
    excluded = [f"--exclude-rule={rule}" for rule in (*WITHOUT_THE_FLOOR, *LISTED_ELSEWHERE)]
    address = url(settings.database_admin_url)
    ran = subprocess.run(
        [PGRLS, "lint", "--database-url", address, "--schemas=public", "--format=json", *excluded],
        capture_output=True,
        check=False,
        text=True,
    )
    found = {(each["rule_id"], each["location"]) for each in json.loads(ran.stdout)["violations"]}

    assert found == set(KNOWN)
