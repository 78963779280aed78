"""The environment, read once and validated: frozen settings, and secrets that do not print."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SCHEMES = {
    "database_url": {"postgresql", "postgres"},
    "database_read_url": {"postgresql", "postgres"},
    "database_admin_url": {"postgresql", "postgres"},
    "redis_url": {"redis", "rediss", "unix"},
    "mail_url": {"smtp", "smtps", "mailbox"},
    "alert_webhook_url": {"http", "https"},
}


class Settings(BaseSettings):
    """What a process may be told from outside; `.env.example` lists each with its default."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    tourbase_env: Literal["development", "production"] = Field(
        "production", description="`development` allows demo data, printed credentials, localhost origins."
    )
    host: str = Field("127.0.0.1", description="Address that `serve` binds.")
    port: int = Field(8000, ge=0, le=65535, description="Port that `serve` binds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    database_url: SecretStr | None = Field(None, description="Write login, an ordinary role that owns nothing.")
    database_read_url: SecretStr | None = Field(None, description="Read login; may be a replica.")
    database_admin_url: SecretStr | None = Field(
        None, description="A login that may create roles; only `migrate`, `seed` and `up` use it."
    )
    database_role_prefix: str = Field(
        "tourbase_", pattern=r"^[a-z][a-z0-9_]{0,29}$", description="Every PostgreSQL role starts with it."
    )
    database_pool_size: int = Field(20, ge=1, le=20, description="Connections at most, for each of the two logins.")
    database_pool_idle_seconds: float = Field(30, gt=0, description="An idle connection is closed after this long.")
    database_acquire_seconds: float = Field(2, gt=0, description="How long a request waits for a connection.")
    database_statement_seconds: float = Field(10, gt=0, description="statement_timeout of every transaction.")
    database_prepare_threshold: int | None = Field(
        5, description="Executions before a statement is prepared; empty behind a transaction pooler."
    )

    redis_url: SecretStr | None = Field(None, description="Redis or Valkey: events, later cache and limits.")
    auth_signing_key: SecretStr | None = Field(None, description="Ed25519 private key (PEM) that signs tokens.")
    auth_issuer: str = Field("tourbase", description="`iss` and `aud` of the tokens.")
    mail_url: SecretStr = Field(
        SecretStr("mailbox:.tourbase/mailbox"), description="`smtp://user:pass@host:587` or `mailbox:FOLDER`."
    )
    alert_webhook_url: SecretStr | None = Field(None, description="Receives a JSON document for each alert.")
    events_secret: SecretStr | None = Field(None, description="Keys the names of the Redis channels.")

    tourbase_folder: Path = Field(Path(".tourbase"), description="Where `up` keeps the embedded servers' data.")
    postgres_bin: Path | None = Field(None, description="Folder of `initdb` and `postgres` for `up` and the tests.")
    valkey_bin: Path | None = Field(None, description="The `valkey-server` or `redis-server` for `up` and the tests.")

    @field_validator(*SCHEMES)
    @classmethod
    def _scheme_fits(cls, value: SecretStr | None, info: object) -> SecretStr | None:
        name = str(getattr(info, "field_name", ""))
        if value is not None and urlsplit(value.get_secret_value()).scheme not in SCHEMES[name]:
            raise ValueError(f"must start with one of: {', '.join(sorted(SCHEMES[name]))}")
        return value
