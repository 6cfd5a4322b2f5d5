"""Writes one run of the story the way a person and a worker would have, at the times it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from providers.errors import ProviderError, UpstreamError, UpstreamTimeout
from studio.core import clock, db
from studio.images import services as images
from studio.images.models import Image
from studio.jobs import billing, outcomes, projects, queue, retrying
from studio.jobs import services as jobs
from studio.jobs.models import Attempt, Job, Output, Project, Reference, Run
from studio.jobs.specs import JobSpec, ReferenceSpec
from studio.sample.cast import Cast
from studio.sample.models import Sample
from studio.sample.painting import Painted, Sheet
from studio.sample.story import Told

QUEUED = timedelta(milliseconds=180)
STORED = timedelta(milliseconds=90)
GIVEN_UP = timedelta(minutes=10)
"""The deadline of a job, as ``settings.JOB_DEADLINE_SECONDS`` has it."""


def key_of(sample: Sample, told: Told) -> str:
    """What makes telling a run twice telling it once."""
    return f"sample:{sample.pk}:{told.name}"


def made_by(sample: Sample, told_name: str, index: int = 0) -> Image | None:
    """Picture ``index`` of a run that has been told."""
    outputs = Output.objects.filter(job__run__key=f"sample:{sample.pk}:{told_name}", image__isnull=False)
    found = outputs.select_related("image__blob").order_by("job__position", "position")
    output = found[index : index + 1].first()
    return output.image if output else None


def specs_of(told: Told, references: Sequence[ReferenceSpec]) -> list[JobSpec]:
    return [JobSpec(wish.model, told.prompt, dict(wish.settings), tuple(references)) for wish in told.wishes]


def tell(sample: Sample, cast: Cast, told: Told, when: datetime, sheet: Sheet) -> Run:
    """The run with its jobs, pictures and money, all or nothing."""
    with db.atomic():
        with clock.at(when):
            project = _project(cast, told)
            given = [ReferenceSpec(image_id, role) for image_id, role in _given(sample, cast, told, sheet)]
            run = jobs.submit(
                actor=cast.actor(told.who),
                payer=jobs.Payer(cast.pool_id, cast.team),
                project=project,
                specs=specs_of(told, given),
                key=key_of(sample, told),
                parent=project.runs.order_by("-number").first(),
            )
        start = when + QUEUED
        for job, painted in zip(_jobs(run), sheet.jobs, strict=True):
            start = _work(job, start, painted) + QUEUED
    return run


def _project(cast: Cast, told: Told) -> Project:
    found = Project.objects.filter(team=cast.team, name=told.project, owner__in=cast.people.values()).first()
    return found or projects.new_project(actor=cast.actor(told.who), team=cast.team, name=told.project)


def _given(sample: Sample, cast: Cast, told: Told, sheet: Sheet) -> list[tuple[UUID, str]]:
    found = []
    for given in told.given:
        if given.role == Reference.Role.MASK and sheet.mask is not None:
            owner = cast.people[told.who]
            image = images.add(stored=sheet.mask, kind=Image.Kind.MASK, owner=owner, team=cast.team)
        else:
            earlier = made_by(sample, given.of, given.index)
            assert earlier is not None
            image = earlier
        found.append((image.pk, given.role))
    return found


def _jobs(run: Run) -> list[Job]:
    rows = run.jobs.select_related("run__owner", "run__team", "price_version")
    return list(rows.prefetch_related("references__image__blob").order_by("position"))


def _work(job: Job, start: datetime, painted: Painted) -> datetime:
    """What a worker does with a job, from the claim to the receipt, and when that was."""
    with clock.at(start):
        claim = queue.claim_unseen(job)
        attempt = Attempt.objects.create(job=job, number=1, client_ref=f"{job.pk.hex}-1")
    for reference in job.references.all():
        sent = reference.image.blob.sha256
        Reference.objects.filter(pk=reference.pk).update(sent_sha256=sent)
    each = timedelta(seconds=painted.seconds) / max(1, len(painted.stored))
    for position, stored in enumerate(painted.stored):
        output = painted.finished.outputs[position]
        with clock.at(start + each * (position + 1)):
            picture = outcomes.Picture(position, stored, output.seed, output.revised_prompt)
            outcomes.deliver(claim, job, picture)
    end = start + each * len(painted.stored) + STORED
    if len(painted.stored) == job.n:
        _finish(job, claim, attempt, end, painted)
    elif painted.stored:
        _fail(job, claim, attempt, end, UpstreamError("The painter failed on this picture."))
    else:
        end = start + GIVEN_UP
        _fail(job, claim, attempt, end, UpstreamTimeout(f"It was given {GIVEN_UP.total_seconds():.0f} s."))
    return end


def _finish(job: Job, claim: queue.Claim, attempt: Attempt, when: datetime, painted: Painted) -> None:
    usage = painted.finished.usage
    tokens = asdict(usage) if usage else None
    answer = outcomes.Answer(painted.finished.billed_micros, tokens, painted.finished.vendor_ref)
    with clock.at(when):
        actual = billing.worth(job, delivered=len(painted.stored), usage=usage)
        outcomes.finish(claim, job, attempt, actual=actual, answer=answer)


def _fail(job: Job, claim: queue.Claim, attempt: Attempt, when: datetime, error: ProviderError) -> None:
    with clock.at(when):
        retrying.note(attempt, error)
        outcomes.fail(claim, job, code=error.code, detail=error.message)
