"""What a door asks for, in the studio's own terms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from studio.catalog import extras
from studio.catalog.fields import Parameters
from studio.jobs.models import OPEN, Job, Output, Reference


@dataclass(frozen=True, slots=True)
class ReferenceSpec:
    """A picture to send along, by id; ``role`` is one of ``Reference.Role``.

    ``sides`` are width and height in pixels, once the picture was looked up for somebody who may see it.
    """

    image_id: UUID
    role: str = Reference.Role.SUBJECT
    sides: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One model × prompt × parameters, in the form's own words, checked by the catalogue.

    ``parameters`` are those that models share, ``extra`` the model's own by the vendor's names. ``unused`` is what was
    sent beside them and the model has no setting for: it is shown with the run, and goes no further. ``previews`` of
    each picture are wanted by whoever waits for the answer; a model that has fewer is the wrong one. ``among`` are the
    models of which ``auto`` chooses one; all, if none is named.
    """

    model: str
    prompt: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    references: tuple[ReferenceSpec, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)
    previews: int = 0
    among: tuple[str, ...] = ()

    @property
    def form(self) -> dict[str, str]:
        """All settings as a form posts them."""
        return {**self.parameters, **extras.as_form(self.extra)}

    @property
    def mask(self) -> ReferenceSpec | None:
        return next((ref for ref in self.references if ref.role == Reference.Role.MASK), None)

    @property
    def pictures(self) -> tuple[ReferenceSpec, ...]:
        """The references without the mask."""
        return tuple(ref for ref in self.references if ref.role != Reference.Role.MASK)

    @property
    def kind(self) -> str:
        """What is asked of the model: paint inside a mask, change a picture, or make one."""
        if self.mask:
            return "inpaint"
        sources = (ref for ref in self.references if ref.role == Reference.Role.SOURCE)
        return "edit" if next(sources, None) else "generate"

    def told(self, model: str, parameters: Parameters) -> JobSpec:
        """The same wish to another model, with the settings as that one says them."""
        shared, own = extras.apart({name: text for name, text in parameters.as_form().items() if text})
        return JobSpec(model, self.prompt, shared, self.references, own, self.unused)

    def measured(self, known: Mapping[UUID, tuple[int, int]]) -> JobSpec:
        """The same wish with the sides of its references, as far as they are ``known``, here or before."""
        measured = (replace(ref, sides=known.get(ref.image_id, ref.sides)) for ref in self.references)
        return replace(self, references=tuple(measured))


def body_hash(project_id: UUID, specs: Sequence[JobSpec]) -> str:
    """Equal for equal wishes in one project, so that a repeated key with other contents is noticed."""
    wishes = [asdict(spec) for spec in specs]
    for wish in wishes:
        # A wish without any hashes as it did before there were such settings: its key may be repeated after an update.
        for name in ("extra", "unused", "previews", "among"):
            if not wish[name]:
                del wish[name]
    body = json.dumps([str(project_id), *wishes], default=str, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def spec_of(job: Job, *, n: int) -> JobSpec:
    """The snapshot of ``job`` as a new wish for ``n`` pictures."""
    rows = job.references.select_related("image__blob")
    references = tuple(ReferenceSpec(ref.image_id, ref.role, ref.image.blob.sides) for ref in rows)
    parameters = Parameters.from_json(job.parameters)
    form = parameters.as_form() | {"n": str(n)}
    shared, own = extras.apart({name: text for name, text in form.items() if text})
    return JobSpec(job.model, job.prompt, shared, references, own, parameters.unused)


def missing_pictures(job: Job) -> int:
    """How many of the pictures asked for were not delivered and are not on their way, by this job or a retry."""
    missing, each = job.n, job
    while True:
        missing = min(missing, each.n - _covered(each))
        if each.retry_of is None:
            return max(0, missing)
        each = each.retry_of


def _covered(job: Job) -> int:
    """Pictures that the job delivered, and those that its retries delivered or still may."""
    retries = sum(retry.n if retry.state in OPEN else _covered(retry) for retry in job.retries.all())
    return Output.objects.filter(job=job).count() + retries
