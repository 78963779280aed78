"""`dead-jobs`: whose a dead letter is, and what another try does."""

import pytest

from cli.dead_jobs import dead_jobs
from domain.errors import InvalidInput, ServiceUnavailable
from tests.builders import a_brand
from tests.jobs.conftest import Stand, enqueued

PURGE = "purge_idempotency_records"
TELL = "tell_customer_of_new_time"


async def a_dead_letter(stand: Stand) -> tuple[int, str]:
    """A purge that failed for good; gives its id and its tenant's slug."""
    brand = await a_brand(stand.settings)
    job = await enqueued(stand.database, brand, PURGE)
    await stand.rows("update procrastinate_jobs set status = 'doing' where id = %s", job)
    await stand.rows(
        "update procrastinate_jobs set status = 'failed', attempts = 5 where id = %s", job
    )
    return job, brand.tenant_slug


async def test_dead_letters_are_listed_with_whose_they_are(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    job, slug = await a_dead_letter(stand)
    ((nobodys,),) = await stand.rows(
        "insert into procrastinate_jobs (queue_name, task_name, status, attempts)"
        " values ('default', %s, 'failed', 1) returning id",
        TELL,
    )

    await dead_jobs(stand.settings, retry=None)

    assert capsys.readouterr().out == (
        "id\ttask\ttenant\tbrand\tattempts\n"
        f"{job}\t{PURGE}\t{slug}\twwt\t5\n"
        f"{nobodys}\t{TELL}\t-\t-\t1\n"
    )


async def test_without_dead_letters_it_says_so(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    await enqueued(stand.database, await a_brand(stand.settings), PURGE)

    await dead_jobs(stand.settings, retry=None)

    assert capsys.readouterr().out == "There are no dead jobs.\n"


async def test_a_dead_letter_that_is_retried_has_all_its_attempts_again(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    job, _ = await a_dead_letter(stand)

    await dead_jobs(stand.settings, retry=job)

    assert capsys.readouterr().out == f"Job {job} is tried again.\n"
    assert await stand.jobs() == [(PURGE, "todo", 0)]
    await stand.drain()
    assert await stand.jobs() == [(PURGE, "succeeded", 1)]


async def test_a_job_that_is_not_dead_is_refused_and_left_as_it_is(stand: Stand) -> None:
    job = await enqueued(stand.database, await a_brand(stand.settings), PURGE)
    before = await stand.rows("select * from procrastinate_jobs")

    for wanted in (job, job + 1):
        with pytest.raises(InvalidInput, match=rf"^There is no dead job {wanted}\.$"):
            await dead_jobs(stand.settings, retry=wanted)

    assert await stand.rows("select * from procrastinate_jobs") == before


async def test_without_a_database_it_says_that_it_is_not_reachable(stand: Stand) -> None:
    assert stand.settings.database_url is not None
    away = stand.settings.database_url.get_secret_value().replace("write-pw", "wrong-pw")
    settings = stand.settings.model_copy(
        update={
            "database_url": type(stand.settings.database_url)(away),
            "database_acquire_seconds": 0.2,
        }
    )

    with pytest.raises(ServiceUnavailable, match="not reachable"):
        await dead_jobs(settings, retry=None)
