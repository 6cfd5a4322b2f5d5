"""Periodic work inside every worker process: its heartbeat, its leases, and, for one of them, the sweep."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError

from studio.core import db, leases
from studio.jobs import holding, presence, sweeping

log = logging.getLogger(__name__)
NAME = f"{socket.gethostname()}:{os.getpid()}"


def tick(due: dict[str, float]) -> None:
    """Do what has come due, each apart: without the heartbeat every job of this process would lose its lease."""
    now = time.monotonic()
    for name, seconds, action in _periodic():
        if now >= due.get(name, 0.0):
            due[name] = now + seconds
            _do(name, action)


def _do(name: str, action: Callable[[], object]) -> None:
    """What fails is written to the log and tried again when it is due again."""
    try:
        action()
    except DatabaseError:
        log.warning("periodic work could not reach the database: %s", name, exc_info=True)
    except Exception as error:
        log.exception("periodic work failed: %s: %s", name, type(error).__name__)
    finally:
        db.release()


def _periodic() -> tuple[tuple[str, float, Any], ...]:
    return (
        ("beat", settings.WORKER_BEAT_SECONDS, lambda: presence.beat(NAME)),
        ("leases", settings.JOB_LEASE_SECONDS / 4, holding.heartbeat),
        ("sweep", settings.SWEEP_SECONDS, sweep_if_chosen),
    )


def sweep_if_chosen() -> None:
    """Sweep, if this process holds the sweeper's lease."""
    if leases.hold("sweeper", holder=NAME, seconds=settings.SWEEP_SECONDS * 3):
        sweeping.sweep()


class Periodic(bootsteps.StartStopStep):
    """A thread of its own, so that no running task can delay a heartbeat."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="periodic", daemon=True)

    def start(self, worker: Any) -> None:
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()
        self._thread.join(timeout=3)
        presence.leave(NAME)
        db.release()

    def _loop(self) -> None:
        due: dict[str, float] = {}
        while not self._stop.wait(0.25):
            tick(due)
