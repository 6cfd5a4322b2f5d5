"""Reads runs for pages, with a number of queries that does not grow with rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from uuid import UUID

from django.core.cache import cache
from django.db.models import Prefetch, QuerySet

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.accounts.models import Team
from studio.catalog import decisions, loader
from studio.catalog.health import Trouble
from studio.images.models import Image
from studio.jobs.models import OPEN, Job, Output, Project, Reference, Run, State

PAGE = 20
USUAL_FROM = 20
USUAL_KEPT_SECONDS = 30


def projects(actor: Actor, team: Team | None) -> QuerySet[Project]:
    """The workspace's projects that the actor may see, last used first."""
    visible = Project.objects.visible_to(actor)
    return visible.filter(team=team).order_by("-used_at", "-id")


def page(project: Project, *, before: int | None = None, limit: int = PAGE) -> list[Run]:
    """Runs of a project, newest first, those numbered below ``before``."""
    runs = whole().filter(project=project)
    if before is not None:
        runs = runs.filter(number__lt=before)
    return list(runs.order_by("-number")[:limit])


def by_ids(ids: Iterable[UUID]) -> list[Run]:
    """These runs, for whoever was found to be allowed to see them."""
    return list(whole().filter(pk__in=list(ids)))


def run_of(image: Image) -> tuple[Run, Job] | None:
    """The run and job that made a picture; None for an upload."""
    job = (
        Job.objects.filter(outputs__image=image).prefetch_related("references").select_related("run").first()
    )
    return (job.run, job) if job else None


def runs_of(image_ids: Iterable[UUID], *, most: int) -> list[Run]:
    """The newest runs that made any of these pictures, at most ``most``."""
    made = Output.objects.filter(image__in=list(image_ids)).values("job__run")
    return list(Run.objects.filter(pk__in=made).order_by("-pk")[:most])


def picture_ids(runs: Iterable[Run]) -> list[UUID]:
    """The pictures of runs that were read whole, without those that are gone for good; asks nothing."""
    outputs = [output for run in runs for job in run.jobs.all() for output in job.outputs.all()]
    return [output.image_id for output in outputs if output.image_id]


def open_runs(actor: Actor) -> list[UUID]:
    """Ids of runs the actor sees that have a job which is not over, at most 100."""
    working = Job.objects.filter(state__in=OPEN).values("run")
    return list(Run.objects.visible_to(actor).filter(pk__in=working).values_list("pk", flat=True)[:100])


def open_job_count(actor: Actor) -> int:
    """How many jobs wait or run for the person; one of which nobody knows what became of it does neither."""
    at_work = OPEN - {State.UNCONFIRMED}
    return Job.objects.filter(state__in=at_work, run__owner=actor.user).count() if actor.user else 0


def whole() -> OwnedQuerySet[Run]:
    """Runs with everything that a row shows."""
    outputs = Output.objects.select_related("image__blob").order_by("position")
    references = Reference.objects.select_related("image__blob").order_by("position")
    jobs = Job.objects.order_by("position").prefetch_related(
        Prefetch("outputs", outputs), Prefetch("references", references)
    )
    parents = Job.objects.order_by("position").prefetch_related(
        Prefetch("references", Reference.objects.all())
    )
    return (
        OwnedQuerySet(Run)
        .select_related("project", "parent", "owner")
        .prefetch_related(Prefetch("jobs", jobs), Prefetch("parent__jobs", parents))
    )


def ahead(jobs: Sequence[Job]) -> dict[UUID, int]:
    """For each queued job how many are before it; they are served by priority, then age."""
    if not any(job.state == State.QUEUED for job in jobs):
        return {}
    queued = Job.objects.filter(state=State.QUEUED).order_by("-priority", "due_at", "id")
    order = list(queued.values_list("pk", flat=True)[:500])
    places = {pk: place for place, pk in enumerate(order)}
    return {job.pk: places.get(job.pk, len(order)) for job in jobs if job.state == State.QUEUED}


def held_up(jobs: Sequence[Job]) -> dict[UUID, Trouble]:
    """For each queued job whose vendor is not called for now, why that is. One query, where anything is queued."""
    queued = [job for job in jobs if job.state == State.QUEUED]
    if not queued:
        return {}
    made, entries = decisions.latest(), loader.catalog().entries
    troubles = {job.pk: made.trouble(entries[job.model]) for job in queued if job.model in entries}
    return {pk: trouble for pk, trouble in troubles.items() if trouble}


def usual_seconds(model: str) -> float | None:
    """The median time of the model's last jobs; None before it has any."""
    key = f"usual:{model}"
    if (known := cache.get(key)) is None:
        known = _measured(model) or -1.0
        cache.set(key, known, USUAL_KEPT_SECONDS)
    return known if known > 0 else None


def _measured(model: str) -> float | None:
    done = Job.objects.filter(model=model, state=State.SUCCEEDED, started_at__isnull=False)
    times = done.order_by("-finished_at").values_list("started_at", "finished_at")[:USUAL_FROM]
    seconds = [(end - start).total_seconds() for start, end in times if start and end]
    return median(seconds) if seconds else None
