"""The lane in which exports are packed: one thread of every worker process, apart from the jobs' threads."""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError

from studio.core import db
from studio.gallery import packing

log = logging.getLogger(__name__)

_wanted = threading.Event()


def look_now() -> None:
    """Have this process's lane look for work without waiting for its next look by itself."""
    _wanted.set()


class Packer(bootsteps.StartStopStep):
    """Packs one export after the other; told to stop, it leaves the one at hand to another process."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="packer", daemon=True)

    def start(self, worker: Any) -> None:
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()
        look_now()
        self._thread.join(timeout=2)

    def _loop(self) -> None:
        while not self._stop.is_set():
            _wanted.wait(settings.EXPORT_POLL_SECONDS)
            _wanted.clear()
            pack_all(self._stop)


def pack_all(stop: threading.Event) -> None:
    """Pack until nothing waits. What fails is written to the log, and the lane lives on."""
    try:
        while not stop.is_set() and packing.work(stop.is_set):
            pass
    except DatabaseError:
        log.warning("packing could not reach the database", exc_info=True)
    except Exception as error:
        log.exception("packing failed: %s", type(error).__name__)
    finally:
        db.release()
