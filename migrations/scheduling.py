"""A task that every brand runs by the clock: given to the brands that there are, and taken back."""

from migrations.tables import run

ADD = """
insert into schedules (tenant_id, brand_id, id, task, cron, next_run_at)
  select tenant_id, id, gen_random_uuid(), '{task}', '{cron}', now() from brands
  on conflict do nothing
"""
SEEN = ("brands", "schedules")


def schedule(task: str, cron: str) -> None:
    """For each brand that there is; a new one gets it from `domain.schedules`."""
    _past_the_floor(ADD.format(task=task, cron=cron))


def unschedule(task: str) -> None:
    _past_the_floor(f"delete from schedules where task = '{task}'")


def _past_the_floor(change: str) -> None:
    """The owner is under the floor as everybody is, but for this one statement."""
    for table in SEEN:
        run(f"alter table {table} no force row level security")
    run("set local row_security = off")
    run(change)
    run("set local row_security = on")
    for table in SEEN:
        run(f"alter table {table} force row level security")
