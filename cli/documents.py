"""`tourbase documents push`: registers what a client is going to send, from its build."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from bootstrap.environment import secret_of
from bootstrap.settings import Settings
from cli.crew import complain, say
from cli.manifests import Source, sources
from domain.errors import OperatorError
from domain.trusted_documents import MOST_AT_ONCE

SECONDS: Final = 60
MOST_CHARACTERS: Final = 30_000
"""Of one request: with its escapes it stays below what a server reads of variables."""
PUSH: Final = """
mutation PushTrustedDocuments($input: PushTrustedDocumentsInput!) {
  pushTrustedDocuments(input: $input) { stored unchanged errors { code message path } }
}
"""


class PushRefused(OperatorError):
    """Nothing more was pushed; the message says why."""


def run(_settings: Settings, given: Namespace) -> int:
    key = secret_of(given.key_from_env)
    if key is None:
        raise PushRefused(f"{given.key_from_env} is not set: it holds the app's `ci` key.")
    found = sources(Path(given.path))
    with httpx.Client(timeout=SECONDS, headers={"authorization": f"Bearer {key}"}) as client:
        return push(client, address_of(given.url), found, check_only=given.check)


def push(
    client: httpx.Client, url: str, found: Sequence[Source], *, check_only: bool = False
) -> int:
    """First all are checked, then all are stored: of a client with a fault nothing is.

    Errors: PushRefused for a server that does not answer as one of ours.
    """
    faults = [fault for batch in batches(found) for fault in _checked(client, url, batch)]
    for fault in faults:
        complain(fault)
    if faults:
        say(f"{len(faults)} faults in {len(found)} documents; nothing was pushed.")
        return 1
    if check_only:
        say(f"{len(found)} documents fit.")
        return 0
    stored = 0
    for batch in batches(found):
        answer = _asked(client, url, batch, check_only=False)
        if answer["errors"]:
            raise PushRefused(answer["errors"][0]["message"])
        stored += answer["stored"]
    say(f"{stored} documents pushed, {len(found) - stored} were registered already.")
    return 0


def batches(found: Sequence[Source]) -> Iterator[Sequence[Source]]:
    """As many at a time as one request may have."""
    batch: list[Source] = []
    for each in found:
        characters = sum(len(other.text) for other in batch) + len(each.text)
        if batch and (len(batch) == MOST_AT_ONCE or characters > MOST_CHARACTERS):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def address_of(url: str) -> str:
    """The endpoint of a server. Errors: PushRefused where the key would travel readably."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PushRefused(f"{url} is no address of a server: https://api.example.com is one.")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise PushRefused("Push by https: over http anybody on the way reads the key.")
    return parts._replace(path="/graphql").geturl() if parts.path in {"", "/"} else url


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(client: httpx.Client, url: str, batch: Sequence[Source]) -> Iterator[str]:
    for error in _asked(client, url, batch, check_only=True)["errors"]:
        _, _, place = (error["path"] or "").partition(".")
        number = place.partition(".")[0]
        at = batch[int(number)] if number.isdecimal() and int(number) < len(batch) else None
        yield at.told(error["message"]) if at else error["message"]


def _asked(
    client: httpx.Client, url: str, batch: Sequence[Source], *, check_only: bool
) -> Mapping[str, Any]:
    documents = [{"text": each.text, "name": (each.name or "")[:100] or None} for each in batch]
    variables = {"input": {"documents": documents, "checkOnly": check_only}}
    try:
        answer = client.post(url, json={"query": PUSH, "variables": variables})
        told = answer.json()
    except httpx.HTTPError as error:
        raise PushRefused(f"{url} does not answer: {type(error).__name__}.") from error
    except ValueError:
        raise PushRefused(f"{url} answers {answer.status_code} and no JSON.") from None
    if not isinstance(told, dict) or told.get("errors") or not told.get("data"):
        errors = told.get("errors") if isinstance(told, dict) else None
        said = errors[0].get("message") if errors else f"{url} is no GraphQL endpoint."
        raise PushRefused(str(said))
    payload: Mapping[str, Any] = told["data"]["pushTrustedDocuments"]
    return payload
