"""What happens while a vendor works never ends the paid call, unless somebody wants it ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from providers.base import Facts, Partial, Progress
from studio.images import services as images
from studio.images.errors import Broken, Busy
from studio.jobs import notices, queue
from studio.jobs.listening import ClaimLost, Listener
from studio.jobs.models import Job
from tests.jobs.conftest import SKETCH, Desk

PREVIEW = Partial(0, b"no picture at all", "image/png", 1, 2)


def listener_of(desk: Desk) -> Listener:
    job = desk.job(SKETCH)
    claim = queue.claim_next(job.pk)
    assert claim is not None
    return Listener(claim, job, Facts(billed_when_cancelled=False), lambda index, output: None)


def refusing(error: Exception) -> Any:
    def refuse(*given: Any, **named: Any) -> None:
        raise error

    return refuse


@pytest.mark.parametrize("error", [Broken(), Busy(), OSError("no space left on device")])
def test_a_preview_that_cannot_be_shown_does_not_end_the_paid_call(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    listener = listener_of(busy)
    monkeypatch.setattr(images, "put_preview", refusing(error))
    listener(PREVIEW)
    assert Job.objects.get().previews == {}


def test_progress_that_cannot_be_written_does_not_end_the_paid_call(
    busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = listener_of(busy)
    monkeypatch.setattr(notices, "run_changed", refusing(OperationalError("database is locked")))
    listener(Progress(0.5))
    assert Job.objects.get().previews == {}


def test_a_lost_claim_is_told_all_the_same(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = listener_of(busy)
    Job.objects.update(fence=9)
    monkeypatch.setattr(images, "put_preview", refusing(Busy()))
    with pytest.raises(ClaimLost):
        listener(PREVIEW)
