"""The playground: GraphiQL for a browser that opens `/graphql`, beside the endpoint itself."""

from dataclasses import dataclass
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route

from bootstrap.wiring import Parts, now
from web.playground.credentials import DemoCredentials
from web.playground.page import Page

SHRUNK: Final = Middleware(GZipMiddleware, compresslevel=6)


@dataclass(frozen=True, slots=True)
class Playground:
    """What stands before the endpoint, and what stands beside it."""

    middleware: tuple[Middleware, ...] = ()
    routes: tuple[Route, ...] = ()

    @classmethod
    def of(cls, made: Parts) -> "Playground":
        """Nothing where it is switched off; credentials are handed out in development alone."""
        if not made.settings.playground:
            return cls()
        in_development = made.settings.tourbase_env == "development"
        page = Page(picker=in_development)
        routes = [Route("/graphql/assets/{name}", page.asset, middleware=[SHRUNK])]
        if in_development:
            demo = DemoCredentials(made.database, made.authenticator, made.tokens, made.ids, now)
            routes.append(Route("/graphql/credentials", demo.answer, methods=["GET", "POST"]))
            routes.append(Route("/", RedirectResponse("/graphql")))
        return cls((Middleware(page.before),), tuple(routes))
