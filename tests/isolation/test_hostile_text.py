"""Text that means something to SQL, to a shell, to a template or to nobody: to this server, text."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import build_schema

from bootstrap.wiring import Parts, now
from domain.identity import Principal
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS
from resolvers.root import build_schema as served_schema
from tests.builders import new_id
from tests.isolation.conftest import Planted
from tests.isolation.documents import Attempt, attempts, roots
from tests.isolation.failures import Failures
from tests.isolation.strangers import Stranger, body, codes, nobodys, victim_of

HOSTILE = (
    '\'; drop table bookings; select pg_sleep(9); -- " or "1"="1" %\' or true $(sleep 9)'
    " `cat ../../etc/passwd` {{7*7}} ${7*7} <script>alert(1)</script> \r\nX-Injected: yes",
    "\u0000\ud800\u202e",
)
# A fault is what none of them may make: of ours it would be one, of theirs it is an answer.
FAULTS = {"INTERNAL_SERVER_ERROR", "DEADLINE_EXCEEDED", "SERVICE_UNAVAILABLE"}
KEPT_AS_IT_IS = ("Id", "Ids")
SERVED = served_schema()
ROOTS = {
    (operation, name): asked
    for operation, name, asked in roots(build_schema(SERVED.as_str()))
    if operation != "subscription"
}
Ask = Callable[[Attempt, Principal], Awaitable[dict[str, Any]]]
pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def ask(made: Parts) -> Ask:
    world = World(
        made.database,
        RELATIONS,
        made.events,
        now,
        made.ids,
        made.quotes,
        made.links,
        factors=made.gate.factors,
    )

    async def execute(attempt: Attempt, principal: Principal) -> dict[str, Any]:
        context = OperationContext(world, principal, request_id="a-test")
        context.idempotency_key = str(new_id())
        try:
            result = await SERVED.execute(
                attempt.document, variable_values=dict(attempt.variables), context_value=context
            )
        finally:
            await context.close()
        return body(result)

    return execute


def with_text(value: Any, text: str, name: str = "") -> Any:
    """The same variables, with every text that is no id in place of its own."""
    if isinstance(value, dict):
        return {key: with_text(each, text, key) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_text(each, text, name) for each in value]
    is_id = name in {"id", "ids"} or name.endswith(KEPT_AS_IT_IS)
    return text if isinstance(value, str) and not is_id else value


@pytest.mark.parametrize(("operation", "name"), list(ROOTS))
async def test_a_field_takes_hostile_text_for_text(
    operation: str, name: str, planted: Planted, ask: Ask
) -> None:
    victim = nobodys(victim_of(planted, dict.fromkeys((n for _, n in ROOTS), "bm9uZQ")))
    owner = Stranger("staff", "stranger").principal(planted)
    tried = list(attempts(operation, name, ROOTS[operation, name], victim))
    with Failures() as failures:
        for text in HOSTILE:
            for attempt in tried:
                hostile = with_text(dict(attempt.variables), text)
                if hostile == attempt.variables:
                    continue
                with failures.of(f"{attempt.name} with {text!a}"):
                    answer = await ask(Attempt(name, attempt.document, hostile), owner)
                    assert FAULTS.isdisjoint(codes(answer)), answer["errors"]
