"""A uvicorn of its own to measure: its CPU time and memory are read from the kernel (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from scripts.ports import kept_port
from scripts.servers import wait_until
from studio.core.supervisor import FEW_HEAPS, tied_to_parent


@dataclass(frozen=True, slots=True)
class Web:
    pid: int
    port: int

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def cpu_ms(self, path: str, headers: dict[str, str], rounds: int) -> float:
        """CPU milliseconds of one GET over a kept connection, after a warm-up. Raises ValueError unless 200."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        for _ in range(20):
            get(connection, path, headers)
        began = self.cpu_seconds()
        for _ in range(rounds):
            get(connection, path, headers)
        took = self.cpu_seconds() - began
        connection.close()
        return took * 1000 / rounds


def get(connection: HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
    connection.request("GET", path, headers={"Host": "localhost"} | headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise ValueError(f"{path} answered {answer.status}")
    return body


@contextlib.contextmanager
def serving(application: str) -> Iterator[Web]:
    environment = dict(os.environ)
    if application.startswith("tests.bench.hello"):
        # The bare floor configures itself.
        environment.pop("DJANGO_SETTINGS_MODULE", None)
    with kept_port() as port:
        command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--no-access-log"]
        process = subprocess.Popen(
            [*command, "--log-level", "warning", "--timeout-graceful-shutdown", "1"],
            env=FEW_HEAPS | environment,
            preexec_fn=tied_to_parent(signal.SIGKILL),
        )
        try:
            wait_until(HTTPConnection("127.0.0.1", port, timeout=30).connect, ConnectionError)
            yield Web(process.pid, port)
        finally:
            process.kill()
            process.wait()
