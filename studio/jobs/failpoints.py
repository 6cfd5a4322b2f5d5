"""Named places where a test can end the process, so that a crash there is tried for real.

``GESSO_FAILPOINT=name`` kills the process with SIGKILL when it first reaches ``name``. Unset, it costs one
comparison.
"""

from __future__ import annotations

import os
import signal

_armed = os.environ.get("GESSO_FAILPOINT", "")


def reach(name: str) -> None:
    """Die here if a test asked for it."""
    if _armed and _armed == name:
        os.kill(os.getpid(), signal.SIGKILL)
