"""Who says who a tenant's staff are: an issuer of OpenID Connect, and what its word is worth."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion
from domain.tenants import BRAND_CODE
from domain.texts import one_line

PROVISIONING: Final = ("invited", "just_in_time")
SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MOST_RULES: Final = 100
MOST_NAMES: Final = 20
DEEPEST: Final = 5
LONGEST_URL: Final = 300
LONGEST_SECRET: Final = 1_000


class ProviderUnproven(DomainError):
    """Nobody has signed in by the issuer yet, so nobody may be made to. Sign in by it once, and
    then enforce it.
    """

    code = "PROVIDER_UNPROVEN"

    def __init__(self) -> None:
        super().__init__(
            "Nobody has signed in by this issuer yet. Sign in by it once, and then enforce it.",
            path="enforced",
        )


@dataclass(frozen=True, slots=True)
class Seats:
    """A role in brands; in all of the tenant's if none is named."""

    role: str
    brands: tuple[str, ...] = ()

    def in_brand(self, code: str) -> bool:
        return not self.brands or code in self.brands


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of the role claim is worth."""

    value: str
    seats: Seats


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner says of an issuer.

    Shape:  claims are named from the outside in: `("realm_access", "roles")`. Of two rules that
            give a role in one brand the first counts. `fallback` is for whom no rule names.
    """

    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    role_claim: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    fallback: Seats | None = None
    provisioning: str = "invited"
    email_domains: tuple[str, ...] = ()
    verified_claim: tuple[str, ...] = ("email_verified",)
    strong_acrs: tuple[str, ...] = ()
    enforced: bool = False

    @property
    def gives_roles(self) -> bool:
        """Whether the issuer says what its people are, or only who they are."""
        return bool(self.rules) or self.fallback is not None


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """A tenant's issuer, until it is removed. `secret_id` is None for a public client."""

    id: UUID
    terms: Terms
    secret_id: UUID | None
    version: int
    created_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """Whom an issuer means by a subject, until they are unlinked."""

    id: UUID
    staff_user_id: UUID
    issuer: str
    subject: str
    linked_at: datetime
    unlinked_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class NewTerms:
    """The wish to have an issuer, or to change what is said of it.

    Shape:  what is not named stays, and begins as in `Terms`. An `expected_version` of 0: there is
            none yet.
    """

    expected_version: int
    named: Mapping[str, Any]


def set_provider(
    before: IdentityProvider | None,
    wish: NewTerms,
    *,
    id: UUID,
    proven: bool,
    plain: bool,
    now: datetime,
) -> IdentityProvider:
    """The issuer as it is wished for; the very same if nothing changes.

    Shape:  `proven` says whether somebody has signed in by the wished issuer; `plain`, whether one
            of this machine may speak without TLS.
    Errors: StaleVersion, InvalidInput, ProviderUnproven.
    """
    current = 0 if before is None else before.version
    if wish.expected_version != current:
        raise StaleVersion(expected=wish.expected_version, current=current)
    terms = _checked(_named(before, wish.named), plain=plain)
    if terms.enforced and not proven:
        raise ProviderUnproven
    if before is None:
        return IdentityProvider(id, terms, None, 1, now)
    if terms == before.terms:
        return before
    return replace(before, terms=terms, version=before.version + 1)


def is_same_client(before: IdentityProvider, after: IdentityProvider) -> bool:
    old, new = before.terms, after.terms
    return (old.issuer, old.client_id) == (new.issuer, new.client_id)


def check_kept(before: IdentityProvider | None, after: IdentityProvider) -> None:
    """No issuer is sent the secret of another. Errors: InvalidInput."""
    if before is None or before.secret_id is None:
        return
    if not is_same_client(before, after):
        raise InvalidInput(
            "Another issuer or client has another secret: send it, or null for a public client.",
            path="clientSecret",
        )


def remove_provider(
    before: IdentityProvider, *, expected_version: int, now: datetime
) -> IdentityProvider:
    """Errors: StaleVersion, NotFound for one that was removed."""
    if before.removed_at is not None:
        raise NotFound(path="id")
    if before.version != expected_version:
        raise StaleVersion(expected=expected_version, current=before.version)
    return replace(before, removed_at=now, secret_id=None, version=before.version + 1)


def unlink(before: Linked, *, expected_version: int, now: datetime) -> Linked:
    """Errors: StaleVersion, NotFound for one that was unlinked."""
    if before.unlinked_at is not None:
        raise NotFound(path="id")
    if before.version != expected_version:
        raise StaleVersion(expected=expected_version, current=before.version)
    return replace(before, unlinked_at=now, version=before.version + 1)


def told(provider: IdentityProvider | None) -> dict[str, Any]:
    """All that an event says of an issuer; of its secret no more than its id."""
    if provider is None:
        return {}
    return {
        **asdict(provider.terms),
        "secret_id": str(provider.secret_id) if provider.secret_id else None,
        "removed_at": provider.removed_at.isoformat() if provider.removed_at else None,
    }


def check_address(url: str, *, path: str, plain: bool) -> SplitResult:
    """An address of an issuer: over TLS, without a user, a query or a fragment.

    Errors: InvalidInput.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InvalidInput("This is no address.", path=path) from None
    safe = parts.scheme == "https" or (plain and parts.scheme == "http")
    if not safe or not parts.hostname or not url.isascii() or len(url) > LONGEST_URL:
        raise InvalidInput("The issuer is an https address, as it names itself.", path=path)
    if parts.username is not None or parts.password is not None or "?" in url or "#" in url:
        raise InvalidInput("The issuer's address has no user, no query and no fragment.", path=path)
    if any(mark <= " " for mark in url) or "\\" in url:
        raise InvalidInput("The issuer's address has a character of no address.", path=path)
    return parts


def check_secret(secret: str) -> str:
    """Errors: InvalidInput, which does not repeat it."""
    if not 0 < len(secret) <= LONGEST_SECRET or not all("!" <= mark <= "~" for mark in secret):
        raise InvalidInput(
            f"The secret has 1 to {LONGEST_SECRET} characters, none of them a space.",
            path="clientSecret",
        )
    return secret


def _named(before: IdentityProvider | None, named: Mapping[str, Any]) -> Terms:
    """Errors: InvalidInput."""
    if before is not None:
        return replace(before.terms, **named)
    for needed in ("issuer", "client_id"):
        if needed not in named:
            path = "clientId" if needed == "client_id" else needed
            raise InvalidInput("A new issuer is named with its client id.", path=path)
    return Terms(**named)


def _checked(terms: Terms, *, plain: bool) -> Terms:
    """Errors: InvalidInput."""
    check_address(terms.issuer, path="issuer", plain=plain)
    client_id = one_line(terms.client_id, path="clientId", most=200)
    if client_id is None or client_id != terms.client_id or not client_id.isascii():
        raise InvalidInput("The client id is what the issuer calls you.", path="clientId")
    if "openid" not in terms.scopes or not all(map(SCOPE.fullmatch, terms.scopes)):
        raise InvalidInput("Scopes are names without spaces, `openid` one of them.", path="scopes")
    if terms.provisioning not in PROVISIONING:
        raise InvalidInput("Members are invited, or come just in time.", path="provisioning")
    for names, path in (
        (terms.scopes, "scopes"),
        (terms.email_domains, "emailDomains"),
        (terms.strong_acrs, "strongAcrs"),
    ):
        _few(names, path)
    if not all(map(DOMAIN.fullmatch, terms.email_domains)):
        raise InvalidInput("Domains are in small letters: acme.example.", path="emailDomains")
    _claims(terms)
    if terms.provisioning == "just_in_time" and not terms.email_domains:
        raise InvalidInput(
            "Whom nobody invited is known by the domain of their address: name yours.",
            path="emailDomains",
        )
    return terms


def _claims(terms: Terms) -> None:
    """Errors: InvalidInput."""
    for names, path in ((terms.role_claim, "roleClaim"), (terms.verified_claim, "verifiedClaim")):
        _few(names, path, most=DEEPEST)
    if not terms.verified_claim:
        raise InvalidInput("Name the claim that says so.", path="verifiedClaim")
    if len(terms.rules) > MOST_RULES:
        raise InvalidInput(f"There are at most {MOST_RULES} rules.", path="rules")
    if terms.rules and not terms.role_claim:
        raise InvalidInput("Name the claim whose values the rules are about.", path="roleClaim")
    _few([rule.value for rule in terms.rules], "rules", most=MOST_RULES)
    if terms.fallback is not None:
        _seats(terms.fallback, "fallback")
    for rule in terms.rules:
        _seats(rule.seats, "rules")
    if terms.provisioning == "just_in_time" and not terms.gives_roles:
        raise InvalidInput(
            "Say what somebody is whom nobody invited: by rules, or by a fallback.", path="rules"
        )


def _seats(seats: Seats, path: str) -> None:
    """Errors: InvalidInput."""
    if seats.role == "owner":
        raise InvalidInput("Owners are made by owners, and by no issuer.", path=path)
    _few(seats.brands, path)
    if not all(map(BRAND_CODE.fullmatch, seats.brands)):
        raise InvalidInput("Brands are named by their codes.", path=path)


def _few(names: Sequence[str], path: str, *, most: int = MOST_NAMES) -> None:
    """Errors: InvalidInput."""
    if len(names) > most:
        raise InvalidInput(f"`{path}` has at most {most} parts.", path=path)
    for name in names:
        if one_line(name, path=path, most=200) != name:
            raise InvalidInput(f"`{path}` has a part that is empty or badly spaced.", path=path)
