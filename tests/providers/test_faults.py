"""Every fault of every vendor: what its adapter calls it, what it had billed, and how a job ends.

A new registry line is tested by this file as it stands; ``tests/providers/cases`` says what is expected.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from providers import errors, registry
from providers.base import Config, Provider, Ticket, Waiting
from tests.jobs.conftest import Desk
from tests.providers.calls import silent
from tests.providers.cases import KEY, REMOTE, WAITS, Case, Expected, case
from tests.providers.simulators import base
from tests.providers.tasks import at_rest, references_of

ROUNDS = int(os.environ.get("ROUNDS") or (20 if os.environ.get("SOAK") else 1))
REQUIRED = {
    base.REFUSED,
    base.TIMEOUT,
    base.HANG_UP,
    base.RESET,
    base.DRIP,
    base.BAD_JSON,
    base.WRONG_TYPE,
    base.NO_MONEY,
    base.NO_IMAGE,
    base.FEWER,
    base.BROKEN_PICTURE,
    base.MODERATED_INPUT,
    base.MODERATED_OUTPUT,
}
STATUSES = {(401, 1), (404, 1), (429, 4), (500, 1), (502, 1), (503, 1), (529, 1)}
"""Each status, and in how many ways: 429 says when to come back in seconds, as a date, or not at all."""
OF_TICKETS = {base.LOST, base.NEVER_ENDS, base.UNASKABLE, base.TASK_FAILED}
SLOW = (base.TIMEOUT, base.DRIP)

every_adapter = pytest.mark.parametrize("name", REMOTE)
rounds = pytest.mark.parametrize("number", range(ROUNDS))
each_fault = pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(name, expected, id=f"{name}-{expected.name}")
        for name in REMOTE
        for expected in case(name).faults
        if expected.kind
    ],
)


def patched(what: Case, monkeypatch: pytest.MonkeyPatch) -> Case:
    for where, value in what.patches.items():
        monkeypatch.setattr(where, value)
    return what


def run_to_its_end(provider: Provider, what: Case, seconds: float) -> None:
    """One call and, where there is a ticket, questions about it until something is certain."""
    answer: object = provider.submit(replace(what.sample, deadline_seconds=seconds), silent)
    if isinstance(answer, Ticket):
        ticket = answer
        while isinstance(answer, (Ticket, Waiting)):
            answer = provider.poll(ticket)


@every_adapter
def test_every_vendor_is_tried_with_every_fault_that_it_can_have(name: str) -> None:
    what = case(name)
    tried = [expected.fault for expected in what.faults]
    kinds = {fault.kind for fault in tried}
    facts = registry.facts(name)
    required = REQUIRED | (OF_TICKETS if facts.resumable else set())
    required |= {base.EXPIRED_URL} if facts.result_hosts else set()
    assert required - kinds == set(what.without)
    assert all(what.without.values())
    for status, ways in STATUSES:
        found = {fault.retry_after for fault in tried if (fault.kind, fault.status) == (base.STATUS, status)}
        assert len(found) >= ways, status


@each_fault
def test_a_fault_has_its_name_and_its_bill_and_shows_no_key(
    name: str, expected: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    what, fault = patched(case(name), monkeypatch), expected.fault
    with what.simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        assert provider.check().ok
        vendor.fault = fault
        with pytest.raises(errors.ProviderError) as caught:
            run_to_its_end(provider, what, 0.3 if fault.kind in SLOW else 20.0)
        problem = caught.value
        assert type(problem) is expected.kind
        assert len(vendor.bills) == expected.billed
        wait = WAITS.get(fault.retry_after) if fault.retry_after in WAITS else float(fault.retry_after)
        assert problem.retry_after == wait
        assert problem.message
        assert KEY not in "".join(traceback.format_exception(problem)) + repr(vars(problem))


@rounds
@every_adapter
def test_no_fault_is_paid_twice_and_every_job_ends_with_the_books_in_order(
    number: int,
    name: str,
    busy: Desk,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    what = patched(case(name), monkeypatch)
    for expected in what.faults:
        with subtests.test(fault=expected.name), what.simulator() as vendor:
            settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: KEY}, {name: vendor.url}
            vendor.fault, before = expected.fault, sum(busy.balance)
            held = busy.balance[1]
            job = at_rest(busy, what.model, expected.fault, settings, n=what.n, parameters=what.parameters)
            assert (job.state, len(vendor.bills)) == (expected.state, expected.billed)
            assert busy.balance[1] - held == (job.quote["high"] if job.state == "unconfirmed" else 0)
            assert before - sum(busy.balance) == job.charged
            assert (job.charged > 0) == bool(job.outputs.count() and job.quote["high"])
            assert job.charged <= job.quote["high"] * job.outputs.count() // job.n
            assert bool(job.error_code) == (job.state not in ("succeeded", "partial"))
            assert KEY not in job.error_detail
    call_command("ledger_check", stdout=StringIO())


@every_adapter
def test_what_was_charged_returned_and_billed_agree_to_the_micro(
    name: str, busy: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = patched(case(name), monkeypatch)
    with what.simulator() as vendor:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: KEY}, {name: vendor.url}
        start = busy.balance[0]
        job = at_rest(busy, what.model, base.Fault("none"), settings, n=what.n, parameters=what.parameters)
        assert (job.state, job.outputs.count(), len(vendor.bills)) == ("succeeded", what.n, 1)
        assert busy.balance == (start - job.charged, 0)
        billed = job.attempts.get().billed
        assert billed is None or billed == job.charged


@every_adapter
def test_pictures_arrive_as_the_page_showed_them_in_order_and_by_hash(
    name: str, busy: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = patched(case(name), monkeypatch)
    for edit in what.edits:
        with what.simulator() as vendor:
            settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: KEY}, {name: vendor.url}
            shown = references_of(busy, edit.references, mask=edit.mask)
            job = at_rest(
                busy,
                edit.model,
                base.Fault("none"),
                settings,
                references=shown,
                parameters=edit.parameters,
                prompt="make it night",
            )
            assert job.state == "succeeded", job.error_detail
            hashes = [reference.image.blob.sha256 for reference in job.references.all()]
            assert [reference.sent_sha256 for reference in job.references.all()] == hashes
            assert list(vendor.bills[0].images) == hashes[: edit.references]
            assert bool(vendor.bills[0].mask) == edit.mask
