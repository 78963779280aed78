"""`tourbase tenant suspend|resume|leave|export|purge`: an operating company comes to its end."""

import hashlib
import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, now
from cli.crew import say
from db.departures import Administration, Copy, Table, administration, children_first
from domain.errors import OperatorError
from domain.tenants import Tenant, TenantStatus, check_due, move

BATCH: Final = 5_000
MOVES: Final[Mapping[str, tuple[TenantStatus, str]]] = {
    "suspend": (TenantStatus.SUSPENDED, "TenantSuspended"),
    "resume": (TenantStatus.ACTIVE, "TenantResumed"),
    "leave": (TenantStatus.LEAVING, "TenantLeft"),
}


class TenantLifeRefused(OperatorError):
    """Nothing was done to the tenant; the message says why."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One file of an export."""

    file: str
    rows: int
    sha256: str
    left_out: tuple[str, ...]


def run(settings: Settings, given: Namespace) -> int:
    """Errors: TenantLifeRefused, WrongState, MayNotPurge."""
    if settings.database_admin_url is None:
        raise TenantLifeRefused("DATABASE_ADMIN_URL is not set: it is the login that migrated.")
    url = settings.database_admin_url.get_secret_value()
    with administration(url, role_prefix=settings.database_role_prefix) as admin:
        tenant = admin.find(given.slug)
        if tenant is None:
            raise TenantLifeRefused(f"There is no tenant {given.slug}.")
        if given.act == "export":
            say(export(admin, tenant, Path(given.to), at=now()))
        elif given.act == "purge":
            _confirmed(given, tenant)
            say(purge(admin, tenant, at=now()))
        else:
            say(change(admin, tenant, given.act, at=now()))
    return 0


def change(admin: Administration, tenant: Tenant, act: str, *, at: datetime) -> str:
    """Errors: WrongState, TenantLifeRefused if somebody else moved it meanwhile."""
    to, kind = MOVES[act]
    after = move(tenant, to, now=at)
    if not admin.move(after, tenant, id=TimeOrderedIds().new(), kind=kind, now=at):
        raise TenantLifeRefused("The tenant was changed meanwhile. Try again.")
    until = (
        f"; its rows may be deleted from {after.leaves_at:%Y-%m-%d} on" if after.leaves_at else ""
    )
    return f"{tenant.slug} is {after.status}{until}."


def export(admin: Administration, tenant: Tenant, folder: Path, *, at: datetime) -> str:
    """Every row of the tenant as a line of JSON, a file a table, and a manifest of them all.

    Shape:  what is a secret or the hash of one is left out, and named in the manifest.
    Errors: TenantLifeRefused if the folder is there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise TenantLifeRefused(f"{folder} is there already. Name a new folder.") from None
    with admin.copying(tenant) as copy:
        files = [_copied(copy, table, folder) for table in copy.tables()]
    manifest = {
        "tenant": tenant.slug,
        "status": tenant.status.value,
        "exported_at": at.isoformat(),
        "files": {
            each.file: {"rows": each.rows, "sha256": each.sha256, "left_out": each.left_out}
            for each in files
        },
    }
    with os.fdopen(_created(folder / "manifest.json"), "wb") as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return f"{sum(each.rows for each in files)} rows of {len(files)} tables are in {folder}."


def purge(admin: Administration, tenant: Tenant, *, at: datetime, batch: int = BATCH) -> str:
    """Delete all rows of a tenant that left thirty days ago; begun again, it goes on.

    Errors: WrongState, MayNotPurge.
    """
    check_due(tenant, now=at)
    counts: dict[str, int] = {}
    for table in children_first(admin.tables(tenant)):
        counts[table.name] = _all_of(partial(admin.delete, tenant, table.name, batch=batch))
    counts["jobs"] = _all_of(partial(admin.delete_jobs, tenant, batch=batch))
    admin.close(tenant, id=TimeOrderedIds().new(), rows=counts, now=at)
    return (
        f"{sum(counts.values())} rows of {tenant.slug} are deleted, and {tenant.slug} is no more."
    )


def _all_of(delete: Callable[[], int]) -> int:
    total = 0
    while done := delete():
        total += done
    return total


def _confirmed(given: Namespace, tenant: Tenant) -> None:
    if given.confirm != tenant.slug:
        raise TenantLifeRefused(f"This cannot be undone. Say so: --confirm {tenant.slug}")


def _copied(copy: Copy, table: Table, folder: Path) -> Copied:
    digest, count = hashlib.sha256(), 0
    name = f"{table.name}.jsonl"
    with os.fdopen(_created(folder / name), "wb") as file:
        for row in copy.rows(table):
            line = row.encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return Copied(name, count, digest.hexdigest(), table.left_out)


def _created(path: Path) -> int:
    """For its owner alone: it holds what customers said."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
