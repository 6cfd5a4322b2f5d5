"""A real Redis, a real PostgreSQL and a real Chromium for the tests: found, installed when that is allowed, started.

Servers listen on the loopback address on ports of their own, over temporary data, and never outlive the test run.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis as redis_client

from scripts.ports import kept_port
from studio.core.supervisor import tied_to_parent

PACKAGES = {"redis-server": "redis-server", "postgres": "postgresql", "chromium": "chromium"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
START_SECONDS = 30


class Missing(Exception):
    """A program that the tests need is not here and could not be installed."""


def find(program: str) -> str | None:
    """Where the program lies, also where Debian and Homebrew hide PostgreSQL's; None if nowhere."""
    if program == "chromium":
        return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    hidden = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    # Hidden places first: a wrapper of the same name on the path may not take a server's options.
    path = os.pathsep.join([*map(str, sorted(hidden, reverse=True)), os.environ.get("PATH", "")])
    return shutil.which(program, path=path)


def require(programs: list[str]) -> None:
    """Install with apt-get what is missing, as root. Raises Missing with the command to type otherwise."""
    packages = [PACKAGES[program] for program in programs if not find(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_get(packages)
    missing = [program for program in programs if not find(program)]
    if missing:
        names = " ".join(PACKAGES[program] for program in missing)
        raise Missing(f"Missing: {', '.join(missing)}. Install with: sudo apt-get install {names}")


def apt_get(packages: list[str]) -> None:
    # RUNLEVEL=1 keeps Debian from starting a server of its own on the usual port.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """The URL of a Redis as docker-compose.yml runs it: append-only file, nothing evicted."""
    options = [
        "--save",
        "",
        "--appendonly",
        "yes",
        "--maxmemory-policy",
        "noeviction",
        "--loglevel",
        "warning",
    ]
    with (
        tempfile.TemporaryDirectory(prefix="gesso-redis-", ignore_cleanup_errors=True) as data,
        kept_port() as port,
    ):
        command = [
            program("redis-server"),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            data,
            *options,
        ]
        url = f"redis://127.0.0.1:{port}/0"
        with redis_client.from_url(url) as client, running(command, signal.SIGTERM):
            wait_until(client.ping, redis_client.ConnectionError)
            yield url


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL database of its own server."""
    user = server_user()
    with (
        tempfile.TemporaryDirectory(prefix="gesso-postgres-", ignore_cleanup_errors=True) as parent,
        kept_port() as port,
    ):
        data = Path(parent, "data")
        if user:
            os.chown(parent, pwd.getpwnam(user).pw_uid, -1)
        initdb = [program("initdb"), "-D", str(data), "-U", "gesso", "--auth", "trust", "--encoding", "UTF8"]
        initdb += ["--locale", "C.UTF-8", "--no-sync"]
        subprocess.run(initdb, user=user, cwd=parent, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        # The data is thrown away, so durability would only cost time; crashes are the clients', not the server's.
        options = (
            f"port={port} listen_addresses=127.0.0.1 unix_socket_directories= fsync=off max_connections=150"
        )
        flags = [flag for option in options.split() for flag in ("-c", option)]
        url = f"postgresql://gesso@127.0.0.1:{port}/postgres"
        with running([program("postgres"), "-D", str(data), *flags], signal.SIGINT, user=user, cwd=parent):
            wait_until(lambda: psycopg.connect(url).close(), psycopg.OperationalError)
            yield url


def server_user() -> str | None:
    """PostgreSQL refuses to run as root: its own account then, or nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def program(name: str) -> str:
    if not (path := find(name)):
        raise Missing(f"{name} is not installed; make test says how.")
    return path


@contextlib.contextmanager
def running(
    command: list[str], stop: signal.Signals, *, user: str | None = None, cwd: str | None = None
) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603
        command,
        user=user,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_parent(stop),
    )
    try:
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ask: Callable[[], object], failure: type[Exception]) -> None:
    """Ask until there is an answer. Raises ``failure`` itself when none comes in time."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask()
        except failure:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
