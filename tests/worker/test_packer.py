"""A ZIP is packed by a real worker process, beside its jobs; one that is killed loses nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.celery import app
from studio.gallery import exports
from studio.gallery.models import Export
from studio.images import storage
from tests.faults.processes import wait_for
from tests.gallery.scenes import stored_image
from tests.worker.test_worker import Worker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    app.control.purge()
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.kill()


def ready(export: Export) -> Export | None:
    return Export.objects.filter(pk=export.pk, state=Export.State.READY).first()


def test_a_worker_packs_what_was_asked_for_and_what_a_killed_one_left(
    alice: User, workers: list[Worker]
) -> None:
    left = exports.ask(actor=actor_for(alice), team=None, images=[stored_image(alice)])
    assert exports.claim_next(), "by a process that is no more: its lease ends in a moment"
    Export.objects.update(lease_until=left.created_at)
    workers.append(Worker())
    done = wait_for(lambda: ready(left), "the file that a dead worker had begun")
    assert done.claims == 2
    asked = exports.ask(actor=actor_for(alice), team=None, images=[stored_image(alice)])
    done = wait_for(lambda: ready(asked), "the file")
    assert storage.exists(storage.export_name(done.key, done.fence))
    assert workers[0].stop() == 0
