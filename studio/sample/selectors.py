"""What the sample studio holds, and what of others would have to go elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from studio.accounts.actors import OwnedQuerySet
from studio.gallery.models import Collection
from studio.images.models import Image
from studio.jobs.models import OPEN, Job, Output, Project, Reference, Run
from studio.sample.models import Sample


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes with the sample (``pictures`` to ``people``), and what people made in its team themselves.

    ``lent`` counts those of the sample's pictures that their runs used, which stay with them. ``working`` counts
    jobs of theirs that are not over.
    """

    pictures: int
    runs: int
    projects: int
    collections: int
    people: int
    own_pictures: int
    own_runs: int
    lent: int
    working: int


def present() -> Sample | None:
    """The sample studio of this server, ready or not."""
    return Sample.objects.select_related("team", "owner").first()


def stand_ins() -> frozenset[int]:
    """Ids of people who are only told of. Nobody manages them: they go with the sample."""
    return frozenset(Sample.people.through.objects.values_list("user_id", flat=True))


def contents(sample: Sample) -> Contents:
    """What stands in the dialog before the sample is removed."""
    told, own = told_pictures(sample), own_pictures(sample)
    lent = lent_pictures(sample).count()
    projects = Project.objects.filter(team=sample.team, owner__in=sample.people.all())
    collections = Collection.objects.filter(team=sample.team, owner__in=sample.people.all())
    return Contents(
        pictures=told.exclude(kind=Image.Kind.MASK).count() - lent,
        runs=told_runs(sample).count(),
        projects=projects.count(),
        collections=collections.count(),
        people=sample.people.count(),
        own_pictures=own.exclude(kind=Image.Kind.MASK).count(),
        own_runs=own_runs(sample).count(),
        lent=lent,
        working=Job.objects.filter(run__in=own_runs(sample), state__in=OPEN).count(),
    )


def pictures_there(sample: Sample) -> int:
    """How many of the story's pictures have been painted by now."""
    return Output.objects.filter(job__run__in=told_runs(sample)).count()


def told_runs(sample: Sample) -> QuerySet[Run]:
    return OwnedQuerySet(Run).filter(team=sample.team, owner__in=sample.people.all())


def own_runs(sample: Sample) -> QuerySet[Run]:
    """Runs that people made in the sample's team."""
    return OwnedQuerySet(Run).filter(team=sample.team).exclude(owner__in=sample.people.all())


def told_pictures(sample: Sample) -> QuerySet[Image]:
    return OwnedQuerySet(Image).filter(team=sample.team, owner__in=sample.people.all())


def own_pictures(sample: Sample) -> QuerySet[Image]:
    """Pictures, uploads and masks that people made or brought along in the sample's team."""
    return OwnedQuerySet(Image).filter(team=sample.team).exclude(owner__in=sample.people.all())


def lent_pictures(sample: Sample) -> QuerySet[Image]:
    """Pictures of the sample that somebody's own run was given: a run's inputs live as long as the run."""
    used = Reference.objects.filter(job__run__in=own_runs(sample)).values("image")
    return told_pictures(sample).filter(pk__in=used)
