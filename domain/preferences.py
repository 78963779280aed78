"""What a customer likes and needs: favourite wineries, diets, and help in getting about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from domain.errors import InvalidInput
from domain.events import Plain
from domain.texts import storable

MOST = 20
LONGEST = 100
LONGEST_ACCESSIBILITY = 500


@dataclass(frozen=True, slots=True)
class Preferences:
    """Empty where nothing is known."""

    winery_ids: tuple[UUID, ...] = ()
    dietary: tuple[str, ...] = ()
    accessibility: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Preferences":
        return cls(
            tuple(UUID(each) for each in stored.get("wineries", ())),
            tuple(stored.get("dietary", ())),
            stored.get("accessibility"),
        )

    def stored(self) -> dict[str, Plain]:
        """As JSON, without what is empty."""
        everything: dict[str, Plain] = {
            "wineries": [str(each) for each in self.winery_ids],
            "dietary": list(self.dietary),
            "accessibility": self.accessibility,
        }
        return {name: value for name, value in everything.items() if value}

    def normal(self) -> "Preferences":
        """Each winery and each diet once, in the order in which they were named.

        Errors: InvalidInput.
        """
        wineries = tuple(dict.fromkeys(self.winery_ids))
        diets = tuple(dict.fromkeys(" ".join(each.split()).lower() for each in self.dietary))
        diets = tuple(storable(each, path="dietary") for each in diets if each)
        if len(wineries) > MOST:
            raise InvalidInput(f"There are at most {MOST} wineries.", path="wineryIds")
        if len(diets) > MOST or any(len(each) > LONGEST for each in diets):
            raise InvalidInput(
                f"There are at most {MOST} diets of {LONGEST} characters each.", path="dietary"
            )
        needs = storable((self.accessibility or "").strip(), path="accessibility")
        if len(needs) > LONGEST_ACCESSIBILITY:
            raise InvalidInput(
                f"What is needed has at most {LONGEST_ACCESSIBILITY} characters.",
                path="accessibility",
            )
        return Preferences(wineries, diets, needs or None)

    def joined(self, other: "Preferences") -> "Preferences":
        """Both, as far as there is room; this one's first."""
        needs = [each for each in (self.accessibility, other.accessibility) if each]
        return Preferences(
            tuple(dict.fromkeys((*self.winery_ids, *other.winery_ids)))[:MOST],
            tuple(dict.fromkeys((*self.dietary, *other.dietary)))[:MOST],
            "; ".join(dict.fromkeys(needs))[:LONGEST_ACCESSIBILITY] or None,
        )


NONE_KNOWN: Final = Preferences()
