"""A job that ``auto`` placed goes on to the next model when its own is out of order, inside its quote, paid once."""

from __future__ import annotations

import errno
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from providers.base import Emit, Finished, ImageRequest, Output
from providers.errors import AuthError, UpstreamError
from providers.painter.adapter import Painter
from studio.accounts.models import User
from studio.catalog import automatic, health, providers
from studio.catalog import services as prices
from studio.credits import services as credits
from studio.images import services as images
from studio.images.errors import NotKept
from studio.jobs import execution, queue, quoting, receiving, services, sweeping
from studio.jobs.errors import ModelNotOffered
from studio.jobs.models import Attempt, Job, Run, State
from studio.jobs.models import Output as Picture
from studio.jobs.routing import choosing, moving, weather
from studio.jobs.routing.weather import Weather
from studio.jobs.specs import JobSpec
from tests.jobs.conftest import PAID, PAINT, SKETCH, START, Desk
from tests.jobs.vendors import TicketVendor
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.simulators.pictures import picture


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, Weather]:
    """The paid model is the best that there is, and one painted model the second."""
    found = {PAID: Weather(100, 100, 1.0), SKETCH: Weather(100, 100, 1.0)}
    monkeypatch.setattr(weather, "of_models", lambda: found)
    return found


@pytest.fixture(autouse=True)
def one_paid_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the vendor's models only one can do the job, so that what follows it is painted here."""
    candidates = choosing.candidates

    def fewer(*given: object, **more: object) -> list[choosing.Candidate]:
        found = candidates(*given, **more)  # type: ignore[arg-type]
        return [each for each in found if each.offer.entry.provider == "gesso" or each.offer.id == PAID]

    monkeypatch.setattr(choosing, "candidates", fewer)


@pytest.fixture(autouse=True)
def quick_painter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is painted here matters to nothing in this file."""

    def painted(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        return Finished(tuple(Output(picture(64, 64, (n, 9, 9)), "image/png") for n in range(request.n)))

    monkeypatch.setattr(Painter, "submit", painted)


def worked(desk: Desk, n: int = 1) -> list[Job]:
    """The jobs of one run that asked for ``auto``, in order, once nothing is left to do."""
    run: Run = desk.submit(automatic.ID, n=n)
    execution.work()
    return list(run.jobs.order_by("position"))


OUTAGES = [
    Fault(base.REFUSED),
    Fault(base.STATUS, 500),
    Fault(base.STATUS, 503, retry_after="30"),
    Fault(base.STATUS, 429),
    Fault(base.STATUS, 401),
    Fault(base.STATUS, 404),
    Fault(base.NO_MONEY),
]


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda fault: f"{fault.kind}-{fault.status}")
def test_an_outage_moves_the_job_to_the_next_model_within_what_was_held(
    busy: Desk, vendor: OpenAISimulator, fault: Fault
) -> None:
    vendor.fault = fault
    first, second = worked(busy, n=2)
    assert (first.model, first.state, first.charged) == (PAID, State.FAILED, 0)
    assert (second.model, second.state, second.retry_of) == (SKETCH, State.SUCCEEDED, first)
    assert second.quote["high"] <= first.quote["high"]
    assert vendor.bills == []
    assert busy.balance == (START - second.charged, 0)
    assert second.outputs.count() == 2
    call_command("ledger_check", stdout=StringIO())


NOT_OUTAGES = [
    (Fault(base.HANG_UP), State.UNCONFIRMED),
    (Fault(base.BAD_JSON), State.UNCONFIRMED),
    (Fault(base.MODERATED_INPUT), State.FAILED),
    (Fault(base.STATUS, 400), State.FAILED),
    (Fault(base.NO_IMAGE), State.FAILED),
]


@pytest.mark.parametrize(("fault", "state"), NOT_OUTAGES, ids=lambda value: getattr(value, "kind", None))
def test_what_may_be_paid_or_is_an_answer_to_the_wish_stays_where_it_is(
    busy: Desk, vendor: OpenAISimulator, fault: Fault, state: str
) -> None:
    vendor.fault = fault
    (job,) = worked(busy)
    assert (job.model, job.state) == (PAID, state)


def test_a_job_that_somebody_gave_to_a_model_waits_for_that_model(
    busy: Desk, vendor: OpenAISimulator
) -> None:
    vendor.fault = Fault(base.STATUS, 429)
    job = busy.finished(PAID)
    assert (job.state, job.run.jobs.count()) == (State.QUEUED, 1)


def test_pictures_that_came_before_the_outage_are_kept_and_nothing_moves(
    busy: Desk, vendor: OpenAISimulator
) -> None:
    vendor.fault = Fault(base.FEWER)
    (job,) = worked(busy, n=2)
    assert (job.model, job.state) == (PAID, State.PARTIAL)


@pytest.mark.parametrize("bound", [{"within": 100}, {"among": [PAID]}], ids=str)
def test_a_dearer_model_or_one_that_was_not_to_be_chosen_is_not_taken_and_the_job_ends_where_it_is(
    busy: Desk, vendor: OpenAISimulator, measured: dict[str, Weather], bound: dict[str, Any]
) -> None:
    vendor.fault = Fault(base.NO_MONEY)
    run = busy.submit(automatic.ID)
    Job.objects.filter(run=run).update(route={**(run.jobs.get().route or {}), **bound})
    execution.work()
    assert run.jobs.get().state == State.FAILED


def test_a_balance_that_does_not_pay_for_the_next_model_pays_for_one_after_it(
    busy: Desk, vendor: OpenAISimulator, measured: dict[str, Weather]
) -> None:
    measured |= {"gesso/studio": Weather(100, 100, 1.0), SKETCH: Weather(100, 80, 1.0)}
    vendor.fault = Fault(base.STATUS, 500)
    run = busy.submit(automatic.ID)
    assert (run.jobs.get().model, run.jobs.get().quote["high"] < 80_000) == (PAID, True)
    credits.adjust(
        account_id=busy.payer.account_id,
        amount=-busy.balance[0],
        key="poor",
        actor=None,
        reason="for the test",
    )
    execution.work()
    first, second = run.jobs.order_by("position")
    assert (first.state, second.model, second.state) == (State.FAILED, PAINT, State.SUCCEEDED)


def test_a_second_outage_moves_it_once_more_and_no_model_has_it_twice(
    busy: Desk, vendor: OpenAISimulator, measured: dict[str, Weather], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise UpstreamError("out of paint")

    vendor.fault = Fault(base.STATUS, 500)
    monkeypatch.setattr(Painter, "submit", broken)
    jobs = worked(busy)
    models = [job.model for job in jobs]
    assert models[:2] == [PAID, SKETCH]
    assert len(models) == len(set(models)) >= 3
    assert {job.state for job in jobs} <= {State.FAILED, State.QUEUED}
    assert busy.balance[1] == sum(job.quote["high"] for job in jobs if job.state == State.QUEUED)


def test_a_wish_is_not_carried_from_one_broken_model_to_the_next_without_end(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.fault = Fault(base.STATUS, 401)
    monkeypatch.setattr(moving, "MOST_MODELS", 2)
    monkeypatch.setattr(Painter, "submit", lambda *_given: _raised(AuthError("no")))
    jobs = worked(busy)
    assert [(job.model, job.state) for job in jobs] == [(PAID, State.FAILED), (SKETCH, State.FAILED)]


def _raised(error: Exception) -> None:
    raise error


def test_somebody_who_pressed_cancel_wants_no_other_model(busy: Desk, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.STATUS, 500)
    run = busy.submit(automatic.ID)
    Job.objects.filter(run=run).update(cancel_requested=True)
    execution.work()
    assert (run.jobs.get().state, busy.balance) == (State.CANCELLED, (START, 0))


def test_what_this_server_could_not_keep_is_no_outage_and_no_other_vendor_is_paid_for_it(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_prepared: object) -> None:
        raise NotKept(OSError(errno.ENOSPC, "no space left on device"))

    monkeypatch.setattr(receiving, "STORE_WAITS", ())
    monkeypatch.setattr(images, "store", full)
    (job,) = worked(busy)
    assert (job.model, job.state, job.error_code) == (PAID, State.FAILED, "not_kept")
    assert len(vendor.bills) == 1
    assert busy.balance == (START, 0)


def test_a_task_that_the_vendor_took_is_not_given_to_another_when_its_key_is_refused(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def refused() -> None:
        raise AuthError("no such key")

    settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
    tickets = TicketVendor()
    tickets.asked = refused
    monkeypatch.setattr(providers, "adapter", lambda name: tickets)
    (job,) = worked(busy)
    assert (job.model, job.state, len(tickets.bills)) == (PAID, State.FAILED, 1)


def test_a_call_whose_answer_was_lost_before_stays_where_it_is(busy: Desk, vendor: OpenAISimulator) -> None:
    """Sent twice under one reference: the first may have been paid, whatever the second was told."""
    job = busy.submit(automatic.ID).jobs.get()
    claim = queue.claim_next(job.pk)
    assert claim is not None
    Attempt.objects.create(job=job, number=1, client_ref="once", sent=2)
    assert not moving.move_on(claim, job, UpstreamError("500"))


def test_cancel_pressed_while_the_next_model_is_looked_for_is_not_lost(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = choosing.choose

    def meanwhile(*given: Any, **more: Any) -> choosing.Route:
        services.cancel_run(run=run)
        return choose(*given, **more)

    vendor.fault = Fault(base.STATUS, 500)
    run = busy.submit(automatic.ID)
    monkeypatch.setattr(choosing, "choose", meanwhile)
    execution.work()
    assert (run.jobs.get().state, busy.balance) == (State.FAILED, (START, 0))


def test_cancel_reaches_the_job_that_took_the_place_of_the_one_it_was_pressed_for(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel, run = services.cancel, busy.submit(automatic.ID)

    def too_late(*, job: Job) -> Job:
        if run.jobs.count() == 1:
            execution.run_one(job.pk)
        return cancel(job=job)

    vendor.fault = Fault(base.STATUS, 500)
    monkeypatch.setattr(services, "cancel", too_late)
    services.cancel_run(run=run)
    states = list(run.jobs.order_by("position").values_list("state", flat=True))
    assert (states, busy.balance) == ([State.FAILED, State.CANCELLED], (START, 0))


def test_a_model_that_goes_between_two_looks_makes_room_for_the_next(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    routed = quoting.routed

    def gone(spec: JobSpec, route: choosing.Route, option: choosing.Candidate, **more: Any) -> quoting.Priced:
        if option.offer.id in (SKETCH, PAID):
            raise ModelNotOffered("switched off")
        return routed(spec, route, option, **more)

    vendor.fault = Fault(base.STATUS, 500)
    run = busy.submit(automatic.ID)
    monkeypatch.setattr(quoting, "routed", gone)
    execution.work()
    first, second = run.jobs.order_by("position")
    assert (first.model, first.state, second.state) == (PAID, State.FAILED, State.SUCCEEDED)
    assert second.model not in (SKETCH, PAID)
    assert busy.job(automatic.ID).model not in (SKETCH, PAID), "a new wish goes the same way"


@pytest.mark.parametrize("stopped", ["paused", "down"])
def test_a_job_in_the_queue_does_not_wait_for_a_vendor_that_is_stopped_meanwhile(
    busy: Desk, vendor: OpenAISimulator, stopped: str, dana: User
) -> None:
    run = busy.submit(automatic.ID)
    own = busy.job(PAID)
    if stopped == "paused":
        prices.pause(dana, "openai", reason="They call back.")
    else:
        health.failed("openai", own.upstream, own.pk, AuthError("the key was revoked"))
    sweeping.sweep()
    execution.work()
    first, second = run.jobs.order_by("position")
    assert (first.model, first.state, first.charged) == (PAID, State.FAILED, 0)
    assert (second.model, second.state) == (SKETCH, State.SUCCEEDED)
    own.refresh_from_db()
    assert own.state == State.QUEUED
    assert busy.balance == (START - second.charged - own.quote["high"], own.quote["high"])
    assert first.error_code == f"provider_{stopped}"
    sweeping.sweep()
    assert run.jobs.count() == 2
    call_command("ledger_check", stdout=StringIO())


@pytest.mark.parametrize("why", ["a picture came", "an answer was lost", "somebody cancelled"])
def test_a_job_that_was_begun_waits_for_its_vendor_although_auto_placed_it(
    busy: Desk, vendor: OpenAISimulator, dana: User, why: str
) -> None:
    job = busy.submit(automatic.ID, n=2).jobs.get()
    if why == "a picture came":
        Picture.objects.create(job=job, position=0)
    elif why == "an answer was lost":
        Attempt.objects.create(job=job, number=1, client_ref="once", sent=2, state=Attempt.State.FAILED)
    else:
        Job.objects.update(cancel_requested=True)
    prices.pause(dana, "openai")
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, job.run.jobs.count()) == (State.QUEUED, 1)
