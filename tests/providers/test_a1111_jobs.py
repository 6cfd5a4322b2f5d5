"""Jobs at a server of one's own: what the page shows, how they end, and what the catalogue says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from providers.adapters.a1111 import beside
from providers.adapters.a1111.request import call_of
from studio.catalog import loader, selectors, sizes
from studio.catalog.parameters import validate
from studio.core.errors import Invalid
from studio.jobs import execution
from studio.jobs.models import Attempt, Job, State
from studio.jobs.queue import claim_next
from tests.jobs.conftest import START, Desk
from tests.providers.requests import as_sent
from tests.providers.simulators.a1111 import A1111Simulator
from tests.providers.simulators.base import HANG_UP, Fault
from tests.providers.tasks import references_of

MODEL, UPSCALER = "a1111/checkpoint", "a1111/extras-upscale"


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[A1111Simulator]:
    monkeypatch.setattr(beside, "LOOK_SECONDS", 0.05)
    with A1111Simulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {}, {"a1111": simulator.url}
        yield simulator


def test_a_job_that_is_cancelled_while_it_is_painted_ends_at_once(
    busy: Desk, server: A1111Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.seconds = 20.0
    job = busy.job(MODEL)
    look = beside.Watch.look

    def pressed(self: beside.Watch) -> None:
        Job.objects.update(cancel_requested=True)
        look(self)

    monkeypatch.setattr(beside.Watch, "look", pressed)
    execution.work()
    job.refresh_from_db()
    assert (job.state, busy.balance) == (State.CANCELLED, (START, 0))


def test_the_page_sees_how_far_the_painting_is(busy: Desk, server: A1111Simulator) -> None:
    server.looks = 5
    job = busy.finished(MODEL)
    assert job.state == State.SUCCEEDED
    assert job.previews["all"]["fraction"] == 0.833
    assert job.previews["0"]["step"] == 5


def test_a_call_whose_answer_is_lost_has_failed_and_is_not_waited_for(
    busy: Desk, server: A1111Simulator
) -> None:
    server.fault = Fault(HANG_UP)
    job = busy.finished(MODEL)
    assert (job.state, job.error_code, len(server.bills)) == (State.FAILED, "answer_lost", 1)


def test_a_worker_that_takes_over_a_call_sends_it_anew_since_nobody_pays_twice(
    busy: Desk, server: A1111Simulator
) -> None:
    job = busy.job(MODEL)
    Attempt.objects.create(job=job, number=1, client_ref="of the worker that stopped")
    claim = claim_next(job.pk)
    assert claim is not None
    execution.run(claim)
    job.refresh_from_db()
    assert (job.state, job.attempts.count(), len(server.bills)) == (State.SUCCEEDED, 2, 1)


@pytest.mark.parametrize(("extra", "side"), [({}, 128), ({"upscaling_resize": "3"}, 192)])
def test_a_picture_is_enlarged_without_a_word_and_as_far_as_was_asked(
    busy: Desk, server: A1111Simulator, extra: dict[str, str], side: int
) -> None:
    job = busy.finished(UPSCALER, references=references_of(busy, 1), prompt="", extra=extra)
    assert (job.kind, job.state, job.prompt) == ("upscale", State.SUCCEEDED, "")
    output = job.outputs.select_related("image__blob").get()
    assert output.image is not None
    assert (output.image.blob.width, output.image.blob.height) == (side, side)
    with pytest.raises(Invalid):
        busy.job(UPSCALER)


def test_whatever_the_composer_offers_can_be_sent() -> None:
    entry = loader.catalog().entries[MODEL]
    for choice in sizes.choices(entry.sizing):
        for references, has_mask in ((0, False), (1, False), (1, True)):
            form = {"size": choice.value, "n": str(entry.max_n), "seed": "7", "strength": "0.6"}
            chosen = validate(entry, form, references, has_mask=has_mask, prompt="a stair")
            request = as_sent(entry, chosen, references, has_mask=has_mask)
            assert call_of(request, "task").document["n_iter"] == entry.max_n


@pytest.mark.django_db
def test_an_address_is_all_that_is_needed(settings: Any) -> None:
    settings.PROVIDER_KEYS = settings.PROVIDER_URLS = {}
    assert selectors.offer(MODEL).hint == "Add PROVIDER_A1111_URL to use"
    settings.PROVIDER_URLS = {"a1111": "http://127.0.0.1:7860"}
    assert [selectors.offer(model).price_label for model in (MODEL, UPSCALER)] == ["Free", "Free"]
    assert selectors.offer(MODEL).available
