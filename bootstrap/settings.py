"""The environment, read once and validated: frozen settings, and secrets that do not print."""

import re
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_TOKEN: Final = 16
STRIPE_KEY: Final = re.compile(r"(sk|rk)_(test|live)_\w+")
SCHEMES: Final = {
    "database_url": {"postgresql", "postgres"},
    "database_read_url": {"postgresql", "postgres"},
    "database_admin_url": {"postgresql", "postgres"},
    "redis_url": {"redis", "rediss", "unix"},
    "mail_url": {"smtp", "smtps", "mailbox"},
    "alert_webhook_url": {"http", "https"},
    "sentry_dsn": {"http", "https"},
    "public_url": {"http", "https"},
    "stripe_api_url": {"http", "https"},
    "otel_exporter_otlp_endpoint": {"http", "https"},
}


def setting(default: Any, description: str, **bounds: Any) -> Any:
    """A setting with its default; `.env.example` is written from the descriptions."""
    return Field(default, description=description, **bounds)


class Settings(BaseSettings):
    """What a process may be told from outside; `.env.example` lists each with its default."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    tourbase_env: Literal["development", "production"] = setting(
        "production", "`development` allows demo data and printed credentials."
    )
    host: str = setting("127.0.0.1", "Address that `serve` binds.")
    port: int = setting(8000, "Port that `serve` binds.", ge=0, le=65535)
    public_url: str | None = setting(
        None, "How browsers call this server, as `https://api.acme.example`; for single sign-on."
    )
    trusted_proxies: str = setting(
        "127.0.0.1,::1", "Addresses or networks whose `X-Forwarded-For` says who is calling."
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "Least level that is logged."
    )

    playground: bool = setting(
        default=True, description="Whether a browser that opens `/graphql` is shown GraphiQL."
    )

    database_url: SecretStr | None = setting(
        None, "Write login, an ordinary role that owns nothing."
    )
    database_read_url: SecretStr | None = setting(None, "Read login; may be a replica.")
    database_admin_url: SecretStr | None = setting(
        None, "A login that may create roles; only `migrate`, `seed` and `up` use it."
    )
    database_role_prefix: str = setting(
        "tourbase_", "Every PostgreSQL role starts with it.", pattern=r"^[a-z][a-z0-9_]{0,29}$"
    )
    database_pool_size: int = setting(
        20, "Connections at most, for each of the two logins.", ge=1, le=20
    )
    database_pool_idle_seconds: float = setting(
        30, "An idle connection is closed after this long.", gt=0
    )
    database_acquire_seconds: float = setting(2, "How long a request waits for a connection.", gt=0)
    database_statement_seconds: float = setting(10, "Time limit of every statement.", gt=0)
    database_prepare_threshold: int | None = setting(
        5, "Executions before a statement is prepared; `none` behind a transaction pooler."
    )

    redis_url: SecretStr | None = setting(
        None, "Redis or Valkey: events and cache; without it nobody hears of changes."
    )
    auth_signing_key: SecretStr | None = setting(
        None, "Ed25519 private key (PEM) that signs tokens."
    )
    auth_keys_before: str = setting(
        "", "Ed25519 public keys (PEM, one after another) that signed what is still good."
    )
    secrets_key: SecretStr | None = setting(
        None, "Seals stored secrets: 32 random bytes in base64, `openssl rand -base64 32`."
    )
    secrets_keys_before: SecretStr = setting(
        SecretStr(""),
        "Keys before it, with commas between, until `tourbase secrets rotate` needs none.",
    )
    auth_issuer: str = setting("tourbase", "`iss` and `aud` of the tokens.")
    mail_url: SecretStr = setting(
        SecretStr("mailbox:.tourbase/mailbox"),
        "`smtp://user:pass@host:587`, or in development `mailbox:FOLDER`.",
    )
    alert_webhook_url: SecretStr | None = setting(None, "Receives a JSON document for each alert.")
    stripe_secret_key: SecretStr | None = setting(
        None, "Secret key of Stripe; `sk_test_…` in development."
    )
    stripe_api_url: str = setting("https://api.stripe.com", "Where Stripe answers.")
    events_secret: SecretStr | None = setting(
        None, "Keys the names of the Redis channels; 32 characters or more."
    )

    limit_body_bytes: int = setting(100_000, "Largest request body that is read.", gt=0)
    limit_tokens: int = setting(2_000, "Lexical tokens in a document, at most.", gt=0)
    limit_depth: int = setting(12, "Fields inside fields, at most.", gt=0)
    limit_aliases: int = setting(30, "Aliases in a document, at most.", gt=0)
    limit_directives: int = setting(50, "Directives in a document, at most.", gt=0)
    limit_root_fields: int = setting(20, "Root fields in an operation, at most.", gt=0)
    limit_page: int = setting(100, "`first` or `last`, at most.", gt=0)
    limit_nodes: int = setting(10_000, "Objects that an operation may ask for, at most.", gt=0)
    limit_variables_bytes: int = setting(64_000, "Largest `variables`, as JSON.", gt=0)
    limit_operation_seconds: float = setting(10, "Time limit of a query or mutation.", gt=0)
    limit_message_bytes: int = setting(64_000, "Largest WebSocket message.", gt=0)
    limit_connection_init_seconds: float = setting(
        5, "How long a socket may wait with `connection_init`.", gt=0
    )

    quota_visitor_per_minute: int = setting(
        100, "Requests by a site key, for each address and brand.", gt=0
    )
    quota_caller_per_minute: int = setting(1_000, "Requests of anybody else, for each.", gt=0)
    quota_link_per_minute: int = setting(60, "Requests with the token of one object.", gt=0)
    quota_payments_per_minute: int = setting(
        10, "Mutations that sell, charge or refund, for each who asks.", gt=0
    )
    quota_forms_per_hour: int = setting(
        10, "Inquiries and the like by a site key, for each address and brand.", gt=0
    )
    quota_cost_per_second: int = setting(
        1_000, "Objects that an app may read in a brand, steadily.", gt=0
    )
    quota_cost_burst: int = setting(20_000, "Objects that it may read at once.", gt=0)

    limit_refusal_seconds: float = setting(
        0.1, "How long whoever asks on though their quota is spent waits to be told again.", ge=0
    )

    cache_local_seconds: float = setting(
        2, "How long a process keeps what it has from the cache; 0 asks Redis each time.", ge=0
    )
    usage_seconds: float = setting(
        60, "How often it is stored which fields were used; 0 counts nothing.", ge=0
    )
    metrics_token: SecretStr | None = setting(
        None, "Bearer token of `/metrics`; outside development there is no such page without it."
    )
    worker_metrics_port: int | None = setting(
        None,
        "Port of HOST on which `work` answers `/metrics` too; unset, it does not.",
        ge=0,
        le=65535,
    )
    otel_exporter_otlp_endpoint: str | None = setting(
        None, "OTLP/HTTP collector that receives traces, as `http://127.0.0.1:4318`."
    )
    sentry_dsn: SecretStr | None = setting(None, "Receives faults, redacted.")

    tourbase_folder: Path = setting(
        Path(".tourbase"), "Where `up` keeps the embedded servers' data."
    )
    postgres_bin: Path | None = setting(
        None, "Folder of `initdb` and `postgres`, for `up` and the tests."
    )
    valkey_bin: Path | None = setting(
        None, "The `valkey-server` or `redis-server`, for `up` and the tests."
    )

    @field_validator("database_prepare_threshold", mode="before")
    @classmethod
    def _none_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and value.lower() == "none" else value

    @field_validator(*SCHEMES)
    @classmethod
    def _scheme_fits(
        cls, value: SecretStr | str | None, info: ValidationInfo
    ) -> SecretStr | str | None:
        schemes = SCHEMES[str(info.field_name)]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is not None and text.partition(":")[0] not in schemes:
            raise ValueError(f"must start with one of: {', '.join(sorted(schemes))}")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _cannot_be_guessed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"has fewer than {SHORTEST_TOKEN} characters: it could be guessed")
        return value

    @field_validator("stripe_secret_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not STRIPE_KEY.fullmatch(value.get_secret_value()):
            raise ValueError("is no secret key of Stripe: they begin with sk_ or rk_")
        return value

    @field_validator("mail_url")
    @classmethod
    def _names_a_server(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme != "mailbox" and not parts.hostname:
            raise ValueError("names no mail server: smtp://user:pass@host:587")
        return value

    @field_validator("redis_url", "mail_url", "alert_webhook_url")
    @classmethod
    def _port_is_a_number(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            _ = urlsplit(value.get_secret_value()).port if value else None
        except ValueError:
            raise ValueError(
                "is no address: what stands for the port is no number up to 65535"
            ) from None
        return value
