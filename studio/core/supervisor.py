"""The studio as one command: ``python -m studio.core.supervisor`` prepares, then keeps web and worker running.

It imports no application, so it starts at once, stays small and outlives whatever breaks in its children.
It listens on the port itself and hands the socket down: a port in use is found before anything starts, and a
browser that calls while the web process is being restarted waits instead of being refused.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from studio.core import prepared

WEB = "-m uvicorn studio.asgi:application --no-access-log --log-level warning --timeout-graceful-shutdown 2"
WORKER = "-m celery --quiet --app studio.celery worker --pool threads --loglevel WARNING"
# Celery warns root of pickled messages; ours are JSON alone.
NO_ROOT_WARNING = ["-W", "ignore:You're running the worker with superuser privileges"]
PR_SET_PDEATHSIG = 1
# The C library's allocator would keep a heap for every other thread, each as large as its busiest moment.
FEW_HEAPS = {"MALLOC_ARENA_MAX": "2"}
GRACE_SECONDS = 4.0  # an idle worker looks up every two seconds and needs two looks
LONGEST_BACK_OFF = 30.0
HEALTHY_AFTER = 60.0
STARTS = 3  # a child that never came up is not worth waiting for; one that crashes later is


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def tied_to_parent(signal_number: int) -> Callable[[], None]:
    """What a new process calls first so that it never outlives its parent, however that one ends (Linux)."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return tie


@dataclass(slots=True)
class Child:
    """One process kept running in a group of its own; each crash doubles the wait before the next start."""

    name: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[str] | None = None
    failures: int = 0
    started_at: float = 0.0
    start_at: float = field(default=0.0)

    def keep_running(self) -> None:
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self.back_off(self.process.returncode)

    def start(self, stdout: int | None = None) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            text=True,
            pass_fds=self.pass_fds,
            env=FEW_HEAPS | os.environ,
            start_new_session=True,
            preexec_fn=tied_to_parent(signal.SIGKILL),
        )

    def back_off(self, code: int) -> None:
        self.kill()
        lasted = time.monotonic() - self.started_at
        self.failures = 1 if lasted > HEALTHY_AFTER else self.failures + 1
        wait = min(2.0 ** (self.failures - 1), LONGEST_BACK_OFF)
        self.process, self.start_at = None, time.monotonic() + wait
        say(f"The {self.name} process ended ({how_it_ended(code)}); starting it again in {wait:.0f} s.")

    def terminate(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the whole group, so that helpers of a process that is gone do not stay behind."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return  # the group is empty (macOS answers EPERM for one of zombies only)
            finally:
                self.process.wait()


def how_it_ended(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class Supervisor:
    """Prepares the data, starts the children, prints where to go, and ends all of them together."""

    def __init__(self, listener: socket.socket) -> None:
        python = sys.executable
        self.address = settings.PUBLIC_URL or f"http://localhost:{listener.getsockname()[1]}"
        self.port: int = listener.getsockname()[1]
        self.prepare = Child("prepare", [python, "manage.py", "prepare"])
        self.children = [
            Child(
                "web", [python, *WEB.split(), "--fd", str(listener.fileno())], pass_fds=(listener.fileno(),)
            ),
            Child("worker", [python, *NO_ROOT_WARNING, *WORKER.split()]),
        ]
        self.stopping = threading.Event()
        self.told = False

    def run(self) -> int:
        """Serve until SIGINT or SIGTERM; 0 then, 1 if the studio does not come up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            return self.serve()
        finally:
            self.end()

    def serve(self) -> int:
        self.prepare.start(stdout=subprocess.PIPE)
        # When nothing changed since the last start, preparing only confirms it and need not be waited for.
        at_once = prepared.is_current()
        while not self.stopping.is_set():
            code = self.prepare.process.poll() if self.prepare.process else None
            if code:
                say("The data could not be prepared; see the message above.")
                return 1
            if at_once or code == 0:
                for child in self.children:
                    child.keep_running()
                if not self.told and any(child.failures >= STARTS for child in self.children):
                    say("It does not start; see the messages above.")
                    return 1
            if code == 0 and not self.told and self.answers():
                self.tell()
            self.stopping.wait(0.5 if self.told else 0.05)
        return 0

    def answers(self) -> bool:
        """Whether the web process has begun to answer; until then the socket only queues."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def tell(self) -> None:
        self.told = True
        say(f"\nGesso is ready at {self.address}")
        output = self.prepare.process.stdout if self.prepare.process else None
        if output and (first_steps := output.read().strip()):
            say(first_steps)
        say("Ctrl-C ends it.\n")

    def end(self) -> None:
        everyone = [*self.children, self.prepare]
        for child in everyone:
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(child.running() for child in everyone):
            time.sleep(0.05)
        for child in everyone:
            child.kill()


def listen(port: int) -> socket.socket:
    """A listening socket on this machine's own address; raises OSError when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    return listener


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the studio: web and worker, until Ctrl-C.")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="stop when the calling program is gone"
    )
    if parser.parse_args().end_with_parent:
        end_with_parent()
    try:
        port = settings.PORT
        listener = listen(port)
    except ImproperlyConfigured as error:
        say(str(error))
        return 1
    except (OSError, OverflowError) as error:
        say(f"Port {port} cannot be used: {error}. Stop what uses it, or take another: make run PORT=8001")
        return 1
    return Supervisor(listener).run()


def end_with_parent() -> None:
    """SIGTERM for this process when the one that called it ends, so that killing make leaves nothing behind."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    sys.exit(main())
