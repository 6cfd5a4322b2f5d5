"""The studio's settings, over a data directory of this test process alone."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_data = Path(tempfile.mkdtemp(prefix="gesso-tests-"))
_owner = os.getpid()


def _remove() -> None:
    # A forked child inherits this hook and must not take the directory from under its parent.
    if os.getpid() == _owner:
        shutil.rmtree(_data, ignore_errors=True)


atexit.register(_remove)
os.environ["DATA_DIR"] = str(_data)

from studio.settings import *  # noqa: E402, F403
from studio.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

# A file, never SQLite in memory: threads and child processes of a test see the same rows, locked as in life.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_data / "test.sqlite3")}
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
