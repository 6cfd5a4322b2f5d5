"""Every failure of FairStack, what the adapter calls it, what was billed by then, and what becomes of the job."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.fairstack import FairStack
from providers.base import Config, ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.tasks import at_rest

NAME = "fairstack"
MODEL = "gpt-image-1.5-t2i"
ASKED = ImageRequest(model=MODEL, prompt="an otter", client_ref="attempt-7", deadline_seconds=20)


def test_a_slow_address_is_given_up_at_the_deadline(adapter: FairStack, vendor: FairStackSimulator) -> None:
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
    adapter: FairStack, vendor: FairStackSimulator, status: int, error: Any, kind: type[errors.ProviderError]
) -> None:
    body = json.dumps({"error": error}).encode() if error is not None else b"<html>too large</html>"
    vendor.dictated = Reply(status, body)
    assert type(failed(adapter, ASKED)) is kind


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
    adapter: FairStack, vendor: FairStackSimulator, cost: Any, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = base.json_reply({"id": "gen_1", "status": "failed", "cost": cost})
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.vendor_ref) == (kind, "gen_1")
    assert not problem.safe_to_resend


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: FairStack, vendor: FairStackSimulator) -> None:
    error = {"code": KEY, "message": f"Invalid key {KEY}. See https://x.example/?key={KEY}"}
    for status in (200, 401):
        vendor.dictated = base.json_reply({"id": KEY, "error": error}, status)
        failed(adapter, ASKED)
    assert KEY not in FairStack(Config(key=KEY, url=vendor.url)).check().message


@pytest.mark.parametrize("kind", [base.HANG_UP, base.RESET, base.BAD_JSON])
def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_paid_once(
    busy: Desk, vendor: FairStackSimulator, settings: Any, kind: str
) -> None:
    vendor.fault = Fault(kind, times=1)
    job = at_rest(busy, f"fairstack/{MODEL}", vendor.fault, settings)
    assert (job.state, job.charged, busy.balance) == (State.SUCCEEDED, 9_000, (START - 9_000, 0))
    assert len(vendor.bills) == 1
    assert job.attempts.get().billed == 9_000


@pytest.mark.parametrize("status", [500, 502, 504, 529])
def test_a_picture_that_was_billed_before_its_5xx_is_fetched_by_the_same_key_and_not_paid_again(
    busy: Desk,
    vendor: FairStackSimulator,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    answer, failures = vendor.answer, iter([status])

    def worked_then_failed(request: base.Request) -> base.Reply:
        reply = answer(request)
        late = next(failures, None) if request.method == "POST" else None
        return reply if late is None else base.json_reply({"error": "too late"}, late)

    monkeypatch.setattr(vendor, "answer", worked_then_failed)
    job = at_rest(busy, f"fairstack/{MODEL}", Fault(base.STATUS, status), settings)
    assert (job.state, job.charged, busy.balance) == (State.SUCCEEDED, 9_000, (START - 9_000, 0))
    assert (len(vendor.bills), job.attempts.get().sent) == (1, 2)
