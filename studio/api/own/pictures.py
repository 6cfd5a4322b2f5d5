"""Pictures: found, looked at, put into the bin and taken out of it, and sent in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api import access, ids, inputs
from studio.api.endpoints import files
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.inputs import File, Source
from studio.api.own import answers, cursors, telling, wishes
from studio.api.own.answers import amount
from studio.api.own.errors import named_by
from studio.api.own.fields import PicturesQuery, Upload, UploadForm
from studio.gallery import keeping
from studio.gallery import selectors as gallery
from studio.gallery.shelves import EDITING, UPLOADS, Shelf
from studio.images import selectors as images
from studio.images.models import Image

LIST = "pictures"
FILE, IMAGE = "file", "image"
KINDS = {"upload": UPLOADS}
"""What the gallery calls a kind otherwise."""


def list_pictures(request: ApiRequest, query: PicturesQuery) -> HttpResponseBase:
    """Newest first."""
    after = cursors.row(LIST, query.cursor)
    rows, last = gallery.whole_page(request.actor, _shelf(request, query), after=after, size=query.limit)
    page = answers.Page[answers.Picture](data=_told(request, rows), next_cursor=cursors.written(LIST, last))
    return answer(page.model_dump(mode="json"))


def _shelf(request: ApiRequest, query: PicturesQuery) -> Shelf:
    """The shelf that is meant, in the workspace of the project or collection if there is one. Raises NotFound."""
    actor = request.actor
    with named_by("project"):
        project = access.project_for(actor, ids.read("prj", query.project)) if query.project else None
    with named_by("collection"):
        held = access.collection_for(actor, ids.read("col", query.collection)) if query.collection else None
    place = project or held
    team = place.team if place else request.key.team
    return Shelf(
        team=team,
        mine=query.mine and team is not None,
        favourites=query.favourite,
        text=query.q,
        models=(query.model,) if query.model else (),
        since=query.since,
        until=query.until,
        stars=query.rating,
        kind=KINDS.get(query.kind, query.kind) if query.kind else "",
        collection=held.pk if held else None,
        project=project.pk if project else None,
        bin=query.bin,
    )


def read_picture(request: ApiRequest, picture_id: str) -> HttpResponseBase:
    """One picture, in the bin or not, with its parents and children."""
    image = access.picture_for(request.actor, "img", ids.read("img", picture_id))
    parents, children = images.kin(image, request.actor)
    [told] = _told(request, [image])
    whole = answers.PictureWhole(**dict(told), parents=_kin(parents), children=_kin(children))
    return answer(whole.model_dump(mode="json"))


def bin_picture(request: ApiRequest, picture_id: str) -> HttpResponseBase:
    """Into the bin, from where it comes back for 30 days; once more changes nothing."""
    image = access.changeable_picture_for(request.actor, ids.read("img", picture_id))
    keeping.move_to_bin(actor=request.actor, ids=[image.pk])
    return _now(request, image)


def restore_picture(request: ApiRequest, picture_id: str) -> HttpResponseBase:
    """Out of the bin; for one that is not in it nothing changes."""
    image = access.changeable_picture_for(request.actor, ids.read("img", picture_id))
    keeping.restore(actor=request.actor, ids=[image.pk])
    return _now(request, image)


def upload_picture(request: ApiRequest, body: Upload | UploadForm) -> HttpResponseBase:
    """Keep a picture of at most 50 MB. The same bytes are the same picture."""
    source, param = (wishes.source(body), IMAGE) if isinstance(body, Upload) else (_file(request), FILE)
    image = inputs.take(request.actor, request.key.team, source, request=request, kind=body.kind, param=param)
    return answer(_told(request, [image])[0].model_dump(mode="json"), 201)


def _file(request: ApiRequest) -> Source:
    part = files(request).get(FILE)
    if part is None:
        raise Refused(Kind.MISSING, _("%(name)s is required.") % {"name": FILE}, param=FILE)
    if (part.size or 0) > inputs.CAP_BYTES:
        limit = inputs.CAP_BYTES // inputs.MEGABYTE
        text = _("The picture is larger than %(limit)s MB. Send a smaller one.") % {"limit": limit}
        raise Refused(Kind.TOO_LARGE, text, param=FILE)
    return File(part.read(), part.name or "")


def _now(request: ApiRequest, image: Image) -> HttpResponseBase:
    found = access.picture_for(request.actor, "img", image.pk)
    return answer(_told(request, [found])[0].model_dump(mode="json"))


def _kin(found: Sequence[images.Kin]) -> list[answers.Relative]:
    return [
        answers.Relative(id=ids.shown("img", each.id) if each.id else None, operation=each.operation)
        for each in found
    ]


def _told(request: ApiRequest, rows: Sequence[Image]) -> list[answers.Picture]:
    """Pictures with their blobs; three queries more."""
    keys = [image.pk for image in rows]
    hearts, stars = gallery.favourites_of(request.actor, keys), gallery.stars_on(request.actor, keys)
    makers, me = gallery.makers(keys), request.actor.require_user().pk
    found = []
    for image in rows:
        job = makers.get(image.pk)
        found.append(
            answers.Picture(
                **dict(telling.thumb(request, image)),
                kind=_kind(image),
                format=image.blob.mime,
                bytes=image.blob.size,
                prompt=image.prompt,
                revised_prompt=image.revised_prompt,
                name=image.name,
                alt=image.alt,
                model=image.model,
                model_label=image.model_label,
                cost=amount(image.cost),
                mine=image.owner_id == me,
                favourite=image.pk in hearts,
                rating=stars.get(image.pk, 0),
                run=ids.shown("run", job.run_id) if job else None,
                job=ids.shown("job", job.pk) if job else None,
                project=ids.shown("prj", job.run.project_id) if job else None,
                created_at=image.created_at,
                binned_at=image.binned_at,
            )
        )
    return found


def _kind(image: Image) -> Literal["created", "edited", "upload", "mask"]:
    if image.kind == Image.Kind.MASK:
        return "mask"
    if image.kind == Image.Kind.UPLOAD:
        return "upload"
    return "edited" if image.operation in EDITING else "created"
