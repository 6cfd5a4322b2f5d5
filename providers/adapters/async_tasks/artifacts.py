"""Which pictures the vendor keeps, so that a result or a reference need not be sent again."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

MOST = 4096


class Artifacts:
    """The last ``MOST`` artifact ids by the picture's SHA-256. Forgotten with the process: then pictures are sent."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, data: bytes, number: str) -> None:
        with self._lock:
            self._known[hashlib.sha256(data).digest()] = number
            self._known.move_to_end(hashlib.sha256(data).digest())
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def find(self, data: bytes) -> str:
        """The picture's artifact id, or nothing."""
        with self._lock:
            return self._known.get(hashlib.sha256(data).digest(), "")

    def forget(self, data: bytes) -> bool:
        """Whether there was one to forget."""
        with self._lock:
            return self._known.pop(hashlib.sha256(data).digest(), None) is not None
