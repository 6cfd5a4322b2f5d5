"""What credits were spent on: the ledger's holds beside the jobs that they pay for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    IntegerField,
    OuterRef,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Replace, Substr, TruncDate

from studio.accounts.actors import Actor
from studio.credits import spending
from studio.images.models import Image
from studio.jobs.models import Job, Output

JOB_KEY = "job:"
"""How the ledger's key of a job's hold begins; the job's id follows."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model cost on one day, and how many pictures it was for. ``model`` is the name that people see,
    empty where no job stands behind the charges."""

    day: date
    model: str
    micros: int
    pictures: int


def by_day_and_model(account_id: UUID, since: datetime, until: datetime, zone: tzinfo) -> list[Spent]:
    """Charges from ``since`` on and before ``until``, by day of the zone; one query, however many there are."""
    charges = spending.charges(account_id, since, until).annotate(job=_job_id())
    names = Job.objects.filter(pk=OuterRef("job")).values("model_label")
    delivered = Output.objects.filter(job=OuterRef("job")).order_by().values("job")
    rows = (
        charges.annotate(
            day=TruncDate("resolved_at", tzinfo=zone),
            model=Coalesce(Subquery(names), Value(""), output_field=CharField()),
            pictures=Coalesce(
                Subquery(delivered.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField()
            ),
        )
        .values("day", "model")
        .annotate(micros=Sum("spent"), delivered=Sum("pictures"))
        .order_by("day", "model")
    )
    return [Spent(row["day"], row["model"], row["micros"], row["delivered"]) for row in rows]


def runs_in_progress(account_id: UUID) -> int:
    """How many runs have a job for which the account holds credits."""
    runs = Job.objects.filter(pk=OuterRef("job")).values("run_id")
    held = spending.open_holds(account_id).annotate(job=_job_id()).annotate(run=Subquery(runs))
    counted: int = held.aggregate(n=Count("run", distinct=True))["n"]
    return counted


def first_pictures(actor: Actor, job_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """For each of the jobs the id of its first picture that the actor may see and that is not in the bin."""
    if not job_ids:
        return {}
    shown = Image.objects.visible_to(actor).filter(binned_at=None)
    outputs = Output.objects.filter(job__in=job_ids, image__in=shown).order_by("-position")
    return dict(outputs.values_list("job_id", "image_id"))


def _job_id() -> Case:
    """The id of a hold's job, out of the hold's key; NULL where the key is of another kind."""
    digits = Replace(Substr("key", len(JOB_KEY) + 1), Value("-"), Value(""))
    return Case(When(key__startswith=JOB_KEY, then=Cast(digits, UUIDField())), default=None)
