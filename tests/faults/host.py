"""Real processes of the studio that a test may kill, freeze and race, each ready within milliseconds.

``python -m tests.faults.host`` sets Django up once, loads all that an order may need, and then forks a child for
every order it reads, so that a child costs neither the start of an interpreter nor its imports (a third of a
second for each who presses Generate). One JSON object per line, both ways.

Orders: ``{"do": name, "args": {...}, "settings": {...}, "failpoint": "...", "count": 1, "wait": false}``, or
``{"go": true}`` for those who wait. ``{number}`` in an argument is the child's number.
Answers: ``{"pid": …}`` once forked, then ``{"pid": …, "stopped": true}`` or ``{"pid": …, "status": …}`` with the
exit code, or minus the signal.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django
from django.conf import settings


def work() -> None:
    """What a message means to a worker, with its heartbeat."""
    from studio.jobs import holding
    from studio.worker import tasks

    def beat() -> None:
        while not over.wait(0.1):
            holding.heartbeat()

    over = threading.Event()
    threading.Thread(target=beat, daemon=True).start()
    tasks.work("")
    over.set()


def work_on() -> None:
    """The same again and again, as messages would have it, until no job is queued or running."""
    from studio.jobs.models import Job, State

    while Job.objects.filter(state__in=[State.QUEUED, State.RUNNING]).exists():
        work()
        time.sleep(0.01)


def work_with_tickets(bills: str) -> None:
    """The same with a vendor that hands out tickets and writes its bills to a file."""
    from studio.catalog import providers
    from tests.faults.tickets import FiledTickets

    vendor = FiledTickets(bills)
    providers.adapter = lambda name: vendor
    work()


def answer(job_id: str) -> None:
    """The synchronous path of the API: a program waits for this very job."""
    from studio.jobs import execution

    execution.run_one(UUID(job_id))


def submit(user_id: int, project_id: str, key: str, model: str) -> None:
    """One press of Generate, as the page does it. Exits with 3 when the balance does not cover it."""
    from studio.credits.errors import InsufficientCredits
    from tests.faults.desk import press

    try:
        press(user_id=user_id, project_id=project_id, key=key, model=model)
    except InsufficientCredits:
        sys.exit(3)


ORDERS: dict[str, Callable[..., None]] = {
    "work": work,
    "answer": answer,
    "work_on": work_on,
    "work_with_tickets": work_with_tickets,
    "submit": submit,
}


class Host:
    """Forks, watches and reports. The gate is a pipe: whoever waits at it sees its end when it opens."""

    def __init__(self) -> None:
        self.gate: tuple[int, int] | None = None
        self.lock = threading.Lock()

    def serve(self) -> None:
        for line in sys.stdin:
            order = json.loads(line)
            if order.get("go"):
                self.open_gate()
                continue
            for number in range(order.get("count", 1)):
                self.fork(order, number)

    def open_gate(self) -> None:
        if self.gate:
            for end in self.gate:
                os.close(end)
            self.gate = None

    def fork(self, order: dict[str, Any], number: int) -> None:
        if order.get("wait") and self.gate is None:
            self.gate = os.pipe()
        with self.lock:  # the child must not inherit a standard output that another thread is writing to
            pid = os.fork()
            if pid == 0:
                self.child(order, number)
            self.say(pid=pid)
        threading.Thread(target=self.watch, args=(pid,), daemon=True).start()

    def child(self, order: dict[str, Any], number: int) -> None:
        status = 1
        try:
            os.environ["GESSO_FAILPOINT"] = order.get("failpoint", "")
            from studio.jobs import failpoints

            importlib.reload(failpoints)
            for name, value in order.get("settings", {}).items():
                setattr(settings, name, value)
            if order.get("wait") and self.gate:
                os.close(self.gate[1])
                os.read(self.gate[0], 1)
            arguments = {
                name: value.format(number=number) if isinstance(value, str) else value
                for name, value in order.get("args", {}).items()
            }
            ORDERS[order["do"]](**arguments)
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            sys.stderr.flush()
            if status not in (0, 3):
                import traceback

                traceback.print_exc()
            os._exit(status)

    def watch(self, pid: int) -> None:
        while True:
            _pid, status = os.waitpid(pid, os.WUNTRACED)
            with self.lock:
                if not os.WIFSTOPPED(status):
                    self.say(pid=pid, status=os.waitstatus_to_exitcode(status))
                    return
                self.say(pid=pid, stopped=True)

    def say(self, **words: Any) -> None:
        print(json.dumps(words), flush=True)


def load() -> None:
    """Import what orders import, vendors too; nothing is opened or started that a child must not share."""
    from celery import current_app

    from providers import registry

    vendors = [place.partition(":")[0] for place in registry.ADAPTERS.values()]
    for module in ("studio.worker.tasks", "tests.faults.desk", "tests.faults.tickets", *vendors):
        importlib.import_module(module)
    current_app.connection().transport  # noqa: B018 -- the property imports the broker's transport
    current_app.backend  # noqa: B018 -- and this one where results would go


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    load()
    Host().serve()
