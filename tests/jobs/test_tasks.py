"""Tasks: whose name they work in, what a customer is told, and how a failure ends."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from procrastinate.jobs import Job
from structlog.testing import capture_logs

from db.database import Database, Transaction
from domain.errors import ServiceUnavailable
from domain.identity import Brand, Kind, Principal
from domain.notifications import Mail, MailRefused
from jobs.admission import Admission, JobFailed, Work, strategy
from jobs.pace import Pace
from jobs.wording import in_words
from jobs.worker import queue_app
from tests.builders import START, a_booking, a_brand, a_customer, a_stop, new_id, write
from tests.db.rows import a_reservation
from tests.jobs.conftest import NOW, Stand, enqueued

TELL = "tell_customer_of_new_time"
WAIVED = {"deposit_waiver_reason": "A test"}
CANCELLED = "tell_customer_of_cancellation"
PURGE = "purge_idempotency_records"
DAY = timedelta(days=1)
EVENT = "0197a1b2-0000-7000-8000-000000000001"


async def a_tour(
    database: Database, brand: Brand, *, email: str | None = "ada@example.com", **booking: Any
) -> UUID:
    """A booking of a customer with that address."""

    async def work(tx: Transaction) -> UUID:
        customer = await a_customer(tx, email=email)
        given = {"number": "WWT-2026-00042", "customer_email": None, **booking}
        return await a_booking(tx, customer_id=customer, **given)

    booked: UUID = await write(database, brand, work)
    return booked


async def tell(stand: Stand, brand: Brand, booking_id: UUID, task: str = TELL) -> int:
    """Enqueue the mail about a new time, or another, and run the queue until it is empty."""
    job = await enqueued(stand.database, brand, task, booking_id=str(booking_id), event_id=EVENT)
    await stand.drain()
    return job


async def test_a_customer_is_told_the_new_local_time_by_the_brand(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)

    await tell(stand, brand, booking)

    assert stand.letters.sent == [
        Mail(
            sender="bookings@example.com",
            to="ada@example.com",
            subject="Brand wwt: new time for your tour WWT-2026-00042",
            text=(
                "Your tour WWT-2026-00042 now starts on"
                " Monday, 8 June 2026 at 10:00 PDT.\n\nBrand wwt\n"
            ),
            key=EVENT,
        )
    ]
    assert await stand.jobs() == [(TELL, "succeeded", 1)]
    assert stand.bells.rung == []


@pytest.mark.parametrize(
    ("refund_cents", "back"), [(31_094, "\nYou get back $310.94."), (None, "")]
)
async def test_a_customer_is_told_that_their_tour_is_cancelled_and_what_comes_back(
    stand: Stand, refund_cents: int | None, back: str
) -> None:
    """Failure 14: nobody was mailed that a tour was off."""
    brand = await a_brand(stand.settings)
    off: dict[str, Any] = {"status": "cancelled", "cancelled_at": START}
    booking = await a_tour(stand.database, brand, refund_due_cents=refund_cents, **off)

    await tell(stand, brand, booking, CANCELLED)

    assert stand.letters.sent == [
        Mail(
            sender="bookings@example.com",
            to="ada@example.com",
            subject="Brand wwt: your tour WWT-2026-00042 is cancelled",
            text=(
                "Your tour WWT-2026-00042 on Monday, 8 June 2026 at 10:00 PDT is cancelled."
                f"{back}\n\nBrand wwt\n"
            ),
            key=EVENT,
        )
    ]


@pytest.mark.parametrize(
    ("task", "state"), [(TELL, {}), (CANCELLED, {"status": "cancelled", "cancelled_at": START})]
)
async def test_a_mail_goes_to_the_address_that_was_corrected_for_the_booking(
    stand: Stand, task: str, state: dict[str, Any]
) -> None:
    brand = await a_brand(stand.settings)
    corrected = {"customer_email": "ada@new.example", **state}
    await tell(stand, brand, await a_tour(stand.database, brand, **corrected), task)

    assert [mail.to for mail in stand.letters.sent] == ["ada@new.example"]


async def test_a_customer_is_reminded_of_their_tour_with_its_itinerary(stand: Stand) -> None:
    """Failure 14: reminders were written, and nobody had scheduled them."""
    brand = await a_brand(stand.settings)
    at = NOW + timedelta(hours=48)
    booking = await a_tour(
        stand.database, brand, status="confirmed", starts_at=at, pickup="1 Main Street", **WAIVED
    )

    async def stops(tx: Transaction) -> None:
        await a_stop(tx, booking, 1, name="First Cellar")
        await a_stop(tx, booking, 2, name="Lunch", planned_arrival_at=None)

    await write(stand.database, brand, stops)

    await reminded(stand, brand, booking, at)

    (mail,) = stand.letters.sent
    assert mail.subject == "Brand wwt: your tour WWT-2026-00042 is near"
    arrival = in_words(at + timedelta(hours=1), "America/Los_Angeles").split(" at ")[1][:5]
    assert mail.text == (
        f"Your tour WWT-2026-00042 starts on {in_words(at, 'America/Los_Angeles')}.\n"
        "We meet you here: 1 Main Street\n"
        f"- {arrival} First Cellar\n"
        "- Lunch\n\nBrand wwt\n"
    )


@pytest.mark.parametrize("now_is", ["pending", "cancelled", "moved", "begun"])
async def test_nobody_is_reminded_of_a_tour_that_is_not_sure_or_at_another_time(
    stand: Stand, now_is: str
) -> None:
    brand = await a_brand(stand.settings)
    at = NOW + timedelta(hours=-1 if now_is == "begun" else 40)
    given: dict[str, Any] = {"status": "confirmed", "starts_at": at, **WAIVED}
    if now_is == "moved":
        given["starts_at"] = at + timedelta(hours=1)
    if now_is in {"pending", "cancelled"}:
        given["status"] = now_is
    if now_is == "cancelled":
        given["cancelled_at"] = NOW
    booking = await a_tour(stand.database, brand, **given)

    await reminded(stand, brand, booking, at)

    assert stand.letters.tried == 0
    assert await stand.jobs() == [("remind_customer", "succeeded", 1)]


async def reminded(stand: Stand, brand: Brand, booking: UUID, at: datetime) -> None:
    said = {"booking_id": str(booking), "starts_at": at.isoformat()}
    await enqueued(stand.database, brand, "remind_customer", **said)
    await stand.drain()


async def test_nobody_is_told_of_a_cancellation_that_was_taken_back(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await tell(stand, brand, await a_tour(stand.database, brand), CANCELLED)
    assert stand.letters.tried == 0
    assert await stand.jobs() == [(CANCELLED, "succeeded", 1)]


async def test_a_mail_says_the_time_as_it_is_when_it_is_sent(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    await enqueued(stand.database, brand, TELL, booking_id=str(booking), event_id=EVENT)
    later = START + timedelta(days=1, hours=2)
    await stand.rows(
        "update bookings set starts_at = %s, ends_at = %s", later, later + timedelta(1)
    )

    await stand.drain()

    assert "Tuesday, 9 June 2026 at 12:00 PDT" in stand.letters.sent[0].text


async def test_a_booking_without_anybody_to_tell_is_done_without_a_mail(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    silent: list[dict[str, Any]] = [
        {"email": None, "number": "WWT-2026-00001"},
        {"status": "cancelled", "cancelled_at": START, "number": "WWT-2026-00002"},
        {"status": "expired", "email": "eve@example.com", "number": "WWT-2026-00003"},
    ]

    for booking in silent:
        await tell(stand, brand, await a_tour(stand.database, brand, **booking))

    assert stand.letters.tried == 0
    assert await stand.jobs() == [(TELL, "succeeded", 1)] * 3


async def test_a_booking_of_another_brand_is_not_found_and_its_customer_is_told_nothing(
    stand: Stand,
) -> None:
    one = await a_brand(stand.settings)
    other = await a_brand(stand.settings, tenant=one, code="nwtc")
    booking = await a_tour(stand.database, other)

    job = await tell(stand, one, booking)

    assert stand.letters.tried == 0
    assert await stand.jobs() == [(TELL, "failed", 5)]
    ((kind, detail),) = stand.bells.rung
    assert kind == "dead_letter"
    assert (detail["job"], detail["task"]) == (job, TELL)
    assert str(detail["reason"]).startswith("NotFound at jobs/booking_mails.py:")


async def test_a_job_that_is_nobodys_fails_at_once_for_good_with_an_alert(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    nobodys = {
        "{}": "the job has no tenant and brand",
        '{"tenant_id": 1}': "the job has no tenant and brand",
        '{"tenant_id": 1, "brand_id": null}': "the job has no tenant and brand",
        '{"tenant_id": "1", "brand_id": "1"}': "the job has no tenant and brand",
        '{"tenant_id": 1, "brand_id": 999999}': "the job's brand is not in business",
    }
    stored = await stand.rows(
        "insert into procrastinate_jobs (queue_name, task_name, args)"
        " select 'default', %s, given || jsonb_build_object('booking_id', %s::text, 'event_id', 'e')"
        " from unnest(%s::jsonb[]) as given returning id",
        TELL,
        str(booking),
        list(nobodys),
    )

    await stand.drain()

    assert await stand.jobs() == [(TELL, "failed", 1)] * 5
    assert sorted(stand.bells.rung, key=lambda rung: str(rung[1]["job"])) == [
        ("dead_letter", {"job": job, "task": TELL, "reason": reason})
        for (job,), reason in zip(stored, nobodys.values(), strict=True)
    ]
    assert stand.letters.tried == 0


async def test_a_job_of_a_suspended_tenant_is_not_done(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    await stand.rows("update tenants set status = 'suspended'")

    await tell(stand, brand, booking)

    assert await stand.jobs() == [(TELL, "failed", 1)]
    assert stand.letters.tried == 0


async def test_a_brand_without_an_address_to_send_from_is_a_dead_letter(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    await stand.rows("update brands set email_from = null")

    job = await tell(stand, brand, booking)

    reason = "the brand has no address to send from"
    assert stand.bells.rung == [("dead_letter", {"job": job, "task": TELL, "reason": reason})]
    assert await stand.jobs() == [(TELL, "failed", 1)]


async def test_a_mail_server_that_comes_back_gets_the_mail_once(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    stand.letters.faults.extend([ServiceUnavailable("away")] * 4)

    await tell(stand, brand, booking)

    assert [mail.key for mail in stand.letters.sent] == [EVENT]
    assert await stand.jobs() == [(TELL, "succeeded", 5)]
    assert stand.bells.rung == []


async def test_after_five_failures_the_job_is_a_dead_letter_and_one_alert_says_so(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    stand.letters.faults.extend([ServiceUnavailable("away")] * 5)

    await tell(stand, brand, booking)

    assert await stand.jobs() == [(TELL, "failed", 5)]
    assert [kind for kind, _ in stand.bells.rung] == ["dead_letter"]
    assert (stand.letters.tried, stand.letters.sent) == (5, [])


async def test_a_mail_that_can_never_be_sent_is_tried_once(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    stand.letters.faults.append(MailRefused("the mail server refuses it (554)"))

    job = await tell(stand, brand, booking)

    reason = "the mail server refuses it (554)"
    assert stand.bells.rung == [("dead_letter", {"job": job, "task": TELL, "reason": reason})]
    assert await stand.jobs() == [(TELL, "failed", 1)]


def test_the_waits_between_attempts_grow_and_the_fifth_failure_is_the_last() -> None:
    patience = strategy(Pace())
    waits = []
    for attempts in range(5):
        job = Job(
            id=1, queue="default", lock=None, queueing_lock=None, task_name=TELL, attempts=attempts
        )
        decision = patience.get_retry_decision(exception=JobFailed("x"), job=job)
        retry_at = decision.retry_at if decision else None
        waits.append(retry_at and round((retry_at - _now(retry_at)).total_seconds()))

    assert waits == [5, 25, 125, 625, None]


def _now(like: Any) -> Any:
    return type(like).now(like.tzinfo)


async def test_neither_the_log_nor_an_alert_repeats_what_an_error_said(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    brand = await a_brand(stand.settings)
    booking = await a_tour(stand.database, brand)
    stand.letters.faults.extend([RuntimeError("no mail for ada@example.com")] * 5)

    with capture_logs() as lines, caplog.at_level("DEBUG"):
        await tell(stand, brand, booking)

    said = [line for line in lines if line["event"] == "job_failed"]
    assert [str(line["reason"]).split(" at ")[0] for line in said] == ["RuntimeError"] * 5
    assert "ada@example.com" not in repr(lines) + caplog.text + repr(stand.bells.rung)


async def test_a_task_works_as_the_brands_worker_in_the_name_of_who_asked(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    seen: list[Principal] = []

    async def look(work: Work) -> None:
        async with work.session.read() as tx:
            ((role, actor),) = await tx.rows(
                "select current_user::text, current_setting('app.actor_id')"
            )
        seen.append(work.session.principal)
        assert (role, UUID(actor)) == ("tourbase_worker", work.session.principal.actor_id)

    app = queue_app(stand.parts)
    admission = Admission(
        stand.database,
        stand.letters,
        stand.bells,
        now=stand.parts.now,
        ids=stand.parts.ids,
        signers=stand.parts.signers,
        attempts=5,
    )
    app.task(name="look", pass_context=True)(admission.admit(look))
    await enqueued(stand.database, brand, "look")
    ((actor,),) = await stand.rows("select args->>'actor_id' from procrastinate_jobs")
    await stand.drain(app)

    assert seen == [Principal(Kind.WORKER, brand, UUID(actor), role="worker")]


async def test_a_running_job_gives_its_name_back_and_its_retry_does_not_collide(
    stand: Stand,
) -> None:
    brand = await a_brand(stand.settings)
    ran: list[str] = []

    async def once(work: Work) -> None:
        ran.append(work.brand.brand.code)
        if len(ran) == 1:
            await enqueued(stand.database, brand, "once", once="nightly")
            raise RuntimeError

    app = queue_app(stand.parts)
    admission = Admission(
        stand.database,
        stand.letters,
        stand.bells,
        now=stand.parts.now,
        ids=stand.parts.ids,
        signers=stand.parts.signers,
        attempts=5,
    )
    retry = strategy(stand.parts.pace)
    app.task(name="once", pass_context=True, retry=retry)(admission.admit(once))
    await enqueued(stand.database, brand, "once", once="nightly")
    await stand.drain(app)

    assert ran == ["wwt", "wwt", "wwt"]
    assert sorted(await stand.jobs()) == [("once", "succeeded", 1), ("once", "succeeded", 2)]


async def test_a_purge_deletes_the_brands_expired_answers_and_no_others(stand: Stand) -> None:
    mine, other = await a_brand(stand.settings), await a_brand(stand.settings)
    for brand in (mine, other):
        await write(stand.database, brand, _answers)

    await enqueued(stand.database, mine, PURGE)
    await stand.drain()

    left = await stand.rows("select brand_id, key from idempotency_records order by 1, 2")
    assert left == [(mine.id, "fresh"), (other.id, "expired"), (other.id, "fresh")]


async def _answers(tx: Transaction) -> None:
    for key, expires_at in (("expired", NOW), ("fresh", NOW + timedelta(seconds=1))):
        await tx.run(
            "insert into idempotency_records"
            " (key, actor_id, request_hash, answer, created_at, expires_at)"
            " values (%(key)s, %(actor)s, '', '{}', now(), %(expires_at)s)",
            {"key": key, "actor": new_id(), "expires_at": expires_at},
        )


async def test_reservations_that_have_run_out_are_swept_brand_by_brand(stand: Stand) -> None:
    own, other = await a_brand(stand.settings), await a_brand(stand.settings)
    unheard = {"created_at": NOW - 2 * DAY, "consult_by": NOW - DAY, "preferred_on": START.date()}
    for brand in (own, other):
        for status in ("pending", "contacted"):
            await write(
                stand.database,
                brand,
                lambda tx, status=status: a_reservation(tx, status=status, **unheard),
            )

    await enqueued(stand.database, own, "expire_reservations")
    await stand.drain()

    assert await stand.rows(
        "select brand_id, status from reservations order by brand_id, status"
    ) == sorted(
        [
            (own.id, "contacted"),
            (own.id, "expired"),
            (other.id, "contacted"),
            (other.id, "pending"),
        ]
    )
    assert await stand.rows("select kind, actor_kind from events") == [
        ("ReservationExpired", "worker")
    ]
