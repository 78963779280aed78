"""What the brands of a tenant share: vans, drivers, staff, their papers and their days off."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cli.demo.agenda import Agenda, Van
from cli.demo.chance import Chance
from cli.demo.people import Staff, documents, drivers, staff
from cli.demo.plan import Clock, TenantPlan
from db.loading import Row, Rows, rows_of

OPENS, CLOSES = time(8), time(22)
MAINTENANCE_FROM, MAINTENANCE_EVERY = 8, 17
TIME_OFF_FROM, TIME_OFF_EVERY = 5, 11
LATEST_DAY_OFF = 180


@dataclass(frozen=True, slots=True)
class Fleet:
    agenda: Agenda
    staff: Staff
    rows: tuple[Rows, ...]


def fleet(plan: TenantPlan, chance: Chance, clock: Clock) -> Fleet:
    """The shared part of a tenant; one van is in maintenance now and then, one driver away."""
    vans = [_van(plan, index, chance, clock) for index in range(len(plan.vans))]
    crew = drivers(plan, chance, clock)
    driver_ids = [str(driver["id"]) for driver in crew]
    team = staff(plan, chance, clock)
    places = [Van(str(van["id"]), spec.seats) for van, spec in zip(vans, plan.vans, strict=True)]
    agenda = Agenda(places, driver_ids)
    papers = documents([van.id for van in places], driver_ids, chance, clock)
    away = _days_off(agenda, driver_ids, chance, clock)
    rows = (team.rows, rows_of("vehicles", vans), rows_of("drivers", crew), papers, away)
    return Fleet(agenda, team, rows)


def _van(plan: TenantPlan, index: int, chance: Chance, clock: Clock) -> dict[str, object]:
    spec = plan.vans[index]
    return {
        "id": chance.id(clock.back(900)),
        "name": spec.name,
        "make": spec.make,
        "model": spec.model,
        "year": spec.year,
        "vehicle_type": spec.vehicle_type,
        "seats": spec.seats,
    }


def _days_off(agenda: Agenda, driver_ids: list[str], chance: Chance, clock: Clock) -> Rows:
    """Whole days that belong to no brand: each resource has one, no two of a kind the same."""
    rows: list[Row] = []
    for index, van in enumerate(agenda.vans):
        day = _day(clock.today, MAINTENANCE_FROM + index * MAINTENANCE_EVERY)
        agenda.withdraw_van(van, day)
        times = _operating_day(day, clock)
        rows.append((chance.id(clock.back(30)), van.id, None, "maintenance", *times, "Service"))
    for index, driver in enumerate(driver_ids):
        day = _day(clock.today, TIME_OFF_FROM + index * TIME_OFF_EVERY)
        agenda.withdraw_driver(driver, day)
        times = _operating_day(day, clock)
        rows.append((chance.id(clock.back(30)), None, driver, "time_off", *times, "Day off"))
    columns = ("id", "vehicle_id", "driver_id", "kind", "starts_at", "ends_at", "reason")
    return Rows("blocks", columns, rows)


def _day(today: date, ahead: int) -> date:
    return today + timedelta(days=1 + ahead % LATEST_DAY_OFF)


def _operating_day(day: date, clock: Clock) -> tuple[datetime, datetime]:
    return clock.at(day, OPENS), clock.at(day, CLOSES)
