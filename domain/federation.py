"""Single sign-on: what an issuer says of somebody, and what that makes of them here."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.identity import Brand
from domain.identity_providers import Terms
from domain.sign_in import normal_email
from domain.sign_on import SignOnRefused, Why
from domain.texts import UNSTORABLE, deceives

ATTEMPT: Final = timedelta(minutes=10)
HAND_OVER: Final = timedelta(seconds=30)
FEDERATED: Final = timedelta(hours=12)
SKEW: Final = timedelta(seconds=60)
LONGEST_RETURN: Final = 500
LONGEST_EMAIL: Final = 254
LONGEST_SUBJECT: Final = 255
ODD: Final = re.compile(r"[^\x21-\x7e]")
OWNER: Final = "owner"
STRONG_AMR: Final = frozenset({"mfa"})
STRONG_ACRS: Final = frozenset(
    {
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
        "phr",
        "phrh",
    }
)


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """What an issuer says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: frozenset[str]
    says_issuer: bool
    posts_secret: bool


@dataclass(frozen=True, slots=True)
class Redemption:
    """What a code is exchanged with."""

    client_id: str
    secret: str | None
    code: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code was exchanged for: who it is, and what more may be asked of them by."""

    id_token: str
    access_token: str | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """Whom an issuer has signed in. `email` is None if it is not to be relied on.

    Shape:  `proved_at` is when they last showed the issuer who they are, if it says so.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    values: frozenset[str]
    strong: bool
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody is or was in a brand. `left_at` is when the issuer's word ended it, if so."""

    id: UUID
    role: str
    version: int
    ended_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def lasts(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Place:
    """A brand of the tenant, and what somebody is in it, or nothing."""

    brand: Brand
    is_default: bool
    seat: Seat | None

    @property
    def role(self) -> str | None:
        return self.seat.role if self.seat is not None and self.seat.lasts else None


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the staff, and the subject that they are linked to at the issuer, or none."""

    id: UUID
    status: str
    subject: str | None


def lacks(claims: Mapping[str, Any], terms: Terms) -> bool:
    """Whether something that we ask for is missing: some issuers say it on another page alone."""
    asked = ("email", terms.verified_claim[0], *terms.role_claim[:1])
    return any(name not in claims for name in asked)


def subject_of(claims: Mapping[str, Any]) -> str:
    """Whom the issuer means, for ever. Errors: SignOnRefused."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise SignOnRefused(Why.IDENTITY_FORM)
    if UNSTORABLE.search(subject):
        raise SignOnRefused(Why.IDENTITY_FORM)
    return subject


def assertion_of(claims: Mapping[str, Any], terms: Terms, *, linked: bool) -> Assertion:
    """What verified claims say of somebody.

    Shape:  whoever is `linked` already needs no address, but where the tenant names its domains.
    Errors: SignOnRefused.
    """
    email = None if linked and not terms.email_domains else _email(claims, terms)
    return Assertion(
        issuer=terms.issuer,
        subject=subject_of(claims),
        email=email,
        name=_name(claims.get("name")),
        values=frozenset(_texts(_at(claims, terms.role_claim))),
        strong=_is_strong(claims, terms),
        proved_at=_instant(claims.get("auth_time"), latest=claims["iat"]),
    )


def roles_of(
    terms: Terms, values: Collection[str], codes: Sequence[str]
) -> Mapping[str, str] | None:
    """The role in each brand; None if the issuer says nothing of roles.

    Errors: SignOnRefused for whom nothing is said: nobody has a role by default.
    """
    if not terms.gives_roles:
        return None
    found: dict[str, str] = {}
    for rule in terms.rules:
        if rule.value in values:
            for code in filter(rule.seats.in_brand, codes):
                found.setdefault(code, rule.seats.role)
    if not found and terms.fallback is not None:
        found = dict.fromkeys(filter(terms.fallback.in_brand, codes), terms.fallback.role)
    if not found:
        raise SignOnRefused(Why.NO_ROLE)
    return found


def settle(
    seat: Seat | None, role: str | None, *, joins: bool, id: UUID, now: datetime
) -> Seat | None:
    """What a member is in a brand once the issuer has said what they are there; None is nothing.

    Shape:  the very same seat if nothing changes. An owner stays one, whatever is said. A seat that
            somebody ended here is not taken again by the issuer's word.
    """
    if seat is None:
        return Seat(id, role, 1) if joins and role is not None else None
    if not seat.lasts:
        again = joins and role is not None and seat.left_at == seat.ended_at
        if not again or role is None:
            return seat
        return replace(seat, role=role, ended_at=None, left_at=None, version=seat.version + 1)
    if seat.role in {role, OWNER}:
        return seat
    if role is None:
        return replace(seat, ended_at=now, left_at=now, version=seat.version + 1)
    return replace(seat, role=role, version=seat.version + 1)


def happening(before: Seat | None, after: Seat) -> str:
    """The kind of event that one seat became another by."""
    if before is None:
        return "MembershipBegan"
    if not before.lasts:
        return "MembershipResumed"
    return "MembershipChanged" if after.lasts else "MembershipEnded"


def begins_at(places: Sequence[Place], wanted: str | None) -> Brand:
    """The brand to begin with: the one that was named, or else the default.

    Errors: SignOnRefused.
    """
    open_to = [each for each in places if each.seat is not None and each.seat.lasts]
    ranked = sorted(open_to, key=lambda each: (not each.is_default, each.brand.code))
    for place in ranked:
        if wanted in {None, place.brand.code}:
            return place.brand
    raise SignOnRefused(Why.NOT_A_MEMBER)


def may_come(known: Known | None, assertion: Assertion, terms: Terms) -> None:
    """Errors: SignOnRefused for a stranger whom nobody invited, somebody suspended, and an address
    whose owner the issuer knows by another subject.
    """
    if known is None:
        if terms.provisioning != "just_in_time":
            raise SignOnRefused(Why.NOT_A_MEMBER)
        return
    if known.status != "active":
        raise SignOnRefused(Why.NOT_A_MEMBER)
    if known.subject not in {None, assertion.subject}:
        raise SignOnRefused(Why.LINKED_OTHERWISE)


def is_path(text: str) -> bool:
    """Whether a browser takes it for a page of this server, whatever browser it is."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > LONGEST_RETURN:
        return False
    return text.isascii() and not any(mark <= " " or mark in '\\#"<>\x7f' for mark in text)


def _email(claims: Mapping[str, Any], terms: Terms) -> str:
    """Errors: SignOnRefused."""
    said = claims.get("email")
    if not isinstance(said, str) or not said.strip():
        raise SignOnRefused(Why.EMAIL_MISSING)
    email = normal_email(said)
    user, _, domain = email.rpartition("@")
    if not user or not domain or len(email) > LONGEST_EMAIL or ODD.search(email) or "@" in user:
        raise SignOnRefused(Why.EMAIL_MISSING)
    if str(_at(claims, terms.verified_claim)).lower() not in {"true", "1"}:
        raise SignOnRefused(Why.EMAIL_UNVERIFIED)
    if terms.email_domains and domain not in terms.email_domains:
        raise SignOnRefused(Why.EMAIL_DOMAIN)
    return email


def _name(said: Any) -> str:
    name = " ".join(said.split())[:100] if isinstance(said, str) else ""
    return "" if deceives(name) else name


def _is_strong(claims: Mapping[str, Any], terms: Terms) -> bool:
    """Whether the issuer asked for more than one factor (RFC 8176), and says so."""
    if STRONG_AMR & frozenset(_texts(claims.get("amr"))):
        return True
    return claims.get("acr") in STRONG_ACRS | frozenset(terms.strong_acrs)


def _instant(said: Any, *, latest: float) -> datetime | None:
    """Seconds since 1970; no later than the token itself."""
    if isinstance(said, bool) or not isinstance(said, int | float) or said < 0:
        return None
    return datetime.fromtimestamp(min(said, latest), UTC)


def _at(claims: Any, names: Sequence[str]) -> Any:
    for name in names:
        claims = claims.get(name) if isinstance(claims, dict) else None
    return claims if names else None


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, str)]
