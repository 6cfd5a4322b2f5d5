"""The Celery application: messages are hints, the database is the queue of record."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

app = Celery("gesso")
app.config_from_object("studio.worker.config")
app.autodiscover_tasks(["studio.worker"])


@worker_init.connect
def add_periodic_work(**_: object) -> None:
    """Every worker process beats, keeps its leases, and stands ready to sweep, to pack and to look."""
    from studio.worker.looker import Looker
    from studio.worker.packer import Packer
    from studio.worker.sweeper import Periodic

    app.steps["worker"].update([Periodic, Packer, Looker])
