"""A run as a task: the envelope that the first answer has, and every poll after it.

The seed fixes ``task_id``, the three final words, ``output.images`` and the two amounts of ``billing``; the places of
all else are guesses [?].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponseBase
from django.urls import reverse
from pydantic import BaseModel, Field

from studio.api import access, ids, quotes
from studio.api.errors import Kind, told, without_pictures
from studio.api.http import ApiRequest, answer
from studio.api.results import signed_url
from studio.api.tasks.errors import DIALECT, Problem
from studio.core.places import address
from studio.credits import selectors as ledger
from studio.credits.errors import CapReached, InsufficientCredits
from studio.images.models import Image
from studio.jobs import billing
from studio.jobs.models import FINAL, Job, Run, State

CREDIT_MICROS = 1_000
"""One credit of this dialect, at the seed's default rate of 1,000 a dollar: a tenth of the studio's own."""

Status = Literal["queued", "running", "succeeded", "failed", "canceled"]

STATUSES: Mapping[str, Status] = {
    State.ASKED: "queued",
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.UNCONFIRMED: "running",
    State.SUCCEEDED: "succeeded",
    State.PARTIAL: "succeeded",
    State.FAILED: "failed",
    State.CANCELLED: "canceled",
}
"""The words for a job's state: a task of which nobody can tell goes on, and fewer pictures are a success (trap 2)."""


class Artifact(BaseModel):
    """A picture that is kept, and can be sent again by its id."""

    artifact_id: str
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")


class Result(Artifact):
    """A picture that was made. Its address needs no key and holds as long as the picture is there."""

    url: str


class Input(BaseModel):
    """The pictures that came along, in order."""

    images: list[Artifact]


class Output(BaseModel):
    """The pictures that came of it: fewer than were asked for, perhaps."""

    images: list[Result]


class Estimate(quotes.Estimate):
    """The most that is charged, and the least."""

    credits: str = Field(description="The most, in credits as `billing` has them: 1,000 micros each.")


class Quote(quotes.Quote):
    """What a task would cost: the answer to a dry run, in this dialect's own credits."""

    estimated_cost: Estimate


class Billing(BaseModel):
    """Credits with four decimals; what was paid is the one less the other."""

    charged_credits: str = Field(description="Taken at the start, for all pictures that were asked for.")
    refunded_credits: str | None = Field(
        default=None, description="Given back of that; there once the task is over."
    )


class Task(BaseModel):
    """A task. ``succeeded``, ``failed`` and ``canceled`` are final."""

    task_id: str
    status: Status
    type: Literal["text_to_image", "image_to_image"]
    model: str = Field(description="The model that makes the pictures.")
    created_at: datetime
    input: Input
    output: Output | None
    billing: Billing
    error: Problem | None


def accepted(request: ApiRequest, run: Run) -> HttpResponseBase:
    """202 with the run as a task, and in ``Location`` where to ask for it, in whatever dialect it was asked for."""
    document = envelope(request, access.task_for(request.actor, run.pk))
    response = answer(document, 202)
    space = DIALECT.name if request.path.startswith(f"/{DIALECT.base}/") else "root"
    response["Location"] = address(request, reverse(f"{space}_task", args=[document["task_id"]]))
    return response


def envelope(request: ApiRequest, run: Run) -> dict[str, Any]:
    """The task of a run that was read whole. Where ``auto`` moved it to another model, its jobs are one task."""
    jobs = list(run.jobs.all())
    last = jobs[-1]
    task = Task(
        task_id=ids.shown("tsk", run.pk),
        status=STATUSES[last.state],
        type="text_to_image" if last.kind == "generate" else "image_to_image",
        model=last.model,
        created_at=run.created_at,
        input=_input(request, last),
        output=_output(request, last),
        billing=_billing(jobs, final=last.state in FINAL),
        error=_failure(last),
    )
    return task.model_dump(mode="json", exclude_unset=True)


def _input(request: ApiRequest, job: Job) -> Input:
    """Those that the asker may see: a team may have a run whose pictures are somebody's own."""
    sent = [reference.image for reference in job.references.all()]
    seen = access.sides_of(request.actor, [image.pk for image in sent])
    return Input(images=[Artifact(**facts_of(image)) for image in sent if image.pk in seen])


def facts_of(image: Image) -> dict[str, Any]:
    """What an artifact is known by."""
    width, height = image.blob.sides
    return {"artifact_id": ids.shown("art", image.pk), "width": width, "height": height}


def _output(request: ApiRequest, job: Job) -> Output | None:
    """The pictures that are still there, once the task is over; of one that was canceled, those that were paid for."""
    made = list(job.outputs.all())
    if job.state not in FINAL or not made:
        return None
    there = [output.image for output in made if output.image and not output.image.discarded]
    return Output(images=[Result(**facts_of(image), url=signed_url(image, None, request)) for image in there])


def _billing(jobs: Sequence[Job], *, final: bool) -> Billing:
    """What all jobs held, from the start; and once it is over, what of that the ledger gave back."""
    held = {job.hold_key: billing.quoted(job).high for job in jobs}
    charged = sum(held.values())
    if not final:
        return Billing(charged_credits=credits_text(charged))
    kept = ledger.charged_for(held)
    return Billing(charged_credits=credits_text(charged), refunded_credits=credits_text(charged - kept))


def credits_text(micros: int) -> str:
    """Exact: a credit has 1,000 micros and is written with four decimals."""
    return f"{Decimal(micros) / CREDIT_MICROS:.4f}"


@contextmanager
def in_own_credits() -> Iterator[None]:
    """What is lacking is told in this dialect's credits, as the bill is: the studio's are ten of them."""

    def written(*micros: int) -> list[str]:
        return [credits_text(each) for each in micros]

    try:
        yield
    except InsufficientCredits as error:
        raise InsufficientCredits(error.needed, error.available, written=written) from error
    except CapReached as error:
        raise CapReached(error.needed, error.left, written=written) from error


def _failure(job: Job) -> Problem | None:
    if job.state != State.FAILED:
        return None
    known = told(without_pictures(job))
    _status, code = DIALECT.spoken(known)
    # Whether the prompt or the picture was refused is told apart here.
    return Problem(code=job.error_code if known.kind is Kind.MODERATED else code, message=known.message)
