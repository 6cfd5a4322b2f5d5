"""The broker alone: a Celery with no studio in it, whose task writes down when it began."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

from studio.worker import config

app = Celery("echo")
app.config_from_object(config)
app.conf.task_default_queue = "echo"


@app.task(name="echo")
def echo(name: str) -> None:
    path = Path(os.environ["DATA_DIR"], f"echo-{name}")
    path.with_suffix(".part").write_text(repr(time.time()))
    path.with_suffix(".part").rename(path)
