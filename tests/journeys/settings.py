"""The studio's own settings over a disk that a test can fill, with a public internet that ends on this machine."""

from __future__ import annotations

from studio.settings import *  # noqa: F403
from studio.settings import INSTALLED_APPS, STORAGES

STORAGES["default"]["BACKEND"] = "tests.journeys.disk.FillableDisk"
INSTALLED_APPS += ["tests.journeys.outside.Outside"]
