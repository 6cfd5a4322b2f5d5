"""The studio as one command: it comes up, stays up, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from scripts import studio as studios
from scripts.ports import kept_port
from scripts.studio import ROOT, Studio, clean_environment

LINUX = sys.platform.startswith("linux")
# They share what takes seconds to start, so they stay together when the tests are spread over processes.
on_one_worker = pytest.mark.xdist_group("household")


class Household:
    """One studio over one folder of data, started when a test asks for it and again after one has ended it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.running: Studio | None = None

    def studio(self) -> Studio:
        if self.running is None or self.running.process.poll() is not None:
            self.running = studios.start(self.data)
            self.running.wait_ready()
        return self.running

    def end(self) -> None:
        if self.running:
            studios.end(self.running)
            self.running = None


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    household = Household(tmp_path_factory.mktemp("household"))
    yield household
    household.end()


@pytest.fixture
def studio(household: Household) -> Studio:
    return household.studio()


def children(pid: int) -> dict[str, int]:
    """The child processes by the module that they run."""
    found = {}
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    for line in listing.splitlines()[1:]:
        child, parent, command = line.split(None, 2)
        if int(parent) == pid and (module := re.search(r"-m (uvicorn|celery)", command)):
            found[module[1]] = int(child)
    return found


def alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def get(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status


@on_one_worker
def test_it_serves_and_prints_a_setup_link_that_opens(studio: Studio) -> None:
    link = studio.setup_link()
    assert link.startswith(studio.url)
    assert get(studio.port, "/healthz") == 200
    assert get(studio.port, link.removeprefix(studio.url)) == 200


@on_one_worker
def test_a_second_start_serves_the_same_data_with_a_new_link(household: Household) -> None:
    old = household.studio().setup_link()
    household.end()
    second = household.studio()
    new = second.setup_link()
    assert get(second.port, new.removeprefix(second.url)) == 200
    assert new.rsplit("/", 2)[-2] != old.rsplit("/", 2)[-2]


def test_the_named_staff_account_is_made_and_then_no_link_is_printed(tmp_path: Path) -> None:
    named = {"STUDIO_ADMIN_EMAIL": "dana@northwind.test", "STUDIO_ADMIN_PASSWORD": "a quiet terracotta stair"}
    with studios.served(tmp_path, named) as studio:
        studio.line_with(re.compile("Ctrl-C ends it"))
        assert "/setup/" not in "".join(studio.lines)
        assert studio.manage("setup_link") == ""


@on_one_worker
@pytest.mark.parametrize("name", ["uvicorn", "celery"])
def test_a_process_that_dies_is_started_again(studio: Studio, name: str) -> None:
    before = children(studio.process.pid)[name]
    subprocess.run(["kill", "-KILL", str(before)], check=True)
    assert until(lambda: children(studio.process.pid).get(name, before) != before)
    # The listening socket never closed: this request waits for the new process.
    assert get(studio.port, "/healthz") == 200


@on_one_worker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_even_while_a_browser_listens(
    studio: Studio, number: signal.Signals
) -> None:
    with closing(socket.create_connection(("127.0.0.1", studio.port), timeout=30)) as browser:
        cookie = f"Cookie: sessionid={studio.visitor()}"
        browser.sendall(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n\r\n".encode())
        assert browser.recv(12) == b"HTTP/1.1 200"
        running = children(studio.process.pid)
        assert set(running) == {"uvicorn", "celery"}
        studio.process.send_signal(number)
        assert studio.process.wait(30) == 0
        assert not [pid for pid in running.values() if alive(pid)]


@on_one_worker
@pytest.mark.skipif(not LINUX, reason="only Linux tells a process that its parent is gone")
def test_no_process_stays_when_the_supervisor_is_killed(studio: Studio) -> None:
    running = children(studio.process.pid)
    assert len(running) == 2
    studio.process.kill()
    studio.process.wait(30)
    assert until(lambda: not any(alive(pid) for pid in running.values()))


def run_with(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "studio.core.supervisor"],
        cwd=ROOT,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = run_with(DATA_DIR=str(tmp_path), PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stdout
    assert "make run PORT=" in done.stdout


@pytest.mark.parametrize("port", ["eight", "99999"])
def test_a_port_that_cannot_be_is_said_without_a_traceback(tmp_path: Path, port: str) -> None:
    done = run_with(DATA_DIR=str(tmp_path), PORT=port)
    assert (done.returncode, done.stderr) == (1, "")
    assert port in done.stdout


def test_data_that_cannot_be_prepared_ends_it(tmp_path: Path) -> None:
    (tmp_path / "gesso.sqlite3").write_text("this is no database, whatever its name says")
    with kept_port() as port:
        done = run_with(DATA_DIR=str(tmp_path), PORT=str(port))
    assert done.returncode == 1
    assert "could not be prepared" in done.stdout
