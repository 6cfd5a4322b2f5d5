"""What a crash left behind is put right: jobs, messages, events, credits that fall due."""

from __future__ import annotations

import runpy
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.test import TestCase
from django.utils import timezone

from scripts.ports import kept_port
from studio.celery import app
from studio.core.models import Event
from studio.credits import services as credits
from studio.credits.models import Hold
from studio.jobs import dispatch, queue, sweeping
from studio.jobs.models import Attempt, Job, State, WorkerBeat
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

PAST = timedelta(seconds=1)


def abandoned(desk: Desk, model: str = SKETCH, attempt: str = "", **fields: Any) -> Job:
    """A job whose worker is gone and whose lease has run out; ``attempt`` is how far its paid call was."""
    job = desk.job(model)
    assert queue.claim_next(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - PAST, **fields)
    if attempt:
        Attempt.objects.create(job=job, number=1, client_ref=job.pk.hex, state=attempt)
    return job


def swept(job: Job) -> Job:
    sweeping.sweep()
    job.refresh_from_db()
    return job


def messages() -> int:
    """How many messages wait at the broker, all of which are taken off it."""
    return int(app.control.purge() or 0)


def test_a_job_that_was_claimed_and_not_sent_runs_again(desk: Desk) -> None:
    job = swept(abandoned(desk))
    assert (job.state, job.fence, job.claims, job.lease_until) == (State.QUEUED, 2, 1, None)
    assert desk.balance == (START - 3_000, 3_000)
    assert queue.claim_next() == queue.Claim(job.pk, 3)


@pytest.mark.parametrize("attempt", [Attempt.State.SENDING, Attempt.State.UNKNOWN])
def test_a_paid_call_that_may_have_gone_out_is_not_sent_again_and_keeps_its_hold(
    desk: Desk, vendor: OpenAISimulator, attempt: str
) -> None:
    job = swept(abandoned(desk, PAID, attempt))
    assert (job.state, job.error_code) == (State.UNCONFIRMED, "unconfirmed")
    assert desk.balance == (START - job.quote["high"], job.quote["high"])
    assert queue.claim_next() is None


def test_a_call_that_surely_failed_before_the_crash_is_made_again(
    desk: Desk, vendor: OpenAISimulator
) -> None:
    job = abandoned(desk, PAID, Attempt.State.FAILED)
    job.attempts.update(error_code="rate_limited")
    assert swept(job).state == State.QUEUED


@pytest.mark.parametrize("code", ["upstream", "moderation_input", "not_kept"])
def test_a_call_that_the_vendor_may_have_begun_is_not_made_again_for_a_crash_right_after(
    desk: Desk, vendor: OpenAISimulator, code: str
) -> None:
    job = abandoned(desk, PAID, Attempt.State.FAILED)
    job.attempts.update(error_code=code, error_detail="It said no.")
    job = swept(job)
    assert (job.state, job.error_code, job.error_detail) == (State.FAILED, code, "It said no.")
    assert desk.balance == (START, 0)


def test_a_vendor_that_knows_a_repeat_is_asked_again(desk: Desk) -> None:
    assert swept(abandoned(desk, attempt=Attempt.State.SENDING)).state == State.QUEUED


def test_a_lease_that_still_runs_is_left_alone(desk: Desk) -> None:
    job = abandoned(desk)
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    assert (swept(job).state, job.fence) == (State.RUNNING, 1)


def test_a_job_that_crashes_its_worker_again_and_again_is_given_up_and_paid_back(desk: Desk) -> None:
    assert swept(abandoned(desk, claims=3)).state == State.QUEUED
    job = swept(abandoned(desk, claims=4))
    assert (job.state, job.error_code, job.charged) == (State.FAILED, "crashed", 0)
    assert desk.balance == (START - 3_000, 3_000)


def test_a_call_that_may_be_paid_is_not_given_up_for_crashing(desk: Desk, vendor: OpenAISimulator) -> None:
    job = swept(abandoned(desk, PAID, Attempt.State.SENDING, claims=4))
    assert (job.state, desk.balance[1]) == (State.UNCONFIRMED, job.quote["high"])


def test_a_wish_to_cancel_is_granted_for_a_worker_that_is_gone(desk: Desk) -> None:
    job = swept(abandoned(desk, cancel_requested=True))
    assert (job.state, desk.balance) == (State.CANCELLED, (START, 0))


def test_a_second_sweep_finds_nothing_to_do(desk: Desk) -> None:
    job = swept(abandoned(desk))
    before = Job.objects.values().get(pk=job.pk)
    assert before["dispatched_at"] is not None
    sweeping.sweep()
    assert Job.objects.values().get(pk=job.pk) == before


def test_a_message_that_was_never_sent_is_sent_once(desk: Desk) -> None:
    job = desk.job()
    messages()
    assert job.dispatched_at is None
    assert (swept(job).dispatched_at is not None, messages()) == (True, 1)
    sweeping.sweep()
    assert messages() == 0


def test_a_message_that_nobody_followed_for_long_is_sent_again(desk: Desk, settings: Any) -> None:
    settings.DISPATCH_STALE_SECONDS = 15.0
    desk.job()
    messages()
    Job.objects.update(dispatched_at=timezone.now() - timedelta(seconds=14))
    sweeping.sweep()
    assert messages() == 0
    Job.objects.update(dispatched_at=timezone.now() - timedelta(seconds=16))
    sweeping.sweep()
    assert messages() == 1


def test_a_job_that_waits_for_its_next_try_is_told_when_that_is_due(desk: Desk) -> None:
    desk.job()
    messages()
    Job.objects.update(due_at=timezone.now() + timedelta(seconds=60))
    sweeping.sweep()
    assert messages() == 0
    Job.objects.update(due_at=timezone.now())
    sweeping.sweep()
    assert messages() == 1


def with_its_broker_at(port: int, settings: Any) -> Celery:
    """The application as it is set up for a Redis on this port."""
    settings.BROKER_URL = f"redis://127.0.0.1:{port}/0"
    config = runpy.run_path(str(settings.BASE_DIR / "studio" / "worker" / "config.py"))
    lonely = Celery("lonely", set_as_current=False)
    lonely.conf.update({name: config[name] for name in ("broker_url", "broker_transport_options")})
    return lonely


def test_with_the_broker_away_a_submit_succeeds_and_the_sweeper_sends_the_message_later(
    desk: Desk, settings: Any
) -> None:
    messages()
    with kept_port() as nobodys:
        with_its_broker_at(nobodys, settings).set_current()
        try:
            with TestCase.captureOnCommitCallbacks(execute=True):
                job = desk.job()
            sweeping.sweep()
        finally:
            app.set_current()
    job.refresh_from_db()
    assert (job.state, job.dispatched_at, desk.balance) == (State.QUEUED, None, (START - 3_000, 3_000))
    assert (swept(job).dispatched_at is not None, messages()) == (True, 1)


def test_a_submit_sends_one_message_for_each_job_once_it_is_committed(desk: Desk) -> None:
    messages()
    with TestCase.captureOnCommitCallbacks(execute=False) as after_commit:
        run = desk.submit(SKETCH, SKETCH)
    assert messages() == 0
    for callback in after_commit:
        callback()
    assert messages() == 2
    assert not run.jobs.filter(dispatched_at=None).exists()


def test_a_publish_that_breaks_off_marks_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [job.pk for job in desk.submit(SKETCH, SKETCH).jobs.all()]

    def break_off(name: str, args: list[str], **options: Any) -> None:
        if args == [str(jobs[1])]:
            raise OSError("the broker went away")

    monkeypatch.setattr(app, "send_task", break_off)
    dispatch.publish(jobs)
    assert Job.objects.filter(dispatched_at=None).count() == 2


def test_notices_and_beats_are_kept_for_a_while_and_no_longer(desk: Desk) -> None:
    now = timezone.now()
    for age in (59, 61):
        event = Event.objects.create(channel="all", topic="test", ref=str(age))
        Event.objects.filter(pk=event.pk).update(at=now - timedelta(minutes=age))
        WorkerBeat.objects.create(name=str(age), at=now - timedelta(hours=age / 60 * 24))
    sweeping.sweep()
    assert list(Event.objects.filter(topic="test").values_list("ref", flat=True)) == ["59"]
    assert list(WorkerBeat.objects.values_list("name", flat=True)) == ["59"]


def test_credits_that_fall_due_are_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    credits.grant(
        account_id=desk.payer.account_id,
        amount=500,
        key="a week",
        actor=None,
        reason="A week of trying",
        expires_at=timezone.now() + timedelta(days=7),
    )
    sweeping.sweep()
    assert desk.balance == (START + 500, 0)
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    sweeping.sweep()
    assert desk.balance == (START, 0)


def test_one_job_that_cannot_be_decided_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = abandoned(desk, attempt=Attempt.State.SENDING)
    Job.objects.filter(pk=stuck.pk).update(provider="a vendor that is no more")
    free = swept(abandoned(desk))
    assert free.state == State.QUEUED
    assert str(stuck.pk) in caplog.text


def test_a_hold_that_cannot_be_given_back_holds_up_no_other(
    desk: Desk, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, free = (abandoned(desk) for _ in range(2))
    over = timezone.now() - timedelta(seconds=settings.JOB_UNCONFIRMED_SECONDS + 1)
    Job.objects.update(state=State.UNCONFIRMED, finished_at=over)
    Hold.objects.filter(key=stuck.hold_key).update(key="lost")
    assert swept(free).state == State.FAILED
    stuck.refresh_from_db()
    assert stuck.state == State.UNCONFIRMED
    assert str(stuck.pk) in caplog.text
