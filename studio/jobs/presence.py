"""Whether anybody works: each worker process says so every two seconds."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from studio.jobs.models import WorkerBeat

EVERYONE, WORKERS = "all", "workers"
"""The channel that every browser hears, and the topic of workers that come and go."""

COMMAND = "celery -A studio.celery worker"
"""What starts a worker by hand; ``make run`` starts one by itself."""


def beat(name: str) -> None:
    """The worker called ``name`` is there."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def leave(name: str) -> None:
    """The worker called ``name`` stops in good order."""
    WorkerBeat.objects.filter(name=name).delete()


def anyone_working() -> bool:
    """Whether a worker has beaten within ``WORKER_MISSING_SECONDS``."""
    since = timezone.now() - timedelta(seconds=settings.WORKER_MISSING_SECONDS)
    return WorkerBeat.objects.filter(at__gte=since).exists()
