"""A brand in the contract as its owner makes and changes it."""

import strawberry
from strawberry import UNSET

from domain.brands import NewBrand, Profile, ProfileChange
from schema.errors import UserError
from schema.price_inputs import KEPT, SEEN, given, needed, said

WHY = "Refusals; empty if it was done."


@strawberry.type(description="What the brand says of itself, as those who run it see it.")
class BrandProfile:
    """The brand of the request."""

    code: str = strawberry.field(description="Short code: `wwt`.")
    name: str = strawberry.field(description="As guests know it.")
    legal_name: str | None = strawberry.field(description="The company behind it.")
    website: str | None = strawberry.field(description="Web site.")
    email_from: str | None = strawberry.field(description="Where its mails come from.")
    email_support: str | None = strawberry.field(description="Where guests write.")
    phone: str | None = strawberry.field(description="E.164.")
    phone_display: str | None = strawberry.field(description="As it is printed.")
    primary_color: str | None = strawberry.field(description="`#rrggbb`.")
    secondary_color: str | None = strawberry.field(description="`#rrggbb`.")
    tagline: str | None = strawberry.field(description="In a few words.")
    time_zone: str = strawberry.field(description="IANA zone of its days; it stays.")
    currency: str = strawberry.field(description="ISO 4217 code of its prices; it stays.")
    web_origins: list[str] = strawberry.field(
        description="Origins whose pages may send the brand's key from a browser."
    )
    version: int = strawberry.field(description="Grows with every change.")

    @classmethod
    def of(cls, profile: Profile) -> "BrandProfile":
        values = {each: getattr(profile, each) for each in cls.__annotations__}
        return cls(**{**values, "web_origins": list(profile.web_origins)})


@strawberry.type(description="A brand that the caller works for, as a switch of brands shows it.")
class BrandOfViewer:
    """Named in `X-Brand`, a request acts for it."""

    code: str = strawberry.field(description="What `X-Brand` says: `wwt`.")
    name: str = strawberry.field(description="As guests know it.")
    role: str = strawberry.field(description="What the caller is there.")
    is_default: bool = strawberry.field(description="Where one who names none begins.")


@strawberry.input(description="Another brand of the operator.")
class CreateBrandInput:
    """It begins with settings and schedules, and its maker owns it."""

    code: str = needed("2 to 12 small letters and digits; it stays, for numbers begin with it.")
    name: str = needed("As guests know it.")
    time_zone: str = needed("IANA zone of its days: `Europe/Paris`; it stays.")
    currency: str = needed("ISO 4217 code of its prices; it stays.")
    email_from: str = needed("Where its mails come from.")

    def to_domain(self) -> NewBrand:
        return NewBrand(self.code, self.name, self.time_zone, self.currency, self.email_from)


@strawberry.input(description="What the brand says of itself; a field left out stays.")
class UpdateBrandInput:
    """Null takes a value away; name and sender are needed."""

    expected_version: int = needed(SEEN)
    name: str | None = given(UNSET, f"As guests know it; {KEPT}")
    legal_name: str | None = given(UNSET, f"The company behind it; {KEPT}")
    website: str | None = given(UNSET, f"Web site; {KEPT}")
    email_from: str | None = given(UNSET, f"Where its mails come from; {KEPT}")
    email_support: str | None = given(UNSET, f"Where guests write; {KEPT}")
    phone: str | None = given(UNSET, f"With the country code; {KEPT}")
    phone_display: str | None = given(UNSET, f"As it is printed; {KEPT}")
    primary_color: str | None = given(UNSET, f"`#rrggbb`; {KEPT}")
    secondary_color: str | None = given(UNSET, f"`#rrggbb`; {KEPT}")
    tagline: str | None = given(UNSET, f"In a few words; {KEPT}")

    def to_domain(self) -> ProfileChange:
        return ProfileChange(self.expected_version, said(self, but={"expected_version"}))


@strawberry.input(description="A website whose pages may, or may no more, speak for the brand.")
class WebOriginInput:
    """Scheme and host, as a browser sends it."""

    expected_version: int = needed(SEEN)
    origin: str = needed("`https://www.example.com`.")


@strawberry.type(description="The brand that was made, or why none was.")
class CreateBrandPayload:
    """Name it in `X-Brand` to work for it."""

    brand: BrandOfViewer | None = strawberry.field(description="The new brand.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The brand as it is now, or why nothing was changed.")
class BrandProfilePayload:
    """What every change of the brand answers."""

    profile: BrandProfile | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)
