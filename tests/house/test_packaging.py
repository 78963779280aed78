"""The container files: what they promise of safety, order and settings, read as Docker reads them."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from bootstrap.settings import Settings
from bootstrap.wiring import doors, refuse_unfit
from tests.containers import (
    ROOT,
    SECRETS,
    VARIABLE,
    NotSet,
    asked_for,
    copied,
    development,
    image_environment,
    image_health_check,
    said,
    services,
    stages,
)
from tests.house.test_house import PROJECT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = services(SECRETS)
OURS = ("migrate", "api", "worker")
HARDENED = [name for name in SERVICES if name != "postgres"]
POOLED = {"DATABASE_ADDRESS": "pgbouncer:5432", "DATABASE_PREPARE_THRESHOLD": "none"}


def settings_of(service: str, **more: str) -> Settings:
    """What a container of the service has: the image's, the file's above it, without the empty."""
    told = services({**SECRETS, **more})[service]["environment"]
    given = {**image_environment(), **told}
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        **{name.lower(): value for name, value in given.items() if value},
    )


def test_the_services_run_pinned_images_and_one_of_them_is_ours() -> None:
    assert {name: service["image"] for name, service in SERVICES.items()} == {
        "postgres": "postgres:18.6-trixie",
        "redis": "redis:8.6",
        "migrate": f"tourbase:{PROJECT['project']['version']}",
        "api": f"tourbase:{PROJECT['project']['version']}",
        "worker": f"tourbase:{PROJECT['project']['version']}",
        "pgbouncer": "edoburu/pgbouncer:v1.25.1-p0",
    }


def test_only_the_pooler_waits_for_its_profile() -> None:
    assert {name: service.get("profiles") for name, service in SERVICES.items()} == {
        **dict.fromkeys(SERVICES),
        "pgbouncer": ["pgbouncer"],
    }


def test_who_waits_for_whom_and_for_what() -> None:
    waits = {
        name: {on: how["condition"] for on, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }

    migrated = {"migrate": "service_completed_successfully"}
    assert waits == {
        "postgres": {},
        "redis": {},
        "migrate": {"postgres": "service_healthy"},
        "api": {**migrated, "redis": "service_healthy", "pgbouncer": "service_healthy"},
        "worker": {**migrated, "redis": "service_healthy"},
        "pgbouncer": migrated,
    }
    assert SERVICES["api"]["depends_on"]["pgbouncer"]["required"] is False


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_bounded_comes_back_and_is_asked_for_its_health(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]

    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[MG]", limits["memory"])
    if name == "migrate":
        assert service["restart"] == "on-failure:3"
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert re.fullmatch(r"\d+s", service["stop_grace_period"])


@pytest.mark.parametrize("name", HARDENED)
def test_a_container_writes_to_memory_only_and_is_nobody_of_importance(name: str) -> None:
    service = SERVICES[name]
    user, group = service["user"].split(":")

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(user) > 0
    assert int(group) > 0
    assert all(":ro" in volume for volume in service.get("volumes", []))
    assert service["tmpfs"]


def test_what_is_published_is_published_on_loopback() -> None:
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}

    assert {name: each for name, each in ports.items() if each} == {
        "postgres": ["127.0.0.1:5432:5432"],
        "redis": ["127.0.0.1:6379:6379"],
        "api": ["127.0.0.1:8000:8000"],
    }


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_without_a_secret_nothing_starts(name: str) -> None:
    given = {each: value for each, value in SECRETS.items() if each != name}
    with pytest.raises(NotSet, match=f"^{name}$"):
        services(given)


def test_the_secrets_that_are_asked_for_are_in_no_file_but_the_developers() -> None:
    assert asked_for() == set(SECRETS) == set(development())


def test_the_guide_names_every_variable_and_says_which_must_be_set() -> None:
    guide = (ROOT / "docs" / "guide" / "deploy.md").read_text()
    required = re.findall(r"^\| `([A-Z_]+)` \|", guide, re.MULTILINE)
    may = {match["name"] for match in VARIABLE.finditer(COMPOSE) if match["name"]} - asked_for()

    assert set(required) == asked_for()
    assert {name for name in may if name not in guide} == set()
    assert may == {
        "API_PORT",
        "DATABASE_ADDRESS",
        "DATABASE_PREPARE_THRESHOLD",
        "TOURBASE_IMAGE",
    }


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_settings_that_exist(name: str) -> None:
    told = {each.lower() for each in SERVICES[name]["environment"]}

    assert told - set(Settings.model_fields) == set()


@pytest.mark.parametrize("name", ["api", "worker"])
@pytest.mark.parametrize("more", [{}, POOLED], ids=["direct", "pooled"])
def test_the_environment_of_a_process_is_fit_for_production(
    name: str, more: dict[str, str]
) -> None:
    settings = settings_of(name, **more)
    refuse_unfit(settings)
    made = doors(settings)

    pooled = bool(more) and name == "api"
    address = "pgbouncer:5432" if pooled else "postgres:5432"
    assert settings.tourbase_env == "production"
    assert made.write_url == f"postgresql://tourbase_write:write-pw@{address}/tourbase"
    assert made.read_url == f"postgresql://tourbase_read:read-pw@{address}/tourbase"
    assert made.prepare_threshold == (None if pooled else 5)
    assert settings.redis_url == SecretStr("redis://redis:6379/0")
    assert settings.database_admin_url is None
    assert (settings.auth_signing_key is not None) == (name in {"api", "worker"})


def test_migrate_alone_is_told_the_owners_password() -> None:
    settings = settings_of("migrate")
    admin = "postgresql://owner:owner-pw@postgres:5432/tourbase"

    assert settings.database_admin_url == SecretStr(admin)
    assert settings.auth_signing_key is None
    assert settings.events_secret is None
    knows = [name for name, each in SERVICES.items() if "owner-pw" in str(each)]
    assert knows == ["postgres", "migrate"]


@pytest.mark.parametrize("name", OURS)
def test_every_other_setting_comes_from_a_file_that_need_not_be_there(name: str) -> None:
    assert SERVICES[name]["env_file"] == [{"path": "compose/settings.env", "required": False}]
    assert "compose/settings.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_developers_lines_reach_the_servers_that_they_start() -> None:
    head = COMPOSE.partition("services:")[0]
    exported = dict(re.findall(r"^#   export (\w+)=(\S+)$", head, re.MULTILINE))
    folder = services(development())
    logins = {
        "DATABASE_ADMIN_URL": ("owner", development()["POSTGRES_PASSWORD"]),
        "DATABASE_URL": ("tourbase_write", development()["DATABASE_WRITE_PASSWORD"]),
        "DATABASE_READ_URL": ("tourbase_read", development()["DATABASE_READ_PASSWORD"]),
    }

    assert exported.pop("COMPOSE_ENV_FILES") == "compose/development.env"
    assert "#   docker compose up -d --wait postgres redis\n" in head
    assert urlsplit(exported.pop("REDIS_URL")).netloc == "127.0.0.1:6379"
    assert set(exported) == set(logins)
    for name, (user, password) in logins.items():
        url = urlsplit(exported[name])
        assert (url.username, url.password) == (user, password)
        assert (url.hostname, url.port, url.path) == ("127.0.0.1", 5432, "/tourbase")
    assert folder["postgres"]["environment"]["POSTGRES_USER"] == "owner"
    assert folder["postgres"]["environment"]["POSTGRES_DB"] == "tourbase"


def test_the_image_is_made_in_two_stages_of_one_pinned_python() -> None:
    build, image = stages()
    tags = {said(stage, "FROM")[0].split()[0] for stage in (build, image)}

    assert tags == {"python:3.13-slim-trixie"}
    assert said(image, "COPY") == ["--from=build /opt/tourbase /opt/tourbase"]


def test_everything_that_is_copied_is_there_and_every_package_is_copied() -> None:
    sources = {source.rstrip("/") for each, _ in copied() for source in each}
    packages = {name.split(".")[0] for name in PROJECT["tool"]["setuptools"]["packages"]}

    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert packages - sources == set()


def test_what_is_kept_from_the_builder_is_nothing_that_it_copies() -> None:
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    hidden = {line for line in kept if line and not line.startswith(("#", "**/"))}
    sources = {source.rstrip("/") for each, _ in copied() for source in each}

    assert ".*" in hidden, "the repository's own files, .env and .tourbase stay out"
    assert hidden & sources == set()
    assert {source for source in sources if source.startswith(".")} == set()


def test_the_image_runs_as_the_user_that_it_makes() -> None:
    image = stages()[-1]

    assert said(image, "USER") == ["10001:10001"]
    assert "useradd --uid 10001 " in said(image, "RUN")[0]
    assert {SERVICES[name]["user"] for name in OURS} == {"10001:10001"}
    assert (said(image, "ENTRYPOINT"), said(image, "CMD")) == (['["tourbase"]'], ['["serve"]'])


def test_the_image_and_the_service_ask_the_same_question_on_the_port_that_is_served() -> None:
    told: dict[str, Any] = SERVICES["api"]["healthcheck"]
    port = image_environment()["PORT"]

    assert told["test"] == ["CMD", *image_health_check()]
    assert f"'127.0.0.1', {port}," in told["test"][-1]
    assert said(stages()[-1], "EXPOSE") == [port] == [SERVICES["api"]["environment"]["PORT"]]


def test_nothing_is_installed_without_a_hash() -> None:
    installs = [
        part
        for stage in stages()
        for rest in said(stage, "RUN")
        for part in rest.split(" && ")
        if "pip install" in part
    ]

    assert [part for part in installs if "--require-hashes" not in part] == [
        "/opt/tourbase/bin/pip install --no-deps --no-index dist/*.whl"
    ]
