"""What a message means. Nothing but the call."""

from __future__ import annotations

from celery import shared_task

from studio.jobs import execution, failpoints


@shared_task(name="studio.worker.tasks.work")
def work(job_id: str) -> None:
    """There is work: run what is next, which need not be the job that was named."""
    failpoints.reach("received")
    execution.work()
