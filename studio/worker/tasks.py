"""What a message means. Nothing but the call."""

from __future__ import annotations

from celery import shared_task

from studio.core import db
from studio.jobs import execution, failpoints
from studio.sample import services as sample
from studio.worker import packer


@shared_task(name="studio.worker.tasks.load_sample")
def load_sample() -> None:
    """There is a sample studio to paint, unless another process is at it."""
    try:
        sample.load()
    finally:
        db.release()


@shared_task(name="studio.worker.tasks.work")
def work(job_id: str) -> None:
    """There is work: run what is next, which need not be the job that was named."""
    failpoints.reach("received")
    execution.work()


@shared_task(name="studio.worker.tasks.pack")
def pack(export_id: str) -> None:
    """There are pictures to pack. Not here: a large file would keep a thread from the jobs."""
    packer.look_now()
