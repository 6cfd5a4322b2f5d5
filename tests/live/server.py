"""The studio's ASGI application over a test's database, on a listening socket that it was handed.

``python -m tests.live.server DESCRIPTOR``. Unlike the real one it needs no collected static files, and it gives open
streams no time limit when it stops.
"""

from __future__ import annotations

import os
import sys

import uvicorn

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    uvicorn.run("studio.asgi:application", fd=int(sys.argv[1]), log_level="error", access_log=False)
