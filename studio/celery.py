"""The Celery application: messages are hints, the database is the queue of record."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

app = Celery("gesso")
app.config_from_object("studio.worker.config")
app.autodiscover_tasks(["studio.worker"])
