"""The lane in which vendors' pictures are looked at that a program got by their header alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.conf import settings

from studio.jobs import looking
from studio.worker.lane import Lane


class Looker(Lane):
    """Looks at one picture after the other: never more of a machine's cores than one for each worker process."""

    seconds = settings.LOOK_POLL_SECONDS
    wanted = threading.Event()

    def work(self, stop: Callable[[], bool]) -> object:
        return looking.work()
