"""Named places where a test can end or freeze the process, so that a crash there is tried for real.

``GESSO_FAILPOINT=name`` kills the process with SIGKILL when it first reaches ``name``; ``stop:name`` freezes it
with SIGSTOP instead. Unset, a place costs one comparison.
"""

from __future__ import annotations

import os
import signal

_armed = os.environ.get("GESSO_FAILPOINT", "")


def reach(name: str) -> None:
    """Die or freeze here if a test asked for it."""
    if _armed and _armed.removeprefix("stop:") == name:
        os.kill(os.getpid(), signal.SIGSTOP if _armed.startswith("stop:") else signal.SIGKILL)
