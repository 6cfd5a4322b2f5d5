"""Servers for tests that start the studio's own processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from scripts import servers


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The Redis of the test run, or one of its own when a test is run by hand."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
    else:
        with servers.redis() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
    else:
        with servers.postgres() as url:
            yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"run_{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
