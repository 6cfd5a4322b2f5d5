"""Periodic work inside every worker process: its heartbeat, its leases, and, for one of them, the sweep."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError

from studio.catalog import services as prices
from studio.core import db, leases
from studio.gallery import exports, keeping, packing
from studio.images import orphans
from studio.jobs import holding, presence, sweeping
from studio.sample import services as sample

log = logging.getLogger(__name__)
FILES_SECONDS = ESTIMATES_SECONDS = 3600.0
SAMPLE_SECONDS = 15.0
NAME = f"{socket.gethostname()}:{os.getpid()}"


Duty = tuple[str, float, Callable[[], object]]


def tick(duties: Sequence[Duty], due: dict[str, float]) -> None:
    """Do what has come due, each apart: without the heartbeat every job of this process would lose its lease."""
    now = time.monotonic()
    for name, seconds, action in duties:
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


def heartbeats() -> Sequence[Duty]:
    """What must never be late."""
    return (
        ("beat", settings.WORKER_BEAT_SECONDS, lambda: presence.beat(NAME)),
        ("leases", settings.JOB_LEASE_SECONDS / 4, holding.heartbeat),
        ("export lease", settings.JOB_LEASE_SECONDS / 4, packing.heartbeat),
    )


def chores() -> Sequence[Duty]:
    """What may take its time."""
    return (
        ("sweep", settings.SWEEP_SECONDS, sweep_if_chosen),
        ("keeping", settings.KEEPING_SECONDS, sweep_keeping_if_chosen),
        ("files", FILES_SECONDS, sweep_files_if_chosen),
        ("estimates", ESTIMATES_SECONDS, keep_estimates_if_chosen),
        ("sample", SAMPLE_SECONDS, sample.remind),
    )


def sweep_if_chosen() -> None:
    """Sweep, if this process holds the sweeper's lease."""
    if leases.hold("sweeper", holder=NAME, seconds=settings.SWEEP_SECONDS * 3):
        sweeping.sweep()


def sweep_keeping_if_chosen() -> None:
    """Empty the bin of what is due, and put exports right, if nobody else did within the minute."""
    if leases.hold("keeping", holder=NAME, seconds=settings.KEEPING_SECONDS):
        exports.sweep()
        keeping.sweep()


def sweep_files_if_chosen() -> None:
    """Remove orphaned files, if nobody else did within the hour."""
    if leases.hold("files", holder=NAME, seconds=FILES_SECONDS):
        orphans.sweep_files()


def keep_estimates_if_chosen() -> None:
    """Ask vendors that estimate what they cost, if nobody else did within the hour."""
    if leases.hold("estimates", holder=NAME, seconds=ESTIMATES_SECONDS):
        prices.keep_estimates()


class Periodic(bootsteps.StartStopStep):
    """Two threads of their own: no running task delays a heartbeat, and neither does a long sweep."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(duties,), name=duties.__name__, daemon=True)
            for duties in (heartbeats, chores)
        ]

    def start(self, worker: Any) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)
        presence.leave(NAME)
        db.release()

    def _loop(self, duties: Callable[[], Sequence[Duty]]) -> None:
        due: dict[str, float] = {}
        while not self._stop.wait(0.25):
            tick(duties(), due)
