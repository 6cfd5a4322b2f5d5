"""Every failure of FairStack, what the adapter calls it, what was billed by then, and what becomes of the job."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from providers import errors
from providers.adapters.fairstack import FairStack
from providers.base import Config, Event, ImageRequest
from studio.accounts.models import User
from studio.jobs import execution
from studio.jobs.models import Job, State
from tests.jobs.conftest import START, Desk, desk_of
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.fairstack import FairStackSimulator

KEY = "fs_live_canary0123456789"
MODEL = "gpt-image-1.5-t2i"
ASKED = ImageRequest(model=MODEL, prompt="an otter", client_ref="attempt-7", deadline_seconds=20)


class Saying(FairStackSimulator):
    """The simulator, or one answer that the test dictates."""

    dictated: Reply | None = None

    def answer(self, request: Request) -> Reply:
        return self.dictated or super().answer(request)


@pytest.fixture
def vendor() -> Iterator[Saying]:
    with Saying() as simulator:
        yield simulator


@pytest.fixture
def adapter(vendor: Saying) -> FairStack:
    return FairStack(Config(key=KEY, url=vendor.url))


def silent(event: Event) -> None:
    """For a call whose events do not matter."""


def failed(adapter: FairStack, request: ImageRequest = ASKED) -> errors.ProviderError:
    """What one call raises; its key must be nowhere in it."""
    with pytest.raises(errors.ProviderError) as caught:
        adapter.submit(request, silent)
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert caught.value.message
    return caught.value


def test_a_slow_address_is_given_up_at_the_deadline(adapter: FairStack, vendor: Saying) -> None:
    class Dripping(base.Simulator):
        def answer(self, request: Request) -> Reply:
            return Reply(200, b"x" * 5000, {"Content-Type": "image/png"}, Fault(base.DRIP, seconds=0.02))

    with Dripping() as host:
        found = {"id": "gen_1", "status": "completed", "url": f"{host.origin}/output.png"}
        vendor.dictated = base.json_reply(found)
        patient = FairStack(Config(key=KEY, url=vendor.url, hosts=("127.0.0.1",)))
        assert type(failed(patient, replace(ASKED, deadline_seconds=0.3))) is errors.AnswerLost


ERRORS: list[tuple[int, Any, type[errors.ProviderError]]] = [
    (400, {"code": "bad_request", "message": "no"}, errors.InvalidRequest),
    (400, {"code": "prompt_too_long"}, errors.PromptTooLong),
    (400, "a bare sentence", errors.InvalidRequest),
    (402, {"code": "spending_cap_exceeded"}, errors.BillingError),
    (402, {"code": "never heard of"}, errors.BillingError),
    (403, {}, errors.AuthError),
    (413, None, errors.InvalidRequest),
    (422, {"code": 7, "message": ["odd"]}, errors.InvalidRequest),
    (500, {"code": "insufficient_credits"}, errors.BillingError),
    (200, {"code": "insufficient_credits", "status": 402}, errors.BillingError),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
def test_the_vendors_word_decides_and_its_status_where_it_has_none(
    adapter: FairStack, vendor: Saying, status: int, error: Any, kind: type[errors.ProviderError]
) -> None:
    body = json.dumps({"error": error}).encode() if error is not None else b"<html>too large</html>"
    vendor.dictated = Reply(status, body)
    assert type(failed(adapter)) is kind


@pytest.mark.parametrize(
    ("cost", "kind"),
    [
        ({"credits_used": 0, "currency": "microdollars"}, errors.UpstreamError),
        ({"credits_used": 9000, "currency": "microdollars"}, errors.EmptyResult),
        ({"credits_used": 0, "currency": "EUR"}, errors.EmptyResult),
        (None, errors.EmptyResult),
    ],
)
def test_a_failure_with_status_200_is_tried_again_only_where_it_says_that_it_was_free(
    adapter: FairStack, vendor: Saying, cost: Any, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = base.json_reply({"id": "gen_1", "status": "failed", "cost": cost})
    problem = failed(adapter)
    assert (type(problem), problem.vendor_ref) == (kind, "gen_1")
    assert not problem.safe_to_resend


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"'])
def test_a_success_that_is_no_object_leaves_the_answer_unknown(
    adapter: FairStack, vendor: Saying, body: str
) -> None:
    vendor.dictated = Reply(200, body.encode())
    assert type(failed(adapter)) is errors.AnswerLost


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: FairStack, vendor: Saying) -> None:
    error = {"code": KEY, "message": f"Invalid key {KEY}. See https://x.example/?key={KEY}"}
    for status in (200, 401):
        vendor.dictated = base.json_reply({"id": KEY, "error": error}, status)
        failed(adapter)
    assert KEY not in FairStack(Config(key=KEY, url=vendor.url)).check().message


def worked_off(desk: Desk) -> Job:
    """A job after all its tries; waits between them, and at last its deadline, are passed over."""
    job = desk.finished(f"fairstack/{MODEL}")
    for _try in range(5):
        Job.objects.filter(state=State.QUEUED).update(due_at=timezone.now())
        execution.work()
    Job.objects.filter(state=State.QUEUED).update(due_at=timezone.now(), deadline_at=timezone.now())
    execution.work()
    job.refresh_from_db()
    return job


@pytest.fixture
def busy(transactional_db: None, alice: User, settings: Any, vendor: Saying) -> Desk:
    """A desk on a server that has the vendor's key; it commits, as a worker does."""
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"fairstack": KEY}, {"fairstack": vendor.url}
    settings.JOB_DEADLINE_SECONDS = 30.0
    return desk_of(alice)


@pytest.mark.parametrize("kind", [base.HANG_UP, base.RESET, base.BAD_JSON])
def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_paid_once(
    busy: Desk, vendor: Saying, kind: str
) -> None:
    vendor.fault = Fault(kind, times=1)
    job = worked_off(busy)
    assert (job.state, job.charged, busy.balance) == (State.SUCCEEDED, 9_000, (START - 9_000, 0))
    assert len(vendor.bills) == 1
    assert job.attempts.get().billed == 9_000
