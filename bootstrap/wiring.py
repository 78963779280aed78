"""Settings into live objects, closed in the reverse order. The only place that builds them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, time
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import uuid_utils.compat
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from auth.attempts import Attempts
from auth.authenticate import Authenticator
from auth.key_uses import KeyUses, flushing
from auth.keys import KeyRing
from auth.links import LinkTokens
from auth.origins import Origins
from auth.passwords import Passwords
from auth.quote_tokens import QuoteTokens
from auth.remembered import Remembered
from auth.sealing import SealingRing, keys_of
from auth.second_factors import SecondFactors
from auth.session_tokens import Challenges, RefreshTokens
from auth.sessions import Rotation
from auth.sign_on import SignOn
from auth.signers import Signers
from auth.tokens import Tokens
from auth.vault import Vault
from auth.visitors import VisitorSecrets
from bootstrap.settings import Settings
from bootstrap.telemetry import collect, telemetry_for
from db.database import Database, Doors
from db.watching import Observer
from domain.errors import OperatorError
from domain.limits import Limits
from domain.quotas import Rates
from integrations.alerts import LogAlerts
from integrations.guarded_http import GuardedHttp
from integrations.mailer import mailer_for
from integrations.openid import OpenIdIssuers
from integrations.redis_cache import Patience, RedisCache
from integrations.redis_events import RedisEvents
from integrations.redis_limits import RedisLimits
from integrations.redis_quotas import RedisQuotas
from integrations.redis_texts import RedisTexts
from integrations.telemetry import Telemetry
from services.federation import Door
from services.field_usage import FieldTally, counting
from services.gate import Gate
from services.guest_sign_in import GuestGate
from services.ports import Alerts, Mailer

SHORTEST_SECRET: Final = 32


class SettingMissing(OperatorError):
    """A setting that this command cannot do without is not set; the message names it."""


class SettingUnfit(OperatorError):
    """A setting is good enough for development alone; the message names it, never its value."""


class TimeOrderedIds:
    """UUIDv7: identities that grow with time, drawn in this process."""

    def new(self) -> UUID:
        return uuid_utils.compat.uuid7()


@dataclass(frozen=True, slots=True)
class Outside:
    """What every long-running process reaches: the database, the events, and people."""

    database: Database
    events: RedisEvents
    cache: RedisCache
    mailer: Mailer
    alerts: Alerts
    tries: RedisLimits
    quotas: RedisQuotas
    issuers: OpenIdIssuers
    registry: CollectorRegistry
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server works with."""

    settings: Settings
    database: Database
    events: RedisEvents
    cache: RedisCache
    tokens: Tokens
    vault: Vault
    quotes: QuoteTokens
    links: LinkTokens
    gate: Gate
    door: Door
    guests: GuestGate
    origins: Origins
    quotas: RedisQuotas
    visitors: VisitorSecrets
    authenticator: Authenticator
    ids: TimeOrderedIds
    registry: CollectorRegistry
    telemetry: Telemetry
    mailer: Mailer
    texts: RedisTexts
    uses: FieldTally | None


def now() -> datetime:
    return datetime.now(UTC)


def limits_of(settings: Settings) -> Limits:
    return Limits(
        tokens=settings.limit_tokens,
        depth=settings.limit_depth,
        aliases=settings.limit_aliases,
        directives=settings.limit_directives,
        root_fields=settings.limit_root_fields,
        page=settings.limit_page,
        nodes=settings.limit_nodes,
        variables_bytes=settings.limit_variables_bytes,
        operation_seconds=settings.limit_operation_seconds,
    )


def rates_of(settings: Settings) -> Rates:
    return Rates(
        visitor_per_minute=settings.quota_visitor_per_minute,
        caller_per_minute=settings.quota_caller_per_minute,
        link_per_minute=settings.quota_link_per_minute,
        payments_per_minute=settings.quota_payments_per_minute,
        forms_per_hour=settings.quota_forms_per_hour,
        cost_per_second=settings.quota_cost_per_second,
        cost_burst=settings.quota_cost_burst,
    )


def required(secret: SecretStr | None, name: str) -> str:
    """Errors: SettingMissing, naming the setting."""
    if secret is None:
        raise SettingMissing(f"{name} is not set. `.env.example` lists every setting.")
    return secret.get_secret_value()


def refuse_unfit(settings: Settings) -> None:
    """Errors: SettingUnfit, SettingMissing, SealingKeyRefused, outside development."""
    if settings.tourbase_env == "development":
        return
    if len(required(settings.events_secret, "EVENTS_SECRET")) < SHORTEST_SECRET:
        raise SettingUnfit(
            f"EVENTS_SECRET has fewer than {SHORTEST_SECRET} characters: outside development it"
            " keeps the channels of brands apart. `openssl rand -hex 32` makes one."
        )
    if settings.mail_url.get_secret_value().startswith("mailbox:"):
        raise SettingUnfit(
            "MAIL_URL names no mail server: a mailbox is for development, in production it is"
            " smtp:// or smtps://."
        )
    vault_of(settings)


def vault_of(settings: Settings) -> Vault:
    """Errors: SettingMissing, SealingKeyRefused."""
    key, before = required(settings.secrets_key, "SECRETS_KEY"), settings.secrets_keys_before
    return Vault(SealingRing(key, before=before.get_secret_value()))


def visitors_of(settings: Settings) -> VisitorSecrets:
    """Errors: SettingMissing, SealingKeyRefused."""
    key, before = required(settings.secrets_key, "SECRETS_KEY"), settings.secrets_keys_before
    return VisitorSecrets(keys_of(key, before=before.get_secret_value()))


def doors(settings: Settings) -> Doors:
    write_url = required(settings.database_url, "DATABASE_URL")
    read_url = required(settings.database_read_url, "DATABASE_READ_URL")
    return Doors(
        write_url=write_url,
        read_url=read_url,
        role_prefix=settings.database_role_prefix,
        pool_size=settings.database_pool_size,
        idle_seconds=settings.database_pool_idle_seconds,
        acquire_seconds=settings.database_acquire_seconds,
        statement_seconds=settings.database_statement_seconds,
        prepare_threshold=settings.database_prepare_threshold,
    )


def cache_for(settings: Settings, registry: CollectorRegistry) -> RedisCache:
    """The cache of one database: of several that share a Redis and a secret, each has its own."""
    url = settings.redis_url
    database = urlsplit(required(settings.database_url, "DATABASE_URL")).path
    secret = required(settings.events_secret, "EVENTS_SECRET")
    return RedisCache(
        url.get_secret_value() if url else None,
        namespace=f"{secret}{database}",
        registry=registry,
        patience=Patience(local=settings.cache_local_seconds),
    )


@asynccontextmanager
async def outside(settings: Settings, *, observe: Observer | None = None) -> AsyncIterator[Outside]:
    """The outside, opened; closed in reverse when the block ends.

    Errors: SettingMissing, SettingUnfit.
    """
    refuse_unfit(settings)
    redis_url, webhook = settings.redis_url, settings.alert_webhook_url
    secret = required(settings.events_secret, "EVENTS_SECRET")
    registry, issuers = CollectorRegistry(), issuers_of(settings)
    telemetry = telemetry_for(settings, registry)
    async with AsyncExitStack() as stack:
        stack.callback(telemetry.close)
        cache, watch = cache_for(settings, registry), telemetry.statement
        database = Database(doors(settings), observe=observe, watch=watch, tell=cache.tell)
        await database.open()
        url = redis_url.get_secret_value() if redis_url else None
        events = RedisEvents(url, secret=secret)
        tries = RedisLimits(url, secret=secret, clock=monotonic)
        quotas = RedisQuotas(url, secret=secret, clock=monotonic)
        for each in (database, events, cache, tries, quotas, issuers):
            stack.push_async_callback(each.close)
        collect(registry, database, events)
        yield Outside(
            database=database,
            events=events,
            cache=cache,
            mailer=mailer_for(settings.mail_url.get_secret_value()),
            alerts=LogAlerts(webhook.get_secret_value() if webhook else None, registry=registry),
            tries=tries,
            quotas=quotas,
            issuers=issuers,
            registry=registry,
            telemetry=telemetry,
        )


def ring_of(settings: Settings) -> KeyRing:
    """Errors: SettingMissing, SigningKeyRefused."""
    signing_key = required(settings.auth_signing_key, "AUTH_SIGNING_KEY")
    return KeyRing(signing_key, before=settings.auth_keys_before)


def gate_of(made: Outside, tokens: Tokens, signers: Signers, settings: Settings) -> Gate:
    """What staff sign in by."""
    refreshing, ids = RefreshTokens(tokens.ring, settings.auth_issuer), TimeOrderedIds()
    challenges = Challenges(tokens.ring, settings.auth_issuer)
    return Gate(
        made.database,
        tokens,
        refreshing,
        signers.codes,
        Passwords(),
        made.tries,
        ids,
        SecondFactors(vault_of(settings)),
        challenges,
    )


def rotation_of(made: Outside, tokens: Tokens, settings: Settings) -> Rotation:
    return Rotation(made.database, tokens, RefreshTokens(tokens.ring, settings.auth_issuer))


def issuers_of(settings: Settings) -> OpenIdIssuers:
    http = GuardedHttp(development=settings.tourbase_env == "development")
    return OpenIdIssuers(http, monotonic)


def door_of(made: Outside, ring: KeyRing, origins: Origins, settings: Settings) -> Door:
    """The way to the tenants' issuers and back."""
    attempts = Attempts(ring, settings.auth_issuer)
    plain = settings.tourbase_env == "development"
    vault = vault_of(settings)
    sign_on = SignOn(made.database, attempts, made.issuers, vault, origins, plain=plain)
    return Door(made.database, sign_on, made.tries, TimeOrderedIds())


def guests_gate(made: Outside, tokens: Tokens, signers: Signers, settings: Settings) -> GuestGate:
    """What customers and drivers sign in by."""
    rotation = rotation_of(made, tokens, settings)
    return GuestGate(rotation, signers.sign_ins, made.tries, TimeOrderedIds())


@asynccontextmanager
async def _known(
    made: Outside, tokens: Tokens, links: LinkTokens, origins: Origins
) -> AsyncIterator[Authenticator]:
    """What the process knows its callers by; when they used their keys is written from time to time
    and at the end.
    """
    remembered, uses = Remembered(made.cache, now), KeyUses(made.database, now)
    given = (made.database, tokens, links, origins, now)
    async with flushing(uses):
        yield Authenticator(*given, remembered=remembered, uses=uses)


@asynccontextmanager
async def _sent(
    made: Outside, settings: Settings
) -> AsyncIterator[tuple[RedisTexts, FieldTally | None]]:
    """What is remembered of documents that were sent; what is never stored is not counted."""
    url, secret = settings.redis_url, required(settings.events_secret, "EVENTS_SECRET")
    texts = RedisTexts(url.get_secret_value() if url else None, secret=secret, clock=time)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(texts.close)
        uses = None
        if settings.usage_seconds:
            tally = FieldTally(made.database, now, TimeOrderedIds())
            uses = await stack.enter_async_context(counting(tally, settings.usage_seconds))
        yield texts, uses


@asynccontextmanager
async def parts(settings: Settings, *, observe: Observer | None = None) -> AsyncIterator[Parts]:
    """Everything that the server needs.

    Errors: SettingMissing, SettingUnfit, SigningKeyRefused, SealingKeyRefused.
    """
    ring, issuer = ring_of(settings), settings.auth_issuer
    tokens, signers = Tokens(ring, issuer), Signers.of(ring, issuer)
    async with outside(settings, observe=observe) as made, _sent(made, settings) as (texts, uses):
        origins = Origins(made.database, now, development=settings.tourbase_env == "development")
        async with _known(made, tokens, signers.links, origins) as authenticator:
            yield Parts(
                settings=settings,
                database=made.database,
                events=made.events,
                cache=made.cache,
                tokens=tokens,
                vault=vault_of(settings),
                quotes=QuoteTokens(ring, issuer),
                links=signers.links,
                gate=gate_of(made, tokens, signers, settings),
                door=door_of(made, ring, origins, settings),
                guests=guests_gate(made, tokens, signers, settings),
                origins=origins,
                quotas=made.quotas,
                visitors=visitors_of(settings),
                authenticator=authenticator,
                ids=TimeOrderedIds(),
                registry=made.registry,
                telemetry=made.telemetry,
                mailer=made.mailer,
                texts=texts,
                uses=uses,
            )
