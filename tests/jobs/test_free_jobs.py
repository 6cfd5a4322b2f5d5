"""A model that costs nothing: no credits are set aside, and nobody needs any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio.catalog import cards, selectors
from studio.catalog.fields import defaults
from studio.credits import services as credits
from studio.credits.models import Hold
from studio.jobs import outcomes, services
from studio.jobs.models import Job, State
from studio.web import causes
from tests.jobs.conftest import SKETCH, START, Desk
from tests.providers.simulators.base import HANG_UP, STATUS, Fault
from tests.providers.simulators.openai_compatible import OpenAICompatibleSimulator

FREE = "openai_compatible/sd-cpp-local"


@pytest.fixture
def server(settings: Any) -> Iterator[OpenAICompatibleSimulator]:
    """A server of one's own: no key, an address."""
    with OpenAICompatibleSimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {}, {"openai_compatible": simulator.url}
        yield simulator


@pytest.mark.usefixtures("server")
def test_a_free_model_says_so(desk: Desk) -> None:
    offer = selectors.offer(FREE)
    assert (offer.available, offer.price_label) == (True, "Free")
    sizes = cards.form(offer, defaults(offer.entry)).sizing.options
    assert {size.price for size in sizes} == {""}
    assert selectors.cheapest_label([offer]) == ""
    assert selectors.cheapest_label([offer, selectors.offer(SKETCH)]) == "0.3"


@pytest.mark.usefixtures("server")
def test_a_free_job_runs_for_somebody_without_credits(busy: Desk) -> None:
    credits.adjust(
        account_id=busy.payer.account_id, amount=-START, key="poor", actor=None, reason="for the test"
    )
    job = busy.finished(FREE, n=2)
    assert (job.state, job.outputs.count(), job.charged) == (State.SUCCEEDED, 2, 0)
    assert set(job.outputs.values_list("image__cost", flat=True)) == {0}
    assert (busy.balance, Hold.objects.count()) == ((0, 0), 0)


@pytest.mark.usefixtures("server")
def test_a_free_job_is_cancelled_while_it_waits(desk: Desk) -> None:
    job = services.cancel(job=desk.job(FREE))
    job.refresh_from_db()
    assert (job.state, desk.balance) == (State.CANCELLED, (START, 0))
    assert causes.money(job, 0) == "This model is free: nothing was held or charged."


def test_a_free_job_that_fails_moves_no_credit(busy: Desk, server: OpenAICompatibleSimulator) -> None:
    server.fault = Fault(STATUS, 500)
    job = busy.finished(FREE)
    assert (job.state, busy.balance) == (State.FAILED, (START, 0))
    assert causes.money(job, 0) == "This model is free: nothing was held or charged."


def test_a_free_job_that_is_given_up_and_comes_after_all_moves_no_credit(
    busy: Desk, server: OpenAICompatibleSimulator
) -> None:
    server.fault = Fault(HANG_UP)
    job = busy.finished(FREE)
    assert (job.state, busy.balance) == (State.UNCONFIRMED, (START, 0))
    outcomes.give_up_unconfirmed(job)
    assert (Job.objects.get().state, busy.balance) == (State.FAILED, (START, 0))
