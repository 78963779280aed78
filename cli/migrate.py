"""Bring a database to a revision: roles first, then every pending revision in one transaction."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy.exc import ProgrammingError

import migrations
from bootstrap.settings import Settings
from bootstrap.wiring import SettingMissing
from db.clusters import refuse_unfit
from domain.errors import OperatorError
from migrations.digests import Changed

MAY_NOT = "42501"  # insufficient_privilege


class NoSuchRevision(OperatorError):
    """The command names a revision that is not there."""


class LoginTooWeak(OperatorError):
    """The administrator's login may not do what a migration does."""

    def __init__(self) -> None:
        super().__init__(
            "The login of DATABASE_ADMIN_URL may not create roles: name an administrator's, not one"
            " of the two that serve."
        )


class MadeOtherwise(OperatorError):
    """The database was made by another state of the revisions; the message says what to do."""


def run(settings: Settings, given: Namespace) -> int:
    migrate(settings, revision=given.revision)
    return 0


def migrate(
    settings: Settings, *, revision: str = "head", say: Callable[[str], None] = print
) -> None:
    """Upgrade or downgrade with the administrator's login.

    Shape:  `revision` is `head`, `base`, a number such as `0007`, or a step such as `-1`.
    Errors: SettingMissing without DATABASE_ADMIN_URL; ServerRefused; MadeOtherwise;
            NoSuchRevision; LoginTooWeak.
    """
    if settings.database_admin_url is None:
        raise SettingMissing(
            "DATABASE_ADMIN_URL is not set: `migrate` needs a login that may create roles."
        )
    refuse_unfit(settings.database_admin_url.get_secret_value())
    down = revision == "base" or revision.startswith("-")
    config = _config(settings, settings.database_admin_url.get_secret_value())
    config.attributes["upgrades"] = not down
    config.attributes["on_version_apply"] = lambda *, step, **_: say(
        f"  {'migrated' if step.is_upgrade else 'reverted'} {step.up_revision_id}"
    )
    _apply(config, revision, settings, command.downgrade if down else command.upgrade)


def _apply(
    config: Config, revision: str, settings: Settings, way: Callable[[Config, str], None]
) -> None:
    try:
        way(config, revision)
    except Changed as changed:
        raise MadeOtherwise(_said(changed, settings)) from None
    except ResolutionError as unknown:
        raise MadeOtherwise(
            f"This database has a revision that is not here ({unknown.argument}): "
            "use the image that made it."
        ) from unknown
    except CommandError as error:
        raise NoSuchRevision(f"{error}. There are head, base, 0007, -1.") from None
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != MAY_NOT:
            raise
        raise LoginTooWeak from None


def _config(settings: Settings, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = url
    config.attributes["role_prefix"] = settings.database_role_prefix
    config.attributes["logins"] = {
        "write": _password(settings, "write", settings.database_url),
        "read": _password(settings, "read", settings.database_read_url),
    }
    return config


def _said(changed: Changed, settings: Settings) -> str:
    if changed.noted:
        fault = f"This database was made by another state of revision {changed.revision}"
    else:
        fault = f"This database does not say by which state of {changed.revision} it was made"
    if settings.tourbase_env == "development":
        folder = settings.tourbase_folder
        return (
            f"{fault}: if `make up` made it, remove {folder / 'postgres'} and {folder / 'valkey'}, "
            "and `make up` makes a new one; on a server of your own, give it an empty database."
        )
    if changed.noted:
        return (
            f"{fault}: migrate it with the image that made it, and let what has changed since "
            "come as a new revision."
        )
    return f"{fault}, so nothing can be built on it: give an empty database."


def _password(settings: Settings, name: str, url: SecretStr | None) -> str | None:
    """The password that a login's own URL carries; None leaves the role's password as it is."""
    parts = urlsplit(url.get_secret_value()) if url else None
    if (
        parts is None
        or parts.username != settings.database_role_prefix + name
        or not parts.password
    ):
        return None
    return unquote(parts.password)
