"""Whether Stripe answers, and takes our key."""

from typing import Final

import httpx

from domain.errors import ServiceUnavailable

SECONDS: Final = 4.0


class StripeAccount:
    """The account that a secret key opens."""

    def __init__(self, key: str, api_url: str) -> None:
        self._key = key
        self._url = api_url.rstrip("/")

    async def ping(self) -> None:
        """Errors: ServiceUnavailable if it is away or does not take the key."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS) as client:
                answer = await client.get(f"{self._url}/v1/balance", auth=(self._key, ""))
        except httpx.HTTPError as error:
            raise ServiceUnavailable("Stripe is not reachable now.") from error
        if answer.status_code in {401, 403}:
            raise ServiceUnavailable("Stripe does not take the key.")
        if not answer.is_success:
            raise ServiceUnavailable(f"Stripe answers {answer.status_code}.")
