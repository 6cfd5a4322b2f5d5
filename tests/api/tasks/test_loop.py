"""Gesso speaks to Gesso: our own adapter of this API has our own dialect of it as its vendor, over a socket.

Each end was written against seed 1's page alone; here each proves the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from providers import errors
from providers.adapters.async_tasks import AsyncTasks
from providers.adapters.async_tasks import adapter as adapter_module
from providers.base import Config, Finished, ImageRequest, InputImage, Ticket, Waiting
from studio.accounts import keys
from studio.accounts.models import User
from studio.images.models import Image
from studio.jobs import execution
from studio.jobs.models import Job, State
from tests.api.tasks.conftest import VENDOR, waiting_for, working
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAID, START, Desk, desk_of
from tests.providers.calls import silent
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator

ASKED = ImageRequest(model="auto", prompt="a stair", aspect_ratio="1:1", deadline_seconds=20)
MAKER = replace(ASKED, model="gpt-image-2", n=2, quality="hd")


@pytest.fixture
def adapter(live_server: LiveServer, key: str) -> AsyncTasks:
    """What a first Gesso uses for a second one: base and key are all it is told."""
    return AsyncTasks(Config(key=key, url=f"{live_server.url}/d/async"))


@pytest.fixture
def maker(settings: Any) -> Iterator[OpenAISimulator]:
    """Whom the second Gesso asks for gpt-image-2."""
    with OpenAISimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"openai": "sk-test"}, {"openai": simulator.url}
        yield simulator


def reference(seed: int, width: int = 96) -> InputImage:
    return InputImage(file_of(scene(width, 64 + seed), "PNG"), "image/png", width, 64 + seed)


def test_a_task_goes_through_both_ends_and_the_bill_is_the_same_at_either(
    adapter: AsyncTasks, desk: Desk, maker: OpenAISimulator
) -> None:
    ticket = adapter.submit(MAKER, silent)
    assert isinstance(adapter.poll(ticket), Waiting)
    execution.work()
    found = adapter.poll(ticket)
    assert isinstance(found, Finished)
    assert [output.data[:8] for output in found.outputs] == [b"\x89PNG\r\n\x1a\n"] * 2
    job = Job.objects.get()
    assert (job.model, job.n, job.parameters["quality"]) == (PAID, 2, "high")
    assert found.billed_micros == job.charged == START - desk.balance[0] > 0


def test_the_offline_models_are_a_vendor_for_another_studio(adapter: AsyncTasks, desk: Desk) -> None:
    ticket = adapter.submit(ASKED, silent)
    execution.work()
    found = adapter.poll(ticket)
    assert isinstance(found, Finished)
    assert (len(found.outputs), found.billed_micros) == (1, START - desk.balance[0])
    assert Job.objects.get().model == "gesso/sketch"


def test_references_arrive_in_order_inline_or_uploaded_and_are_sent_once(
    adapter: AsyncTasks, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [reference(seed) for seed in range(4)]
    monkeypatch.setattr(adapter_module, "INLINE_BYTES", len(sent[1].data))
    request = replace(ASKED, kind="edit", references=tuple(sent))
    assert {len(each.data) > adapter_module.INLINE_BYTES for each in sent} == {False, True}
    tickets = [adapter.submit(request, silent) for _turn in range(2)]
    for job in Job.objects.all():
        heights = [each.image.blob.height for each in job.references.all()]
        assert (job.kind, heights) == ("edit", [64, 65, 66, 67])
    assert Image.objects.count() == 4
    assert [adapter.cancel(ticket) for ticket in tickets] == [True, True]
    assert desk.balance == (START, 0)


def test_a_reference_that_the_other_side_does_not_know_is_sent_next_time(adapter: AsyncTasks) -> None:
    picture = reference(1)
    adapter._artifacts.keep(picture.data, "art_00000000000000000000000000")
    request = replace(ASKED, kind="edit", references=(picture,))
    with pytest.raises(errors.NotSent):
        adapter.submit(request, silent)
    assert isinstance(adapter.submit(request, silent), Ticket)


def test_a_task_is_canceled_from_the_other_side(adapter: AsyncTasks, desk: Desk) -> None:
    ticket = adapter.submit(replace(ASKED, n=4), silent)
    assert desk.balance[1] > 0
    assert adapter.cancel(ticket) is True
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert caught.value.vendor_code == "canceled"
    assert desk.balance == (START, 0)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (base.MODERATED_INPUT, errors.ModerationInput),
        (base.NO_MONEY, errors.TaskFailed),
        (base.NO_IMAGE, errors.TaskFailed),
    ],
)
def test_why_a_task_failed_is_understood_and_it_cost_nothing(
    adapter: AsyncTasks, desk: Desk, maker: OpenAISimulator, fault: str, kind: type[Exception]
) -> None:
    maker.fault = Fault(fault)
    ticket = adapter.submit(MAKER, silent)
    execution.work()
    with pytest.raises(kind):
        adapter.poll(ticket)
    assert desk.balance == (START, 0)


def test_a_refusal_is_understood_before_anything_is_paid(
    adapter: AsyncTasks, live_server: LiveServer, desk: Desk, charlie: User
) -> None:
    base_url = f"{live_server.url}/d/async"
    poor = AsyncTasks(Config(key=keys.make(owner=charlie, name="Poor")[1], url=base_url))
    refusals: list[tuple[AsyncTasks, ImageRequest, type[errors.ProviderError]]] = [
        (AsyncTasks(Config(key="gs_live_wrong", url=base_url)), ASKED, errors.AuthError),
        (poor, ASKED, errors.BillingError),
        (adapter, replace(ASKED, prompt="a" * 32_001), errors.PromptTooLong),
        (adapter, replace(ASKED, aspect_ratio="2:1", quality="hd"), errors.InvalidRequest),
    ]
    for asked, request, kind in refusals:
        with pytest.raises(kind):
            asked.submit(request, silent)
    with pytest.raises(errors.TaskFailed):
        adapter.poll(Ticket("tsk_00000000000000000000000000"))
    assert not Job.objects.exists()
    assert desk.balance == (START, 0)


def test_staff_of_one_studio_see_that_the_other_takes_their_key(
    adapter: AsyncTasks, live_server: LiveServer
) -> None:
    assert adapter.check().ok
    wrong = AsyncTasks(Config(key="gs_live_wrong", url=f"{live_server.url}/d/async"))
    assert not wrong.check().ok


def test_a_run_of_one_studio_is_a_task_of_the_other_and_each_pays_its_own(
    live_server: LiveServer, desk: Desk, charlie: User, maker: OpenAISimulator, settings: Any
) -> None:
    """The whole way: alice presses Generate, her studio asks with charlie's key, and charlie's asks the maker."""
    other = desk_of(charlie)
    settings.PROVIDER_KEYS = settings.PROVIDER_KEYS | {"async_tasks": keys.make(owner=charlie, name="Us")[1]}
    settings.PROVIDER_URLS = settings.PROVIDER_URLS | {"async_tasks": f"{live_server.url}/d/async"}
    ours = desk.job(VENDOR, n=2, parameters={"quality": "hd", "aspect_ratio": "16:9"})
    with working(), waiting_for(lambda: Job.objects.filter(model=PAID).exists()):
        execution.work()
    ours.refresh_from_db()
    theirs = Job.objects.get(model=PAID)
    assert (ours.state, theirs.state) == (State.SUCCEEDED, State.SUCCEEDED)
    assert desk.balance == (START - 600_000, 0)
    assert other.balance == (START - theirs.charged, 0)
    attempt = ours.attempts.get()
    assert (ours.charged, attempt.billed) == (600_000, theirs.charged)
    made = [Image.objects.filter(made_by__job=job).order_by("made_by__position") for job in (ours, theirs)]
    assert [each.blob.sha256 for each in made[0]] == [each.blob.sha256 for each in made[1]]
    assert [each.owner for each in made[0]] == [desk.actor.user] * 2
