"""Settings: validated at start, and a secret does not print."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from auth.sealing import new_key
from bootstrap.running import announced, of_running
from bootstrap.settings import Settings
from bootstrap.wiring import SettingMissing, SettingUnfit, doors, refuse_unfit, required


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def test_a_secret_is_printed_nowhere() -> None:
    made = settings(
        database_url="postgresql://user:hush@127.0.0.1/x",
        events_secret="hush",
        mail_url="smtp://a:hush@b",
    )

    assert "hush" not in repr(made)
    assert "hush" not in str(made.model_dump())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://user:hush@127.0.0.1/x"),
        ("redis_url", "http://hush"),
        ("redis_url", "redis://127.0.0.1:hush/0"),
        ("mail_url", "smtp://user:hush@127.0.0.1:70000"),
        ("alert_webhook_url", "https://[hush"),
        ("port", "70000"),
        ("database_pool_size", "21"),
        ("database_role_prefix", "Robert'); drop table"),
        ("tourbase_env", "staging"),
        ("log_level", "loud"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name_without_its_value(
    name: str, value: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{name: value})

    assert [error["loc"] for error in refused.value.errors()] == [(name,)]
    assert "hush" not in str(refused.value)


def test_the_pool_is_bounded_as_the_house_says() -> None:
    made = settings(
        database_url="postgresql://a@127.0.0.1/x", database_read_url="postgresql://b@127.0.0.1/x"
    )

    assert doors(made).pool_size == 20
    assert doors(made).idle_seconds == 30
    assert doors(made).acquire_seconds == 2


def test_statements_are_not_prepared_behind_a_pooler_if_so_set() -> None:
    assert settings(database_prepare_threshold="none").database_prepare_threshold is None


def test_a_setting_that_a_process_needs_is_named_if_it_is_missing() -> None:
    with pytest.raises(SettingMissing, match="EVENTS_SECRET is not set"):
        required(None, "EVENTS_SECRET")
    assert required(SecretStr("hush"), "EVENTS_SECRET") == "hush"


SERVER, LONG = "smtp://mail.example:25", "x" * 32


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"events_secret": LONG}, "MAIL_URL"),
        ({"events_secret": LONG, "mail_url": "mailbox:somewhere"}, "MAIL_URL"),
        ({"events_secret": LONG[1:], "mail_url": SERVER}, "EVENTS_SECRET"),
    ],
)
def test_what_is_bearable_in_development_alone_is_refused_in_production(
    given: dict[str, str], name: str
) -> None:
    with pytest.raises(SettingUnfit, match=f"^{name} "):
        refuse_unfit(settings(**given))
    refuse_unfit(settings(**given, tourbase_env="development"))
    refuse_unfit(settings(events_secret=LONG, mail_url=SERVER, secrets_key=new_key()))


def test_other_commands_find_the_up_that_runs_and_only_while_it_runs(tmp_path: Path) -> None:
    here = settings(tourbase_folder=tmp_path)
    with announced(tmp_path, {"DATABASE_URL": "postgresql://a:b@127.0.0.1/x", "PORT": "9"}):
        found = of_running(here)
        assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600
        elsewhere = settings(tourbase_folder=tmp_path, database_url="postgresql://c:d@127.0.0.1/y")
        assert of_running(elsewhere) is elsewhere

    assert found.port == 9
    assert found.database_url == SecretStr("postgresql://a:b@127.0.0.1/x")
    assert of_running(here) is here
