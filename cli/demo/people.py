"""Made-up people: staff and drivers of a tenant, customers of a brand. All at example.com."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cli.demo.chance import Chance
from cli.demo.plan import BrandPlan, Clock, TenantPlan
from db.loading import Rows, rows_of

FIRST_NAMES = (
    *("Ada", "Ben", "Cora", "Dan", "Elena", "Felix", "Grace", "Hugo", "Iris", "Jonas", "Kira"),
    *("Liam", "Maya", "Noah", "Olive", "Paul", "Quinn", "Rosa", "Sam", "Tess", "Uma", "Victor"),
    *("Willa", "Xena", "Yusuf", "Zoe"),
)
LAST_NAMES = (
    *("Alder", "Birch", "Cedar", "Dale", "Elm", "Field", "Grove", "Hill", "Ivers", "Juniper"),
    *("Knoll", "Lake", "Marsh", "Nash", "Oakes", "Pine", "Quarry", "Reed", "Stone", "Thorn"),
    *("Upton", "Vale", "Wood", "York", "Zeller"),
)
DRIVER_NAMES = ("Miguel Ortega", "Hannah Berg", "Desmond Clay", "Ines Moreau", "Tom Whitaker")
PAPERS = ("licence", "medical_certificate", "road_test", "mvr", "annual_review")
VAN_PAPERS = ("insurance", "registration", "inspection")
DIETS = ("vegetarian", "vegan", "gluten-free", "nut allergy")
FICTIONAL_NUMBERS = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, as a sale keeps them."""

    id: str
    name: str
    email: str | None
    phone: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works for a tenant: the owner, a dispatcher, and a manager for each brand."""

    owner: str
    dispatcher: str
    managers: dict[str, str]
    rows: Rows

    def memberships(self, code: str, clock: Clock) -> Rows:
        who = {"owner": self.owner, "dispatcher": self.dispatcher, "manager": self.managers[code]}
        rows = [
            {
                "id": Chance("membership", code, staff).id(clock.back(800)),
                "staff_user_id": staff,
                "role": role,
                "created_at": clock.back(800),
            }
            for role, staff in who.items()
        ]
        return rows_of("memberships", rows)


def phone(number: int) -> str:
    """One of the hundred numbers that are kept for fiction."""
    return f"+1509555{100 + number % FICTIONAL_NUMBERS:04d}"


def staff(plan: TenantPlan, chance: Chance, clock: Clock) -> Staff:
    at = clock.back(800)
    names = ["owner", "dispatcher", *(f"manager.{brand.code}" for brand in plan.brands)]
    ids = {name: chance.id(at) for name in names}
    rows = [
        {
            "id": identity,
            "email": f"{name}@{plan.slug}.example.com",
            "name": f"{FIRST_NAMES[index]} {name.partition('.')[0].title()}",
            "created_at": at,
        }
        for index, (name, identity) in enumerate(ids.items())
    ]
    managers = {brand.code: ids[f"manager.{brand.code}"] for brand in plan.brands}
    return Staff(ids["owner"], ids["dispatcher"], managers, rows_of("staff_users", rows))


def drivers(plan: TenantPlan, chance: Chance, clock: Clock) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for index in range(plan.drivers):
        name = DRIVER_NAMES[index % len(DRIVER_NAMES)]
        again = index // len(DRIVER_NAMES)
        made.append(
            {
                "id": chance.id(clock.back(700)),
                "name": f"{name} {again + 1}" if again else name,
                "email": f"driver.{index + 1}@{plan.slug}.example.com",
                "phone": phone(index),
            }
        )
    return made


def documents(vans: Iterable[str], driver_ids: Sequence[str], chance: Chance, clock: Clock) -> Rows:
    """Papers of vans and drivers, all in force; one medical certificate ends soon."""
    soon = clock.today + timedelta(days=9)
    papers = [(van, None, kind) for van in vans for kind in VAN_PAPERS]
    rows: list[tuple[object, ...]] = [
        (chance.id(clock.back(600)), van, None, kind, _expiry(chance, clock.today))
        for van, _, kind in papers
    ]
    for index, driver in enumerate(driver_ids):
        for kind in PAPERS:
            ends = soon if (index, kind) == (0, PAPERS[1]) else _expiry(chance, clock.today)
            rows.append((chance.id(clock.back(600)), None, driver, kind, ends))
    return Rows("documents", ("id", "vehicle_id", "driver_id", "kind", "expires_on"), rows)


def customers(plan: BrandPlan, chance: Chance, clock: Clock) -> list[Person]:
    """The customers of a brand. The same person in two brands has one address and two rows."""
    made = []
    for index in range(plan.first_person, plan.first_person + plan.customers):
        first, last = _name(index)
        at = chance.moment(clock.back(730), clock.back(550))
        made.append(
            Person(
                id=chance.id(at),
                name=f"{first} {last}",
                email=f"{first}.{last}.{index}@example.com".lower() if index % 40 else None,
                phone=phone(index) if index % 30 else None,
                created_at=at,
            )
        )
    return made


def customer_rows(people: Iterable[Person], chance: Chance) -> Rows:
    columns = ("id", "name", "email", "phone", "preferences", "vip", "consents", "tags")
    rows = (
        (
            *(person.id, person.name, person.email, person.phone),
            f'{{"dietary": ["{chance.one(DIETS)}"]}}' if chance.hit(15) else "{}",
            chance.hit(4),
            _consents(person) if person.email and chance.hit(30) else "{}",
            ["returning"] if chance.hit(20) else [],
            *(person.created_at, person.created_at),
        )
        for person in people
    )
    return Rows("customers", (*columns, "created_at", "updated_at"), rows)


def _name(index: int) -> tuple[str, str]:
    return FIRST_NAMES[index % len(FIRST_NAMES)], LAST_NAMES[index % len(LAST_NAMES)]


def _expiry(chance: Chance, today: date) -> date:
    return today + timedelta(days=chance.among(60, 700))


def _consents(person: Person) -> str:
    at = person.created_at.isoformat()
    return f'{{"email": {{"at": "{at}", "source": "website"}}}}'
