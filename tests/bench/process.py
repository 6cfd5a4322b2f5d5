"""What the kernel says of a process: its CPU time and its memory (Linux)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of the process with all its threads, without its children."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_cpu_seconds(pid: int) -> float:
    """The same of all its children, those that ended and those that run."""
    fields = _stat(pid)
    ended = (int(fields[13]) + int(fields[14])) / TICKS
    return ended + sum(cpu_seconds(child) + children_cpu_seconds(child) for child in _children(pid))


def memory_mb(pid: int) -> float:
    """Resident memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def load() -> float:
    """How many processes wanted a core in the last minute."""
    return os.getloadavg()[0]


def wait_for(state: Callable[[], object], seconds: float, pause: float = 0.02) -> None:
    """Look until it is so. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while not state():
        if time.monotonic() > ends:
            raise TimeoutError(f"waited {seconds:.0f} s")
        time.sleep(pause)


def _stat(pid: int) -> list[str]:
    """The fields after the command's name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end between the look and the question.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (task / "children").read_text().split())
    return found
