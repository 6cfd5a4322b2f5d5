"""One job from claim to receipt, with the offline models and with a paid vendor that misbehaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.core import events
from studio.images import intake
from studio.images import services as images
from studio.images.models import Lineage
from studio.jobs import execution, failpoints, notices, outcomes, queue, services, sweeping
from studio.jobs.models import Attempt, Job, Output, State
from studio.jobs.routing import again
from studio.jobs.specs import ReferenceSpec
from tests.factories import make_image, pictures
from tests.jobs.conftest import PAID, PAINT, PRESS, SKETCH, START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator


def test_a_job_delivers_its_pictures_and_charges_what_it_held(busy: Desk) -> None:
    job = busy.finished(SKETCH, n=2, prompt="ridges at dusk")
    assert (job.state, job.charged, busy.balance) == (State.SUCCEEDED, 6_000, (START - 6_000, 0))
    first, second = pictures(job)
    assert [(image.prompt, image.model, image.cost) for image in (first, second)] == [
        ("ridges at dusk", SKETCH, 3_000),
        ("ridges at dusk", SKETCH, 3_000),
    ]
    assert first.blob.sha256 != second.blob.sha256


def test_the_page_is_told_that_a_job_runs_before_its_vendor_gives_a_sign_of_life(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, told = busy.job(PAID), list[str]()

    def look(point: str) -> None:
        if point == "sending":
            told.extend(notice.ref for notice in events.since(before) if notice.topic == notices.RUN)

    before = events.latest_id()
    monkeypatch.setattr(failpoints, "reach", look)
    execution.work()
    assert told == [str(job.run_id)]


def test_a_token_priced_job_is_charged_by_its_tokens_and_the_rest_comes_back(busy: Desk) -> None:
    job = busy.finished(PRESS)
    assert job.state == State.SUCCEEDED
    assert 0 < job.charged <= job.quote["high"]
    assert busy.balance == (START - job.charged, 0)
    assert (job.attempts.get().usage or {})["output_image"] > 0


def test_a_reference_is_sent_as_it_is_kept_and_becomes_a_parent(busy: Desk) -> None:
    source = pictures(busy.finished(SKETCH))[0]
    job = busy.finished(PAINT, prompt="make it night", references=(ReferenceSpec(source.pk, "source"),))
    assert job.state == State.SUCCEEDED
    assert job.references.get().sent_sha256 == source.blob.sha256
    edge = Lineage.objects.get(child=job.outputs.get().image)
    assert (edge.parent, edge.operation) == (source, "edit")


def test_the_vendor_receives_the_references_in_the_order_of_the_page(
    busy: Desk, vendor: OpenAISimulator, alice: User
) -> None:
    sent = [pictures(busy.finished(SKETCH, prompt=f"door {number}"))[0] for number in range(2)]
    job = busy.finished(PAID, references=tuple(ReferenceSpec(image.pk) for image in sent))
    assert job.state == State.SUCCEEDED, job.error_detail
    assert vendor.bills[-1].images == tuple(image.blob.sha256 for image in sent)


def test_what_the_vendor_answers_is_kept_as_it_came(busy: Desk, vendor: OpenAISimulator) -> None:
    job = busy.finished(PAID)
    image = pictures(job)[0]
    data, mime, _width, _height = images.source_bytes(image)
    assert (mime, data[:4]) == ("image/png", b"\x89PNG")


@pytest.mark.parametrize("kind", [base.TIMEOUT, base.HANG_UP, base.RESET, base.BAD_JSON])
def test_an_answer_that_was_lost_is_never_paid_twice(
    busy: Desk, vendor: OpenAISimulator, kind: str, settings: Any
) -> None:
    settings.JOB_DEADLINE_SECONDS = 2.0
    vendor.fault = Fault(kind)
    job = busy.finished(PAID)
    sweeping.sweep()
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills)) == (State.UNCONFIRMED, 1)
    assert busy.balance == (START - job.quote["high"], job.quote["high"])


def test_an_unconfirmed_job_gives_its_hold_back_after_the_limit(
    busy: Desk, vendor: OpenAISimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.HANG_UP)
    job = busy.finished(PAID)
    settings.JOB_UNCONFIRMED_SECONDS = 0.0
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.charged, busy.balance) == (State.FAILED, 0, (START, 0))


def test_a_late_success_is_delivered_and_not_charged(
    busy: Desk, vendor: OpenAISimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.HANG_UP)
    job = busy.finished(PAID)
    settings.JOB_UNCONFIRMED_SECONDS = 0.0
    sweeping.sweep()
    claim, attempt = queue.Claim(job.pk, job.fence), job.attempts.get()
    late = pictures(busy.finished(SKETCH))[0]
    stored = images.store(intake.prepare(images.source_bytes(late)[0], keep_original=True))
    job.refresh_from_db()
    assert outcomes.deliver(claim, job, outcomes.Picture(0, stored))
    assert outcomes.finish(claim, job, attempt, actual=job.quote["high"], answer=outcomes.Answer())
    job.refresh_from_db()
    assert (job.state, job.charged, busy.balance) == (State.SUCCEEDED, 0, (START - 3_000, 0))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(base.STATUS, status=500), "upstream"),
        (Fault(base.NO_MONEY), "billing"),
        (Fault(base.MODERATED_INPUT), "moderation_input"),
        (Fault(base.NO_IMAGE), "empty_result"),
    ],
)
def test_a_failure_says_why_and_charges_nothing(
    busy: Desk, vendor: OpenAISimulator, fault: Fault, code: str
) -> None:
    vendor.fault = fault
    job = busy.finished(PAID)
    assert (job.state, job.error_code, busy.balance) == (State.FAILED, code, (START, 0))
    assert "canary" not in job.error_detail


def test_too_many_requests_are_tried_again_when_the_vendor_says(busy: Desk, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.STATUS, status=429, retry_after="7", times=1)
    before = timezone.now()
    job = busy.finished(PAID)
    assert (job.state, job.claims) == (State.QUEUED, 0)
    assert job.due_at >= before + timedelta(seconds=7)
    Job.objects.update(due_at=timezone.now())
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), job.attempts.count()) == (State.SUCCEEDED, 1, 2)


def test_fewer_pictures_than_asked_charge_for_those_and_return_the_rest(
    busy: Desk, vendor: OpenAISimulator
) -> None:
    vendor.fault = Fault(base.FEWER)
    job = busy.finished(PAID, n=3)
    assert (job.state, job.outputs.count()) == (State.PARTIAL, 2)
    assert 0 < job.charged < job.quote["high"]
    assert busy.balance == (START - job.charged, 0)


def test_a_partial_job_is_retried_for_what_is_missing(busy: Desk, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.FEWER, times=1)
    job = busy.finished(PAID, n=3)
    assert again.price_retry(job=job).parameters.n == 1


def test_cancel_ends_a_queued_job_at_once_and_returns_its_hold(busy: Desk) -> None:
    job = busy.job(SKETCH)
    services.cancel(job=job)
    job.refresh_from_db()
    assert (job.state, busy.balance) == (State.CANCELLED, (START, 0))
    assert execution.work() == 0


def test_cancel_stops_a_painting_at_its_next_sign_of_life(
    busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = busy.job(PAINT, n=4)
    shown = images.put_preview

    def pressed_cancel(*given: Any) -> None:
        Job.objects.filter(pk=job.pk).update(cancel_requested=True)
        shown(*given)

    monkeypatch.setattr(images, "put_preview", pressed_cancel)
    execution.work()
    job.refresh_from_db()
    assert (job.state, job.outputs.count(), busy.balance) == (State.CANCELLED, 0, (START, 0))


def test_a_worker_that_lost_its_claim_writes_nothing(busy: Desk) -> None:
    job = busy.job(SKETCH)
    zombie = queue.claim_next()
    assert zombie is not None
    assert outcomes.put_back(zombie, job, seconds=0, clean=False)
    execution.work()
    job.refresh_from_db()
    balance, outputs = busy.balance, job.outputs.count()
    assert not outcomes.fail(zombie, job, code="upstream", detail="late")
    assert not outcomes.finish(zombie, job, Attempt(), actual=job.quote["high"], answer=outcomes.Answer())
    assert not outcomes.cancel_running(zombie, job)
    job.refresh_from_db()
    assert (job.state, busy.balance, job.outputs.count()) == (State.SUCCEEDED, balance, outputs)


def test_a_second_message_for_the_same_job_does_nothing(busy: Desk) -> None:
    job = busy.finished(SKETCH)
    assert (execution.run_one(job.pk), Output.objects.count()) == (False, 1)


def test_a_worker_that_wakes_up_after_its_job_was_done_by_another_sends_nothing(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = busy.job(PAID)

    def asleep(name: str) -> None:
        if name == "started":
            monkeypatch.undo()
            job.refresh_from_db()
            assert outcomes.put_back(queue.Claim(job.pk, job.fence), job, seconds=0, clean=False)
            execution.work()

    monkeypatch.setattr(failpoints, "reach", asleep)
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), job.attempts.count()) == (State.SUCCEEDED, 1, 1)
    assert busy.balance == (START - job.charged, 0)


def test_cancel_between_two_tries_sends_nothing_more(busy: Desk, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.STATUS, status=429, retry_after="0", times=1)
    job = busy.job(PAID)
    assert queue.claim_next() is not None
    Job.objects.filter(pk=job.pk).update(state=State.QUEUED, cancel_requested=True)
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), busy.balance) == (State.CANCELLED, 0, (START, 0))
    assert not job.attempts.exists()


def test_cancel_while_the_vendor_refuses_ends_the_job_at_once(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.fault = Fault(base.STATUS, status=429, retry_after="7", times=1)
    job = busy.job(PAID)

    def press_cancel(name: str) -> None:
        if name == "sending":
            services.cancel(job=job)

    monkeypatch.setattr(failpoints, "reach", press_cancel)
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), busy.balance) == (State.CANCELLED, 0, (START, 0))


def test_a_reference_whose_file_is_gone_fails_unsent_and_returns_the_hold(
    busy: Desk, vendor: OpenAISimulator
) -> None:
    gone = make_image(busy.actor.require_user())
    job = busy.finished(PAID, references=(ReferenceSpec(gone.pk, "source"),))
    assert (job.state, len(vendor.bills), busy.balance) == (State.FAILED, 0, (START, 0))
    assert not job.attempts.filter(state=Attempt.State.SENDING).exists()
