from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.browser import Server


@pytest.fixture(scope="module")
def running(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock():
        server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(running: Server, transactional_db: None) -> Iterator[Server]:
    """The web process; every browser of the test is closed at its end."""
    yield running
    running.close_browsers()
