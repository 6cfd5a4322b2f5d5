"""A thread of every worker process for one kind of work, apart from the jobs' threads and from every other kind."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from celery import bootsteps
from django.db import DatabaseError

from studio.core import db

log = logging.getLogger(__name__)


class Lane(bootsteps.StartStopStep):
    """Does one piece after the other, and looks for more every ``seconds``, or at once when ``wanted`` is set.

    What fails is written to the log, and the lane lives on. Told to stop, it leaves the piece at hand to others.
    """

    requires = ("celery.worker.components:Pool",)
    seconds: ClassVar[float]
    wanted: ClassVar[threading.Event]

    def __init__(self, worker: Any, **options: Any) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=type(self).__name__.lower(), daemon=True)

    def work(self, stop: Callable[[], bool]) -> object:
        """Do the next piece, or leave off once ``stop`` says so; something true while there may be another."""
        raise NotImplementedError

    def start(self, worker: Any) -> None:
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()
        self.wanted.set()
        self._thread.join(timeout=2)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self.wanted.wait(self.seconds)
            self.wanted.clear()
            self.work_off()

    def work_off(self) -> None:
        """Work until nothing waits."""
        try:
            while not self._stop.is_set() and self.work(self._stop.is_set):
                pass
        except DatabaseError:
            log.warning("the %s could not reach the database", self._thread.name, exc_info=True)
        except Exception as error:
            log.exception("the %s failed: %s", self._thread.name, type(error).__name__)
        finally:
            db.release()
