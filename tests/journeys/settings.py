"""The studio's own settings over a disk that a test can fill."""

from __future__ import annotations

from studio.settings import *  # noqa: F403
from studio.settings import STORAGES

STORAGES["default"]["BACKEND"] = "tests.journeys.disk.FillableDisk"
