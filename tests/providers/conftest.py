"""The vendor that a file names by ``NAME``, on a real socket, its adapter, and a desk whose jobs go there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from providers import registry
from providers.base import Config, Provider
from tests.jobs.conftest import busy, desk
from tests.providers.cases import KEY, case
from tests.providers.simulators.base import Simulator

__all__ = ["adapter", "busy", "desk", "simulator", "vendor"]


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> type[Simulator]:
    """What stands for the vendor; a file may put one of its own in its place."""
    return case(request.module.NAME).simulator


@pytest.fixture
def vendor(request: pytest.FixtureRequest, simulator: type[Simulator], settings: Any) -> Iterator[Simulator]:
    """The vendor, whose key the studio has too."""
    with simulator() as started:
        name = request.module.NAME
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {name: KEY}, {name: started.url}
        yield started


@pytest.fixture
def adapter(request: pytest.FixtureRequest, vendor: Simulator) -> Provider:
    return registry.load(request.module.NAME, Config(key=KEY, url=vendor.url))
