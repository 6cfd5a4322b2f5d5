"""A disk that is full when a paid picture comes: nothing is charged, nothing is paid twice, and it is said."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from providers.base import Delivered, Facts, Output
from studio.catalog import providers
from studio.images import storage
from studio.images.errors import NotKept
from studio.images.models import Image
from studio.jobs import execution, queue, receiving
from studio.jobs.listening import Listener
from studio.jobs.models import Attempt, Job, State
from studio.web.causes import cause
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.jobs.vendors import TicketVendor
from tests.providers.simulators.openai import OpenAISimulator
from tests.providers.simulators.pictures import picture

type Fill = Callable[..., None]


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """From now on the disk takes ``files`` more, previews apart, and no wait is long."""
    put = storage.put
    monkeypatch.setattr(receiving, "STORE_WAITS", (0.0, 0.0))

    def fill(files: int = 0, number: int = errno.ENOSPC) -> None:
        room = iter(range(files))

        def no_space(name: str, data: bytes, *, durable: bool = True) -> None:
            if name.startswith("blobs/") and next(room, None) is None:
                raise OSError(number, "no space left on device")
            put(name, data, durable=durable)

        monkeypatch.setattr(storage, "put", no_space)

    return fill


def picture_of(job: Job) -> Image:
    return Image.objects.select_related("blob").get(made_by__job=job)


def words(job: Job) -> str:
    found = cause(job, job.outputs.count())
    assert found is not None
    return f"{found.title} {found.detail} {found.money}"


def test_a_picture_that_cannot_be_kept_costs_nothing_and_is_not_paid_for_again(
    busy: Desk, vendor: OpenAISimulator, fill: Fill
) -> None:
    before = set(storage.blob_keys())
    fill(files=1)
    job = busy.finished(PAID)
    assert (job.state, job.error_code, len(vendor.bills)) == (State.FAILED, "not_kept", 1)
    assert (job.charged, busy.balance) == (0, (START, 0))
    assert (job.attempts.get().state, job.attempts.get().error_code) == (Attempt.State.FAILED, "not_kept")
    assert set(storage.blob_keys()) == before, "half a picture was left behind"
    assert "The server's disk is full. Tell whoever runs this server, then retry." in words(job)
    assert "Nothing was charged" in words(job)


def test_a_disk_that_is_broken_is_not_called_full(busy: Desk, vendor: OpenAISimulator, fill: Fill) -> None:
    fill(number=errno.EIO)
    assert "The server's disk could not be written." in words(busy.finished(PAID))


def test_what_was_kept_before_the_disk_was_full_is_charged_and_the_rest_comes_back(
    busy: Desk, vendor: OpenAISimulator, fill: Fill
) -> None:
    one = busy.finished(PAID)
    fill(files=len(picture_of(one).blob.renditions) + 1)
    job = busy.finished(PAID, n=2)
    assert (job.state, job.error_code, job.outputs.count()) == (State.PARTIAL, "not_kept", 1)
    assert job.charged == picture_of(job).cost > 0
    assert busy.balance == (START - one.charged - job.charged, 0)


def test_a_task_hands_its_pictures_over_once_there_is_room_again(
    busy: Desk, fill: Fill, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    vendor, put = TicketVendor(), storage.put
    settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
    monkeypatch.setattr(providers, "adapter", lambda name: vendor)
    fill()
    job = busy.finished(PAID)
    assert (job.state, job.attempts.get().state) == (State.QUEUED, Attempt.State.TICKET)
    monkeypatch.setattr(storage, "put", put)
    Job.objects.update(due_at=timezone.now())
    execution.work()
    job.refresh_from_db()
    assert (job.state, len(vendor.bills), busy.balance) == (State.SUCCEEDED, 1, (START - job.charged, 0))


def test_a_picture_that_comes_early_and_cannot_be_kept_yet_does_not_end_the_paid_call(busy: Desk) -> None:
    job = busy.job(SKETCH)
    claim = queue.claim_next(job.pk)
    assert claim is not None

    def full(index: int, output: Output) -> None:
        raise NotKept(OSError(errno.ENOSPC, "no space left on device"))

    Listener(claim, job, Facts(billed_when_cancelled=False), full)(
        Delivered(0, Output(picture(8, 8, (1, 2, 3)), "image/png"))
    )
