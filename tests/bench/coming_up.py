"""7b: `make run` until it serves, cold (venv, lock, data) and warm. Cold installs into a copy of the sources."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from scripts.ports import kept_port
from scripts.studio import READY, ROOT, clean_environment
from tests.bench.result import Result, tell


def until_ready(tree: Path, port: int) -> tuple[float, float]:
    """Seconds until it serves, and from SIGTERM until everything ended."""
    environment = clean_environment(PORT=str(port))
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        next(line for line in process.stdout if READY.search(line))
        ready = time.monotonic() - began
    finally:
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        process.stdout.read()
        process.wait()
    return ready, time.monotonic() - began


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gesso-cold-") as folder:
        tree = Path(folder, "gesso")
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tree)], check=True)
        with kept_port() as port:
            cold, _ = until_ready(tree, port)
            warm, end = until_ready(tree, port)
    tell(Result("7b", "cold make run", "<= 90 s", f"{cold:.1f} s"))
    tell(Result("7b", "warm make run", "<= 5 s", f"{warm:.1f} s"))
    tell(Result("7b", "end after SIGTERM", "<= 5 s", f"{end:.1f} s"))


if __name__ == "__main__":
    main()
