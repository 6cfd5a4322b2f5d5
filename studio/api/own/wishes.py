"""A body of this API as wishes of the studio: one for each model that it names."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from studio.accounts.models import Team
from studio.api import access, ids, inputs
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest
from studio.api.inputs import Artifact, Source
from studio.api.own.errors import named_by
from studio.api.own.fields import Ask, Medium, NewRun, Settings
from studio.api.running import Order, Wish
from studio.catalog import automatic, extras, sizes
from studio.catalog.asking import SHAPE
from studio.catalog.entries import Entry
from studio.core.errors import Invalid
from studio.core.micros import Micros
from studio.gallery import collections
from studio.gallery.models import Collection
from studio.images.models import Image
from studio.jobs import models as jobs
from studio.jobs.models import Project
from studio.jobs.routing import choosing
from studio.jobs.specs import JobSpec, ReferenceSpec

HERE = ("img_", "art_")
"""How the ids of pictures begin."""
PROJECT = "prj_"
RATIO, MASK = "aspect_ratio", "mask"
SIZING = frozenset(sizes.FIELDS.values()) - {"", RATIO, "size"}
"""Ways to name a size that only models of that style have; a shape and pixels are understood by others too."""


def order(request: ApiRequest, body: Ask, most: int | None = None) -> Order:
    """The run that the body asks for, with the pictures that came along kept in its workspace. Raises Refused, and
    what ``access`` and ``inputs`` raise."""
    project = project_of(request, body.project)
    # Before the pictures: what is refused leaves nothing behind.
    collection = _collection(request, body, project)
    return Order(
        _wishes(request, body, project.team if project else request.key.team),
        project=project,
        called="" if project else (body.project or "").strip(),
        collection=collection,
        most=None if most is None else Micros(most),
    )


def _collection(request: ApiRequest, body: Ask, project: Project | None) -> Collection | None:
    """Raises Refused for one that cannot take the pictures of the project, or of the key."""
    if not isinstance(body, NewRun) or body.collection is None:
        return None
    with named_by("collection"):
        found = access.changeable_collection_for(request.actor, ids.read("col", body.collection))
    if not collections.fits(found, project or request.key):
        text = _("Choose a collection of the project's workspace.")
        raise Refused(Kind.BAD_VALUE, text, param="collection")
    return found


def project_of(request: ApiRequest, said: str | None) -> Project | None:
    """The project of this id, to run in; None for a name, or for nothing."""
    if said is None or not said.startswith(PROJECT):
        return None
    with named_by("project"):
        return access.changeable_project_for(request.actor, ids.read("prj", said))


def _wishes(request: ApiRequest, body: Ask, team: Team | None) -> list[Wish]:
    given = {name: extras.written(getattr(body, name)) for name in Settings.model_fields}
    shared = {name: text for name, text in given.items() if text}
    own = {name: extras.written(value) for name, value in body.extra.items()}
    pictures = _pictures(request, body, team)
    names = body.models or [body.model or automatic.ID]
    return [Wish(JobSpec(name, body.prompt, shared, pictures, own)) for name in names]


def _pictures(request: ApiRequest, body: Ask, team: Team | None) -> tuple[ReferenceSpec, ...]:
    """The references in order, and then the mask."""
    found: list[tuple[Image, str]] = []
    for place, each in enumerate(body.references):
        image = _taken(request, team, each, f"references.{place}")
        found.append((image, each.role))
    if body.mask:
        source = next((image for image, role in found if role == jobs.Reference.Role.SOURCE), None)
        if source is None:
            text = _("A mask belongs to a picture: send that as a reference with the role source.")
            raise Refused(Kind.BAD_MASK, text, param=MASK)
        mask = _taken(request, team, body.mask, MASK, Image.Kind.MASK)
        inputs.check_mask(mask, source)
        found.append((mask, jobs.Reference.Role.MASK))
    return tuple(ReferenceSpec(image.pk, role, image.blob.sides) for image, role in found)


def _taken(
    request: ApiRequest, team: Team | None, medium: Medium, param: str, kind: str = Image.Kind.UPLOAD
) -> Image:
    return inputs.take(request.actor, team, source(medium), request=request, kind=kind, param=param)


def source(medium: Medium) -> Source:
    """Where the picture is."""
    return Artifact(medium.image) if medium.image.startswith(HERE) else inputs.written(medium.image)


def fitted(spec: JobSpec, entry: Entry | None) -> JobSpec:
    """The wish in terms that this model has: a shape goes to each model in its own words. Raises Invalid for what it
    would not hear otherwise."""
    given = dict(spec.parameters)
    own = sizes.FIELDS[entry.sizing.style] if entry else RATIO
    if RATIO in given and own != RATIO:
        given[SHAPE] = given.pop(RATIO)
    if entry:
        _check(entry, given, own)
    return replace(spec, parameters=given)


def _check(entry: Entry, given: dict[str, str], own: str) -> None:
    wrong = {
        name: _("%(model)s takes no %(name)s. Leave it out.") % {"model": entry.label, "name": name}
        for name in sorted(SIZING | ({"size"} if not own else set()))
        if name in given and name != own
    }
    if choosing.BUDGET in given and entry.id != automatic.ID:
        wrong[choosing.BUDGET] = _("Only auto takes a budget. Leave it out, or send max_micros.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), fields=wrong)
