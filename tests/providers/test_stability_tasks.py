"""Models that staff set the price of: one whose work is deferred, with every fault of a ticket, and the tools."""

from __future__ import annotations

from typing import Any

import pytest

from providers import errors
from providers.adapters.stability import Stability
from providers.base import Finished, ImageRequest, InputImage, Ticket, Waiting
from studio.catalog import loader
from studio.catalog import services as catalog
from studio.jobs import execution
from studio.jobs.models import Job
from tests.factories import person
from tests.jobs.conftest import START, Desk
from tests.providers.calls import silent
from tests.providers.cases import FAILED, KEY, WAITS, Expected, common, tickets
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.pictures import png
from tests.providers.simulators.stability import StabilitySimulator
from tests.providers.tasks import at_rest, references_of

NAME = "stability"
MODEL, PRICE = "stability/creative", 250_000
TOOLS = ("stability/inpaint", "stability/remove-background", "stability/fast", "stability/conservative")
PICTURE = InputImage(png(48, 32, (9, 99, 9)), "image/png", 48, 32, "source")
ASKED = ImageRequest(
    model="creative", prompt="an otter", kind="upscale", references=(PICTURE,), deadline_seconds=20
)
FAULTS = (
    *common(),
    *tickets(),
    Expected(Fault(base.UNASKABLE, 404), errors.TaskFailed, 1, FAILED),
    Expected(Fault(base.UNASKABLE, 400), errors.TaskFailed, 1, FAILED),
    Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
    Expected(Fault(base.TASK_FAILED), errors.TaskFailed, 1, FAILED),
    Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
    Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
    Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
)


def ticket_of(adapter: Stability) -> Ticket:
    answer = adapter.submit(ASKED, silent)
    assert isinstance(answer, Ticket)
    return answer


def to_its_end(adapter: Stability, request: ImageRequest) -> None:
    answer = adapter.submit(request, silent)
    assert isinstance(answer, Ticket)
    adapter.poll(answer)


@pytest.mark.parametrize("accepted", [200, 202])
@pytest.mark.parametrize("named", ["image", "result"])
def test_trap_one_model_answers_with_a_ticket_whatever_its_status_and_the_picture_comes_later(
    adapter: Stability, vendor: StabilitySimulator, accepted: int, named: str
) -> None:
    vendor.accepted, vendor.named, vendor.seconds = accepted, named, 60.0
    ticket = ticket_of(adapter)
    assert adapter.poll(ticket) == Waiting(3.0)
    assert len(vendor.bills) == 1
    work = vendor.works[ticket.id]
    vendor.works[ticket.id] = type(work)(work.fields, 0.0, work.fault)
    found = adapter.poll(ticket)
    assert isinstance(found, Finished)
    assert [(output.mime, output.seed) for output in found.outputs] == [("image/png", 42)]
    assert (found.vendor_ref, vendor.requests[-1].path) == (ticket.id, f"/v2beta/results/{ticket.id}")


def test_a_ticket_holds_no_key_and_cannot_be_canceled(adapter: Stability) -> None:
    ticket = ticket_of(adapter)
    assert KEY not in str(ticket)
    assert adapter.cancel(ticket) is False
    assert adapter.facts.resumable
    assert adapter.facts.result_seconds == 24 * 3600


def test_a_tickets_id_cannot_leave_its_place_in_the_address(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    with pytest.raises(errors.TaskFailed):
        adapter.poll(Ticket("../../v1/user/balance"))
    assert vendor.requests[0].path == "/v2beta/results/..%2F..%2Fv1%2Fuser%2Fbalance"


@pytest.mark.parametrize("expected", [e for e in FAULTS if e.kind], ids=lambda e: e.name)
def test_a_fault_of_deferred_work_has_its_name_and_its_bill(
    adapter: Stability, vendor: StabilitySimulator, expected: Expected
) -> None:
    vendor.fault = expected.fault
    seconds = 0.3 if expected.fault.kind in (base.TIMEOUT, base.DRIP) else 20.0
    request = ImageRequest(
        model="creative", prompt="x", kind="upscale", references=(PICTURE,), deadline_seconds=seconds
    )
    with pytest.raises(errors.ProviderError) as caught:
        to_its_end(adapter, request)
    assert type(caught.value) is expected.kind
    assert len(vendor.bills) == expected.billed
    wait = expected.fault.retry_after
    assert caught.value.retry_after == (WAITS[wait] if wait in WAITS else float(wait))


@pytest.fixture
def priced(busy: Desk, vendor: StabilitySimulator) -> Desk:
    """A desk at which the model can be used: there is a key, and staff have set a price."""
    staff = person("dana", is_staff=True)
    for name in (MODEL, *TOOLS):
        catalog.set_price(staff, loader.catalog().entries[name], {"unit": "image", "amount": PRICE})
    return busy


def test_a_job_waits_for_its_ticket_and_is_charged_what_staff_set(
    priced: Desk, vendor: StabilitySimulator, settings: Any
) -> None:
    shown = references_of(priced, 1)
    job = at_rest(priced, MODEL, Fault("none"), settings, references=shown)
    assert (job.state, job.charged, priced.balance) == ("succeeded", PRICE, (START - PRICE, 0))
    assert job.attempts.get().vendor_ref == next(iter(vendor.works))
    assert list(vendor.bills[0].images) == [ref.image.blob.sha256 for ref in job.references.all()]


@pytest.mark.parametrize(
    "expected",
    [e for e in FAULTS if e.fault.kind in (base.LOST, base.NEVER_ENDS, base.UNASKABLE, base.TASK_FAILED)],
    ids=lambda e: e.name,
)
def test_no_fault_of_deferred_work_is_paid_twice_and_the_books_are_in_order(
    priced: Desk, vendor: StabilitySimulator, settings: Any, expected: Expected
) -> None:
    vendor.fault = expected.fault
    job = at_rest(priced, MODEL, expected.fault, settings, references=references_of(priced, 1))
    assert (job.state, len(vendor.bills), job.charged) == (expected.state, expected.billed, 0)
    assert priced.balance[1] == (PRICE if job.state == "unconfirmed" else 0)
    assert sum(priced.balance) == START


@pytest.mark.parametrize("model", TOOLS)
def test_a_tool_does_its_work_to_the_picture_and_reads_a_prompt_where_it_can(
    priced: Desk, vendor: StabilitySimulator, settings: Any, model: str
) -> None:
    shown = references_of(priced, 1, mask=model.endswith("inpaint"))
    job = at_rest(priced, model, Fault("none"), settings, references=shown)
    assert (job.state, job.charged, len(vendor.bills)) == ("succeeded", PRICE, 1), job.error_detail
    assert vendor.bills[0].path.endswith(job.upstream)
    assert vendor.bills[0].images[0] == job.references.all()[0].image.blob.sha256
    assert bool(vendor.bills[0].mask) == model.endswith("inpaint")
    reads = model.endswith(("inpaint", "conservative"))
    assert vendor.bills[0].fields.get("prompt") == ("a stair" if reads else None)


def test_a_ticket_outlives_its_worker(
    priced: Desk, vendor: StabilitySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = priced.job(MODEL, references=references_of(priced, 1))
    poll = Stability.poll

    def dies(self: Stability, ticket: Ticket) -> Waiting | Finished:
        monkeypatch.setattr(Stability, "poll", poll)
        raise errors.AnswerLost("The connection broke.")

    monkeypatch.setattr(Stability, "poll", dies)
    execution.work()
    Job.objects.update(due_at=job.created_at)
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), len(vendor.works)) == ("succeeded", 1, 1)
