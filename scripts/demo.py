"""`make demo`: a studio in which every vendor is a simulator on this machine, and a page to make each of them fail.

Its data is kept apart from a real studio's (``var/demo``, or DATA_DIR); nothing leaves the machine and nothing is paid.
"""

from __future__ import annotations

import contextlib
import html
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from providers import registry
from providers.base import Config
from scripts import studio as studios
from tests.providers.cases import REMOTE, Expected, case
from tests.providers.simulators.base import STATUS, Fault, Simulator

DATA = Path("var/demo")
EMAIL, PASSWORD, CREDITS = "demo@gesso.test", "a quiet terracotta stair", "100000"
WORK_SECONDS = 2.0
ONCE, ALWAYS = "once", "always"

PAGE = Template(Path(__file__).with_name("demo.html").read_text(encoding="utf-8"))


def faults(name: str) -> dict[str, Expected]:
    """What can go wrong with this vendor, by a name that says it."""
    return {expected.name: expected for expected in case(name).faults}


class Panel(ThreadingHTTPServer):
    """The page on which a fault is chosen for each simulator."""

    daemon_threads = True

    def __init__(self, vendors: Mapping[str, Simulator]) -> None:
        self.vendors = vendors
        self.studio = ""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def choose(self, name: str, fault: str, how: str) -> None:
        """Set or take back a vendor's fault. Raises KeyError for a vendor or a fault that is none."""
        vendor, known = self.vendors[name], faults(name)
        if how in (ONCE, ALWAYS):
            vendor.fault = replace(known[fault].fault, times=1 if how == ONCE else None)
        else:
            vendor.fault = None

    def page(self) -> str:
        rows = "".join(self._row(name, vendor) for name, vendor in self.vendors.items())
        return PAGE.substitute(rows=rows, studio=html.escape(self.studio))

    def _row(self, name: str, vendor: Simulator) -> str:
        options = "".join(f"<option>{html.escape(each)}</option>" for each in faults(name))
        return (
            f"<tr><td>{name}</td><td>{_state(vendor.fault)}</td><td>{len(vendor.bills)}</td>"
            f'<td><form method="post"><input type="hidden" name="vendor" value="{name}">'
            f'<select name="fault" aria-label="What goes wrong at {name}">{options}</select>'
            f'<button name="how" value="{ONCE}">Next call</button>'
            f'<button name="how" value="{ALWAYS}">Every call</button>'
            '<button name="how" value="">Well again</button></form></td></tr>'
        )


def _state(fault: Fault | None) -> str:
    if fault is None:
        return "well"
    detail = f" {fault.status}" if fault.kind == STATUS else ""
    when = "next call" if fault.times else "every call"
    return f'<b class="bad">{html.escape(fault.kind)}{detail}, {when}</b>'


class _Handler(BaseHTTPRequestHandler):
    server: Panel

    def do_GET(self) -> None:
        self._answer(200, self.server.page())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        given = {key: values[0] for key, values in parse_qs(body, keep_blank_values=True).items()}
        try:
            self.server.choose(given.get("vendor", ""), given.get("fault", ""), given.get("how", ""))
        except KeyError:
            self._answer(404, "There is no such vendor or fault.")
            return
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent: the terminal is the studio's."""


def environment(vendors: Mapping[str, Simulator], panel: str) -> dict[str, str]:
    """What makes a studio call the simulators and nobody else."""
    given = {"STUDIO_ADMIN_EMAIL": EMAIL, "STUDIO_ADMIN_PASSWORD": PASSWORD}
    given |= {"STUDIO_WELCOME_CREDITS": CREDITS, "DEMO_URL": panel, "PROVIDER_HOSTS_ALLOWED": "127.0.0.1"}
    for name, vendor in vendors.items():
        given[f"PROVIDER_{name.upper()}_URL"] = vendor.url
        if registry.load(name, Config()).facts.needs_key:
            given[f"PROVIDER_{name.upper()}_KEY"] = f"demo-key-of-{name}"
    return given


@contextlib.contextmanager
def simulated(seconds: float = WORK_SECONDS) -> Iterator[Panel]:
    """Every vendor's simulator and the page of their faults, ended when the block is left."""
    with contextlib.ExitStack() as stack:
        vendors = {name: stack.enter_context(case(name).simulator(seconds=seconds)) for name in REMOTE}
        panel = Panel(vendors)
        threading.Thread(target=panel.serve_forever, name="panel", daemon=True).start()
        stack.callback(panel.server_close)
        stack.callback(panel.shutdown)
        yield panel


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def banner(studio: str, panel: str) -> str:
    lines = [
        "Demo: every vendor is simulated on this machine. Nothing leaves it, and nothing is paid.",
        f"  Studio            {studio}",
        f"  Sign in with      {EMAIL}",
        f"  Password          {PASSWORD}",
        f"  Let vendors fail  {panel}",
        "  Ctrl-C ends it.",
    ]
    width = max(map(len, lines)) + 2
    return "\n".join(["", "─" * width, *(f" {line}" for line in lines), "─" * width, ""])


def main() -> int:
    data = Path(os.environ.get("DATA_DIR", DATA)).resolve()
    port = {"PORT": os.environ["PORT"]} if "PORT" in os.environ else {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with simulated() as panel, studios.served(data, environment(panel.vendors, panel.url) | port) as studio:
        panel.studio = studio.url
        say(banner(studio.url, panel.url))
        with contextlib.suppress(KeyboardInterrupt):
            studio.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
