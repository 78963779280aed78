"""Reports as a real receiver gets them: once a fault, with its request, without anybody's values."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import structlog
from pydantic import SecretStr

from bootstrap.logs import logged
from bootstrap.settings import Settings
from bootstrap.wiring import outside
from db.database import Database
from domain.identity import Brand
from integrations.embedded.loopback import free_port
from schema.global_ids import encode
from tests.builders import a_customer, a_member, as_owner, write
from tests.web.conftest import Sign, a_client, bearer
from tests.web.posts import Posts, taking
from tests.web.test_metrics import a_server

NAME, EMAIL, PHONE = "Zelda Quillfeather", "zelda.q@example.com", "+15095550142"
UPDATE = """
mutation Quillfeather($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { errors { code } }
}
"""


class Receiver(Posts):
    """Sentry's ingest on loopback: the envelopes as they came."""

    @property
    def dsn(self) -> SecretStr:
        return SecretStr(f"http://public@127.0.0.1:{self.port}/1")

    @property
    def events(self) -> list[dict[str, Any]]:
        parts = [line for each in self.bodies for line in each.splitlines()]
        parsed = [orjson.loads(line) for line in parts if line.startswith(b"{")]
        return [each for each in parsed if "level" in each]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    with taking(receiver):
        yield receiver


@pytest.fixture(autouse=True)
def _log_of_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


async def a_fault(address: str, settings: Settings, brand: Brand, token: str, customer: Any) -> str:
    """PostgreSQL refuses a row for a reason that nobody foresaw; gives the answer's trace."""
    given = {"id": encode("Customer", customer), "expectedVersion": 1, "name": NAME}
    body = {"query": UPDATE, "variables": {"input": {**given, "email": EMAIL, "phone": PHONE}}}
    headers = bearer(token, **{"x-request-id": "request-1", "cookie": "session=c00k1e"})
    check = f"brand_id <> {brand.id} or name <> '{NAME}'"
    await as_owner(
        settings, f"alter table customers add constraint untold check ({check}) not valid", {}
    )
    try:
        async with a_client(address) as client:
            answer = await client.post("/graphql", json=body, headers=headers)
    finally:
        await as_owner(settings, "alter table customers drop constraint untold", {})
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    return answer.headers["traceparent"].split("-")[1]


async def test_a_fault_is_reported_once_with_its_request_and_nobody_s_values(
    settings: Settings, database: Database, brand: Brand, sign: Sign
) -> None:
    customer = await write(database, brand, a_customer)
    token = sign(await a_member(database, brand))
    with receiving() as receiver:
        reporting = settings.model_copy(update={"sentry_dsn": receiver.dsn})
        with logged(reporting):
            async with a_server(reporting) as (_, address):
                trace = await a_fault(address, settings, brand, token, customer)

    [event] = receiver.events
    assert receiver.paths == ["/api/1/envelope/"]
    assert event["tags"] == {
        "request_id": "request-1",
        "trace_id": trace,
        "tenant": brand.tenant_slug,
        "brand": brand.code,
        "code": "INTERNAL_SERVER_ERROR",
        "sqlstate": "23514",
        "constraint": "untold",
    }
    assert event["environment"] == "development"
    [value] = event["exception"]["values"]
    assert (value["type"], value["value"]) == ("CheckViolation", "")
    assert value["stacktrace"]["frames"][-1]["function"] == "execute"
    assert not event.keys() & {"request", "user", "breadcrumbs", "server_name", "modules"}
    sent = b"".join(receiver.bodies)
    values = (NAME, "Quillfeather", EMAIL, PHONE, str(customer), token, "c00k1e", "write-pw")
    assert [each for each in values if each.encode() in sent] == []


async def test_an_alert_is_reported_and_what_is_no_fault_is_not(settings: Settings) -> None:
    with receiving() as receiver:
        reporting = settings.model_copy(update={"sentry_dsn": receiver.dsn})
        with logged(reporting):
            structlog.get_logger("tourbase.test").error("another", email=EMAIL)
            async with outside(reporting) as made:
                detail = {"job": 7, "task": "tell", "email": EMAIL, "reason": f"no {PHONE}"}
                await made.alerts.alert("dead_letter", detail)

    [event] = receiver.events
    assert (event["message"], event["level"]) == ("alert dead_letter", "error")
    assert event["extra"]["detail"] == {
        "job": 7,
        "task": "tell",
        "email": "[redacted]",
        "reason": "no [redacted]",
    }


async def test_a_sentry_that_is_away_delays_nobody(settings: Settings) -> None:
    dsn = SecretStr(f"http://public@127.0.0.1:{free_port()}/1")
    with logged(settings.model_copy(update={"sentry_dsn": dsn})):
        log, began = structlog.get_logger("tourbase.test"), time.perf_counter()
        for _ in range(50):
            log.error("fault", error="ValueError", places=[])
        took = time.perf_counter() - began
        ending = time.perf_counter()

    assert took < 0.5
    assert time.perf_counter() - ending < 4
