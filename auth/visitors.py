"""A visitor's address as a website's server passes it on: signed, for the server stands between."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.addresses import normal
from domain.errors import Forbidden
from domain.identity import Kind, Principal

HEADER: Final = "x-visitor-address"
FORM: Final = re.compile(r"([0-9A-Fa-f.:]{2,45});t=(\d{1,12});v1=([0-9a-f]{64})")
GOOD_FOR: Final = timedelta(minutes=5)
NAMED: Final = b"tourbase: the secret that signs addresses of visitors "
MISSHAPEN: Final = "X-Visitor-Address is `<address>;t=<seconds>;v1=<hex of the signature>`."
NOT_A_SITE: Final = "X-Visitor-Address goes with a site key: it says for which visitor it asks."
UNSIGNED: Final = "X-Visitor-Address is not signed by the visitor secret of this key."
OLD: Final = "X-Visitor-Address was signed more than five minutes from now: look at the clock."


class VisitorSecrets:
    """Each site key has a secret beside it, drawn from the keys that seal stored secrets.

    Shape:  it is stored nowhere, and ends with the key that it is of; what one of the older keys
            made is good as long as that is named.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def secret_of(self, key_id: UUID) -> str:
        """What the website's server is given once, beside its key."""
        return _drawn(self._keys[0], key_id)

    def address(self, given: str, caller: Principal, *, now: datetime) -> str:
        """The visitor's address. Errors: Forbidden, if it is not shown to be true."""
        if caller.kind is not Kind.SITE or caller.credential is None:
            raise Forbidden(NOT_A_SITE)
        found = FORM.fullmatch(given)
        address = normal(found[1]) if found else ""
        if found is None or not address:
            raise Forbidden(MISSHAPEN)
        signed = f"{found[2]}.{found[1]}"
        secrets = [_drawn(each, caller.credential) for each in self._keys]
        if not any(hmac.compare_digest(sign(each, signed), found[3]) for each in secrets):
            raise Forbidden(UNSIGNED)
        if abs(now.timestamp() - int(found[2])) > GOOD_FOR.total_seconds():
            raise Forbidden(OLD)
        return address


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in hex, as every language has it."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _drawn(key: bytes, key_id: UUID) -> str:
    drawn = hmac.new(key, NAMED + key_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")
