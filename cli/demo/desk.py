"""Everything that the parts of one brand's demo data are made with."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.demo.agenda import Agenda
from cli.demo.chance import Chance
from cli.demo.directory import Directory
from cli.demo.fleet import Fleet
from cli.demo.numbers import Numbers
from cli.demo.people import Person, Staff, customers
from cli.demo.plan import BrandPlan, Clock
from cli.demo.prices import PriceList, price_list
from db.loading import Scope

DEPOSIT_PERCENT = 50


@dataclass(frozen=True, slots=True)
class Desk:
    plan: BrandPlan
    scope: Scope
    clock: Clock
    chance: Chance
    numbers: Numbers
    prices: PriceList
    people: Sequence[Person]
    places: Directory
    agenda: Agenda
    staff: Staff


def desk_of(
    plan: BrandPlan, scope: Scope, *, tenant: str, clock: Clock, places: Directory, shared: Fleet
) -> Desk:
    chance = Chance(tenant, plan.code)
    return Desk(
        plan=plan,
        scope=scope,
        clock=clock,
        chance=chance,
        numbers=Numbers(plan.number_prefix, plan.zone),
        prices=price_list(tax_ppm=plan.tax_ppm, deposit_percent=DEPOSIT_PERCENT),
        people=customers(plan, chance, clock),
        places=places,
        agenda=shared.agenda,
        staff=shared.staff,
    )
