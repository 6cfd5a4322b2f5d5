"""Every model of the catalogue against its adapter: what the composer offers is what the vendor is asked for.

A new vendor and a new model are tested by this file as they stand.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest

from providers import registry
from providers.base import Config, Output, Ticket, Waiting
from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.fields import defaults
from tests.providers.calls import ended, finished, silent
from tests.providers.cases import KEY, REMOTE, case
from tests.providers.requests import as_sent, least
from tests.providers.simulators.base import Simulator

AS_KNOWN = date(2026, 11, 20)
"""The day of the catalogue: who refuses a retired model is right."""

ENTRIES = [
    entry
    for entry in loader.catalog().entries.values()
    if entry.provider in REMOTE and not entry.retired(AS_KNOWN)
]

every_model = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
every_remote_adapter = pytest.mark.parametrize("name", REMOTE)


@pytest.fixture(scope="module")
def vendors() -> Iterator[dict[str, Simulator]]:
    """One simulator of each vendor for all its models."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(case(name).simulator()) for name in REMOTE}


def is_a_picture(output: Output) -> bool:
    begins = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"<svg", b"<?xml")
    return output.data.startswith(begins) and output.mime.startswith("image/")


@every_model
def test_a_model_makes_what_its_composer_opens_with(entry: Entry, vendors: dict[str, Simulator]) -> None:
    vendor = vendors[entry.provider]
    provider = registry.load(entry.provider, Config(key=KEY, url=vendor.url, hosts=("127.0.0.1",)))
    before = len(vendor.bills)
    found = finished(provider, as_sent(entry, defaults(entry), least(entry)))
    assert len(vendor.bills) == before + 1
    assert len(found.outputs) == 1
    assert is_a_picture(found.outputs[0])


@pytest.mark.parametrize(
    "entry", [each for each in ENTRIES if each.max_references], ids=lambda entry: entry.id
)
def test_a_model_takes_as_many_references_as_its_card_says(
    entry: Entry, vendors: dict[str, Simulator]
) -> None:
    vendor = vendors[entry.provider]
    provider = registry.load(entry.provider, Config(key=KEY, url=vendor.url, hosts=("127.0.0.1",)))
    finished(provider, as_sent(entry, defaults(entry), entry.max_references))
    assert len(vendor.bills[-1].images) == entry.max_references


@every_remote_adapter
def test_a_ticket_is_taken_up_by_a_worker_that_knows_nothing_but_the_ticket(name: str) -> None:
    what = case(name)
    with what.simulator() as vendor:
        config = Config(key=KEY, url=vendor.url)
        answer = registry.load(name, config).submit(what.sample, silent)
        if isinstance(answer, Ticket):
            assert registry.facts(name).resumable
            kept = Ticket(answer.id, {key: str(value) for key, value in answer.data.items()})
            assert KEY not in repr(kept)
            found = ended(registry.load(name, config), kept)
            assert len(found.outputs) == what.sample.n
        assert len(vendor.bills) == 1


@every_remote_adapter
def test_cancel_stops_a_task_where_the_facts_say_so_and_promises_nothing_elsewhere(name: str) -> None:
    what, facts = case(name), registry.facts(name)
    with what.simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        answer = provider.submit(what.sample, silent)
        if isinstance(answer, Ticket):
            vendor.seconds = 60.0
            answer = provider.submit(what.sample, silent)
        ticket = answer if isinstance(answer, Ticket) else Ticket("nothing")
        stopped = provider.cancel(ticket)
        assert stopped == (facts.cancellable and isinstance(answer, Ticket))
        if isinstance(answer, Ticket) and not stopped:
            assert isinstance(provider.poll(answer), Waiting)


@every_remote_adapter
def test_nothing_that_an_adapter_does_writes_its_key_to_a_log(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = case(name)
    for where, value in what.patches.items():
        monkeypatch.setattr(where, value)
    caplog.set_level(logging.DEBUG)
    with what.simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        provider.check()
        finished(provider, what.sample)
        asked = [
            request for request in vendor.requests if KEY in str(dict(request.headers)) or _basic(request)
        ]
        assert asked or not registry.facts(name).needs_key
        assert all(KEY not in str(request.query) for request in vendor.requests)
    assert KEY not in caplog.text


def _basic(request: Any) -> bool:
    return str(request.headers.get("authorization", "")).startswith("Basic ")
