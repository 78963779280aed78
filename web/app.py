"""The HTTP and WebSocket application."""

from importlib import metadata
from time import monotonic

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from auth.consoles import ConsoleCookies
from bootstrap.checks import Checks
from bootstrap.wiring import Parts, limits_of, now, rates_of
from domain.faults import told
from domain.limits import Limits
from domain.trusted_documents import digest_of
from resolvers.context import World
from resolvers.operation import MASKED
from resolvers.registry import Registry
from resolvers.root import RELATIONS, Schema, build_schema
from services.hand_overs import Desk
from web.answers import refused
from web.consoles import Consoles
from web.contract import Contract
from web.cookies import ConsoleCallers, Cookies
from web.cors import Cors
from web.downloads import Downloads
from web.federation import SigningOn
from web.graphql import Endpoint
from web.guest_sign_in import GuestsSigningIn
from web.health import Health
from web.metrics import MetricsPage, Queue
from web.middleware import BodyLimit, RequestId, SafeHeaders
from web.observation import KnownDocuments, Observation
from web.playground import Playground
from web.prepared import prepared
from web.quotas import Quotas
from web.sign_in import SigningIn

LOG = structlog.get_logger("tourbase.web")


def build_app(made: Parts) -> ASGIApp:
    """The application over objects that are already open.

    Shape:  an id and safe headers stand outside of all, so that a fault's answer has them too.
    """
    limits = limits_of(made.settings)
    schema = build_schema(limits, KnownDocuments(prepared()))
    world = _world(made, limits)
    inside = Starlette(
        routes=_routes(made, schema, world),
        middleware=[
            Middleware(Cors, origins=made.origins),
            Middleware(
                Quotas, clock=monotonic, refusal_seconds=made.settings.limit_refusal_seconds
            ),
            Middleware(BodyLimit, most_bytes=made.settings.limit_body_bytes),
        ],
        exception_handlers={
            404: _no_such_page,
            405: _no_such_method,
            Exception: _fault,
        },
    )
    safe = SafeHeaders(inside, secure=world.production)
    observed = Observation(safe, telemetry=made.telemetry)
    return RequestId(observed, draw=lambda: str(made.ids.new()))


def _world(made: Parts, limits: Limits) -> World:
    return World(
        made.database,
        RELATIONS,
        made.events,
        now,
        made.ids,
        made.quotes,
        made.links,
        limits=limits,
        production=made.settings.tourbase_env == "production",
        telemetry=made.telemetry,
        cache=made.cache,
        quotas=made.quotas,
        rates=rates_of(made.settings),
        visitors=made.visitors,
        factors=made.gate.factors,
        registry=_registry(made),
        uses=made.uses,
        vault=made.vault,
    )


def _registry(made: Parts) -> Registry:
    """The operations of the house are documents of every app."""
    texts = {digest_of(each.document): each.document for each in prepared()}
    return Registry(made.database, made.cache, prepared=texts, texts=made.texts)


def _routes(made: Parts, schema: Schema, world: World) -> list[BaseRoute]:
    init_seconds = made.settings.limit_connection_init_seconds
    texts = ConsoleCookies(made.tokens.ring, made.settings.auth_issuer)
    consoles = ConsoleCallers(Cookies(texts, secure=world.production), made.authenticator)
    endpoint = Endpoint(
        schema, world, made.authenticator, init_seconds=init_seconds, consoles=consoles
    )
    playground = Playground.of(made)
    checks = Checks(made.settings, made.database, made.events, made.mailer, now, quotas=made.quotas)
    health = Health(checks, now=now, version=metadata.version("tourbase"))
    return [
        Route("/graphql", endpoint, middleware=playground.middleware),
        WebSocketRoute("/graphql", endpoint),
        *playground.routes,
        *SigningIn(made.gate, now).routes,
        *_signing_on(made).routes,
        *_consoles(made, consoles),
        *GuestsSigningIn(made.guests, made.authenticator, made.visitors, now).routes,
        *Downloads(made.database, made.authenticator, now, made.ids).routes,
        Route("/schema.graphql", Contract(schema.as_str()).answer),
        Route("/metrics", _metrics(made).answer),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route("/api/health/database", health.database),
        Route("/api/health/system", health.system),
    ]


def _signing_on(made: Parts) -> SigningOn:
    settings = made.settings
    development = settings.tourbase_env == "development"
    url, desk = settings.public_url, Desk(made.gate, made.door.sign_on.attempts)
    return SigningOn(made.door, desk, now, public_url=url, development=development)


def _consoles(made: Parts, consoles: ConsoleCallers) -> list[BaseRoute]:
    """Nothing where the page is switched off: then nobody has its cookie."""
    return Consoles(made.gate, consoles, now).routes if made.settings.playground else []


def _metrics(made: Parts) -> MetricsPage:
    token = made.settings.metrics_token
    return MetricsPage(
        made.registry,
        Queue(made.database, now),
        token=token.get_secret_value() if token else None,
        is_open=made.settings.tourbase_env == "development",
    )


async def _no_such_page(request: Request, _error: Exception) -> Response:
    return refused("NOT_FOUND", "There is no such page.", request.state.request_id, status=404)


async def _no_such_method(request: Request, _error: Exception) -> Response:
    return refused(
        "BAD_REQUEST", "This page has no such method.", request.state.request_id, status=405
    )


async def _fault(request: Request, error: Exception) -> Response:
    LOG.error("fault", request_id=request.state.request_id, **told(error))
    return refused("INTERNAL_SERVER_ERROR", MASKED, request.state.request_id)
