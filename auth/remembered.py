"""Whom this process knows by a credential that it has looked up: for a minute, and while it hears.

What was remembered counts only as long as nothing can have been said against it unheard. A change
of a row that a caller was made of ends the memory of that caller in the turn in which it is heard.
"""

import hashlib
import secrets
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.identity import Principal

LONGEST: Final = timedelta(seconds=60)
SETTLING: Final = timedelta(seconds=10)
"""How long a replica may still show the rows from before a change."""
MOST: Final = 10_000


class Ears(Protocol):
    """What tells a process of changes, whoever made them."""

    @property
    def life(self) -> int | None:
        """Stays the same while nothing can be missed; None while something could be."""
        ...

    def listen(self, heard: Callable[[str], None]) -> None:
        """Begin to listen. `heard` is told the scope of each change."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """A caller, the scopes of the rows that they are made of, and when that ends by itself."""

    principal: Principal
    made_of: frozenset[str]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A look-up that has begun: when, and in which life of the ears."""

    at: datetime
    life: int | None


class Remembered:
    """Proofs by a keyed digest of what was shown: the least used are forgotten first.

    Shape:  a refusal is not remembered. A proof is not either while a change of its rows settles:
            whoever looked before the change, or on a replica that lagged, has seen the old rows.
    """

    def __init__(
        self, ears: Ears, now: Callable[[], datetime], *, longest: timedelta = LONGEST
    ) -> None:
        self._ears = ears
        self._now = now
        self._longest = longest
        self._secret = secrets.token_bytes(32)
        self._life: int | None = None
        self._listening = False
        self._proofs: OrderedDict[bytes, tuple[Proof, datetime]] = OrderedDict()
        self._made_of: defaultdict[str, set[bytes]] = defaultdict(set)
        self._dropped: OrderedDict[str, datetime] = OrderedDict()
        self._all_dropped: datetime | None = None

    def __len__(self) -> int:
        return len(self._proofs)

    def key(self, *shown: str | None) -> bytes:
        """Shape:  what a key was made of cannot be told from it, nor tried in another process."""
        text = "\0".join(each or "" for each in shown)
        return hashlib.blake2b(
            text.encode(errors="surrogatepass"), key=self._secret, digest_size=16
        ).digest()

    def get(self, key: bytes) -> Principal | None:
        if self._heard_all() is None:
            return None
        found = self._proofs.get(key)
        if found is None:
            return None
        proof, until = found
        if self._now() >= until:
            self._forget(key)
            return None
        self._proofs.move_to_end(key)
        return proof.principal

    def begin(self) -> Begun:
        """To be called before the rows are looked at."""
        if not self._listening:
            self._listening = True
            self._ears.listen(self.heard)
        return Begun(self._now(), self._heard_all())

    def put(self, key: bytes, proof: Proof, begun: Begun) -> None:
        """Remember a proof, unless its rows may have changed since they were looked at."""
        now = self._now()
        if begun.life is None or self._heard_all() != begun.life or self._settles(proof, begun):
            return
        until = now + self._longest
        self._forget(key)
        self._proofs[key] = (proof, until if proof.until is None else min(until, proof.until))
        for scope in proof.made_of:
            self._made_of[scope].add(key)
        if len(self._proofs) > MOST:
            self._forget(next(iter(self._proofs)))

    def heard(self, scope: str) -> None:
        """A change of a row: whoever is made of it is not known any more."""
        now = self._now()
        self._dropped.pop(scope, None)
        self._dropped[scope] = now
        if len(self._dropped) > MOST:
            self._dropped.clear()
            self._all_dropped = now
        for key in list(self._made_of.get(scope, ())):
            self._forget(key)

    def _heard_all(self) -> int | None:
        """The life of the ears; what was remembered in another is forgotten."""
        life = self._ears.life
        if life != self._life:
            self._proofs.clear()
            self._made_of.clear()
            self._life = life
        return life

    def _settles(self, proof: Proof, begun: Begun) -> bool:
        dropped = [at for scope in proof.made_of if (at := self._dropped.get(scope)) is not None]
        if self._all_dropped is not None:
            dropped.append(self._all_dropped)
        return any(begun.at < at + SETTLING for at in dropped)

    def _forget(self, key: bytes) -> None:
        found = self._proofs.pop(key, None)
        for scope in found[0].made_of if found else ():
            keys = self._made_of[scope]
            keys.discard(key)
            if not keys:
                del self._made_of[scope]
