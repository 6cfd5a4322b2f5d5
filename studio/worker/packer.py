"""The lane in which exports are packed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.conf import settings

from studio.gallery import packing
from studio.worker.lane import Lane


class Packer(Lane):
    """Packs one export after the other."""

    seconds = settings.EXPORT_POLL_SECONDS
    wanted = threading.Event()

    def work(self, stop: Callable[[], bool]) -> object:
        return packing.work(stop)


def look_now() -> None:
    """Have this process's lane look for work without waiting for its next look by itself."""
    Packer.wanted.set()
