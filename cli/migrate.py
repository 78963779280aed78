"""Bring a database to a revision: roles first, then every pending revision in one transaction."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from alembic import command
from alembic.config import Config
from pydantic import SecretStr

import migrations
from bootstrap.settings import Settings
from bootstrap.wiring import SettingMissing
from db.clusters import refuse_unfit


def run(settings: Settings, given: Namespace) -> int:
    migrate(settings, revision=given.revision)
    return 0


def migrate(
    settings: Settings, *, revision: str = "head", say: Callable[[str], None] = print
) -> None:
    """Upgrade or downgrade with the administrator's login.

    Shape:  `revision` is `head`, `base`, a number such as `0007`, or a step such as `-1`.
    Errors: SettingMissing without DATABASE_ADMIN_URL; ServerRefused.
    """
    if settings.database_admin_url is None:
        raise SettingMissing(
            "DATABASE_ADMIN_URL is not set: `migrate` needs a login that may create roles."
        )
    refuse_unfit(settings.database_admin_url.get_secret_value())
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = settings.database_admin_url.get_secret_value()
    config.attributes["role_prefix"] = settings.database_role_prefix
    config.attributes["logins"] = {
        "write": _password(settings, "write", settings.database_url),
        "read": _password(settings, "read", settings.database_read_url),
    }
    config.attributes["on_version_apply"] = lambda *, step, **_: say(
        f"  {'migrated' if step.is_upgrade else 'reverted'} {step.up_revision_id}"
    )
    down = revision == "base" or revision.startswith("-")
    (command.downgrade if down else command.upgrade)(config, revision)


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
