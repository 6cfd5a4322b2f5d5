"""Every failure of an API of tasks, what the adapter calls it, what the wallet lost, and how a job ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers import errors
from providers.adapters.async_tasks import AsyncTasks
from providers.base import Finished, ImageRequest, Ticket, Waiting
from studio.catalog import cards, loader, selectors
from studio.catalog.parameters import defaults, nearest, validate
from studio.catalog.pricing import Ask, quote
from studio.catalog.rules import as_json, read
from studio.core.errors import Invalid
from studio.jobs import execution
from studio.jobs.models import Job, State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators.async_tasks import AsyncTasksSimulator
from tests.providers.simulators.base import Reply

NAME = "async_tasks"
MODEL = "async_tasks/gpt-image-2"
ASKED = ImageRequest(model="gpt-image-2", prompt="an otter", n=2, deadline_seconds=20)


def test_cancel_stops_the_task_and_returns_the_hold(
    busy: Desk, vendor: AsyncTasksSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.seconds = 60.0
    job = busy.job(MODEL)
    poll = AsyncTasks.poll

    def pressed(self: AsyncTasks, ticket: Ticket) -> Waiting | Finished:
        Job.objects.update(cancel_requested=True)
        return poll(self, ticket)

    monkeypatch.setattr(AsyncTasks, "poll", pressed)
    execution.work()
    job.refresh_from_db()
    assert (job.state, busy.balance, len(vendor.bills)) == (State.CANCELLED, (START, 0), 1)
    assert [task.canceled for task in vendor.tasks.values()] == [True]


ERRORS: list[tuple[int, object, type[errors.ProviderError], str]] = [
    (400, {"error": {"code": "x", "message": "odd"}}, errors.InvalidRequest, "odd"),
    (401, {"error": "no"}, errors.AuthError, "no"),
    (402, {"error": {"code": "insufficient_credits", "message": "empty"}}, errors.BillingError, "empty"),
    (404, {"error": {"code": "model_not_found", "message": "gone"}}, errors.ModelUnavailable, "gone"),
    (413, None, errors.InvalidRequest, "The vendor answered with status 413."),
    (422, {"error": {"code": "prompt_too_long", "message": "long"}}, errors.PromptTooLong, "long"),
    (422, {"error": {"code": "content_policy_violation", "message": "no"}}, errors.ModerationInput, "no"),
    (429, {"error": {"code": 7, "message": []}}, errors.RateLimited, "The vendor answered with status 429."),
    (503, [], errors.UpstreamError, "The vendor answered with status 503."),
]


@pytest.mark.parametrize(("status", "document", "kind", "words"), ERRORS)
def test_the_vendors_word_decides_and_its_status_where_it_has_none(
    adapter: AsyncTasks,
    vendor: AsyncTasksSimulator,
    status: int,
    document: object,
    kind: type[errors.ProviderError],
    words: str,
) -> None:
    vendor.dictated = Reply(status, json.dumps(document).encode())
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, problem.message) == (kind, status, words)


@pytest.mark.parametrize("body", ["[]", "7", "null", "{}", '{"task_id": 7}', '{"task_id": ""}'])
def test_a_submit_that_names_no_task_leaves_the_answer_unknown(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, body: str
) -> None:
    vendor.dictated = Reply(202, body.encode())
    assert type(failed(adapter, ASKED)) is errors.AnswerLost


def told(vendor: AsyncTasksSimulator, **envelope: object) -> None:
    vendor.dictated = Reply(200, json.dumps({"status": "succeeded", **envelope}).encode())


@pytest.mark.parametrize(
    "output",
    [
        None,
        [],
        {},
        {"images": None},
        {"images": [7, {}, {"url": 7}, {"artifact_id": "art_1"}]},
        {"images": [{"url": "data:image/png;base64,%%%"}]},
        {"images": [{"url": "data:text/plain,hello"}]},
    ],
)
def test_a_success_without_a_picture_is_an_empty_result(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, output: object
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(vendor, output=output)
    with pytest.raises(errors.EmptyResult):
        adapter.poll(ticket)


@pytest.mark.parametrize(
    ("billing", "billed"),
    [
        ({"charged_credits": "200.0000", "refunded_credits": "50.0000"}, 150_000),
        ({"charged_credits": "0.0001"}, 1),
        ({"charged_credits": "0.3"}, 300),
        ({"charged_credits": 1, "refunded_credits": 2}, 0),
        ({"charged_credits": "NaN"}, None),
        ({"refunded_credits": "50.0000"}, None),
        ("free", None),
        (None, None),
    ],
)
def test_what_was_billed_is_the_debit_less_the_refund(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator, billing: object, billed: int | None
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(vendor, output={"images": [{"url": "data:image/png;base64,iVBORw0KGgo="}]}, billing=billing)
    found = adapter.poll(ticket)
    assert isinstance(found, Finished)
    assert found.billed_micros == billed


def test_a_task_that_failed_for_a_limit_is_over_and_not_asked_for_again(
    adapter: AsyncTasks, vendor: AsyncTasksSimulator
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told(vendor, status="failed", error={"code": "rate_limited", "message": f"slow, {KEY}"})
    with pytest.raises(errors.TaskFailed) as caught:
        adapter.poll(ticket)
    assert (caught.value.retryable, caught.value.message) == (False, "slow, [hidden]")
    told(vendor, status="Succeeded")
    assert isinstance(adapter.poll(ticket), Waiting)


ENTRIES = [entry for entry in loader.catalog().entries.values() if entry.provider == "async_tasks"]


@pytest.mark.parametrize(
    ("quality", "references", "micros"),
    [("standard", 0, 50_000), ("hd", 0, 300_000), ("standard", 1, 60_000), ("hd", 16, 320_000)],
)
def test_a_picture_costs_what_the_seed_says_however_many_references(
    quality: str, references: int, micros: int
) -> None:
    for entry in ENTRIES:
        assert entry.price is not None
        assert read(as_json(entry.price)) == entry.price
        found = quote(entry.price, 0, Ask(n=3, quality=quality, references=references))
        assert (found.low, found.high) == (3 * micros, 3 * micros)


@pytest.mark.django_db
def test_the_composer_offers_what_the_seed_does() -> None:
    for entry in ENTRIES:
        form, card = (
            cards.form(selectors.offer(entry.id), defaults(entry)),
            cards.card(selectors.offer(entry.id)),
        )
        assert ([option.value for option in form.qualities], form.counts.max) == (["standard", "hd"], 4)
        assert (form.backgrounds, card.supports.seed, card.supports.negative) == ((), False, False)
        assert entry.max_references == 16


def test_trap_1_auto_is_offered_in_standard_and_refused_in_hd_with_what_to_do() -> None:
    entry = ENTRIES[0]
    for quality in ("standard", ""):
        form = {"aspect_ratio": "auto", "quality": quality}
        found = validate(entry, form, 0, has_mask=False, prompt="a stair")
        assert (found.aspect_ratio, found.width) == ("auto", None)
    for quality in ("hd", "auto"):
        with pytest.raises(Invalid) as caught:
            validate(entry, {**form, "quality": quality}, 0, has_mask=False, prompt="a stair")
        assert "Auto goes with" in caught.value.fields["aspect_ratio"]


def test_trap_1_auto_that_follows_from_another_model_becomes_a_shape_in_hd() -> None:
    found, notes = nearest(ENTRIES[0], {"aspect_ratio": "auto", "quality": "high"})
    assert (found.quality, found.aspect_ratio, found.width) == ("hd", "1:1", 1024)
    assert len(notes) == 1


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked(settings: Any) -> None:
    settings.PROVIDER_KEYS = settings.PROVIDER_URLS = {}
    found = selectors.offer(MODEL)
    hint = "Add PROVIDER_ASYNC_TASKS_KEY and PROVIDER_ASYNC_TASKS_URL to use"
    assert (found.available, found.hint) == (False, hint)
    settings.PROVIDER_KEYS = {"async_tasks": KEY}
    assert selectors.offer(MODEL).hint == "Add PROVIDER_ASYNC_TASKS_URL to use"
    settings.PROVIDER_URLS = {"async_tasks": "http://127.0.0.1:1"}
    assert selectors.offer(MODEL).available
