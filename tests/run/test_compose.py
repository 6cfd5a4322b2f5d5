"""docker-compose.yml: what it promises, and its own commands run as processes against real servers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.ports import kept_port
from scripts.studio import ROOT, answer, clean_environment
from studio.core.supervisor import tied_to_parent

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
REQUIRED = re.compile(r"\$\{(\w+):\?[^}]*\}")
DEFAULTED = re.compile(r"\$\{(\w+):-([^}]*)\}")


def test_the_parts_are_web_worker_postgres_and_redis() -> None:
    assert set(SERVICES) == {"web", "worker", "postgres", "redis"}


def test_it_does_not_start_without_a_secret_key_and_a_password() -> None:
    environment = SERVICES["web"]["environment"]
    assert REQUIRED.match(environment["SECRET_KEY"])
    assert REQUIRED.search(environment["DATABASE_URL"])
    assert REQUIRED.match(SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"])


def test_web_and_worker_differ_in_their_command_alone() -> None:
    web, worker = SERVICES["web"], SERVICES["worker"]
    assert all(web[key] == worker[key] for key in ("build", "environment", "env_file", "volumes"))


def test_redis_keeps_the_brokers_messages() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_who_depends_waits_for_health() -> None:
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[needed]


def test_every_named_volume_is_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_nothing_but_the_web_service_is_published_and_that_on_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def environment_of(service: str, **given: str) -> dict[str, str]:
    """The service's environment as Compose would make it, with ``given`` for its variables and addresses."""
    made = {}
    for name, value in SERVICES[service]["environment"].items():
        text = REQUIRED.sub("a-secret-of-the-test-that-is-long-enough-to-be-one", str(value))
        made[name] = DEFAULTED.sub(lambda match: match[2], text)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return clean_environment(**made, PATH=path) | given


def command_of(service: str, port: int) -> list[str]:
    return [part.replace("8000", str(port)) for part in SERVICES[service]["command"]]


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, preexec_fn=tied_to_parent(signal.SIGKILL)
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def wait_for_health(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not is_ready(port):
        assert web.poll() is None, "the web service ended"
        assert time.monotonic() < deadline, "the web service does not become healthy"
        time.sleep(0.1)


@pytest.fixture
def port() -> Iterator[int]:
    with kept_port() as port:
        yield port


@pytest.mark.slow
def test_its_commands_serve_and_work_off_a_job(
    postgres_url: str, redis_url: str, port: int, tmp_path: Path
) -> None:
    environment = environment_of(
        "web",
        DATABASE_URL=postgres_url,
        REDIS_URL=redis_url,
        BROKER_URL=redis_url.rsplit("/", 1)[0] + "/7",
        DATA_DIR=str(tmp_path),
        PUBLIC_URL=f"http://localhost:{port}",
    )
    with process(command_of("web", port), environment) as web:
        wait_for_health(port, web)
        check = [part.replace("8000", str(port)) for part in SERVICES["web"]["healthcheck"]["test"][1:]]
        subprocess.run(check, env=environment, check=True)
        with process(command_of("worker", port), environment):
            said = answer(["-m", "scripts.visitor", "Alice", "10", "gesso/sketch"], environment).split()
        assert said[1] == "succeeded"
