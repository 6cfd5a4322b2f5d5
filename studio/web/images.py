"""One picture: its page, its file, and what the viewer thinks of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studio.accounts.actors import may_edit
from studio.core.errors import Invalid
from studio.gallery import selectors as gallery
from studio.gallery import services as keeping
from studio.images import intake, storage
from studio.images import selectors as images
from studio.images import services as files
from studio.images.models import Image
from studio.images.names import file_name
from studio.web import picture
from studio.web.access import image_for, missing
from studio.web.http import StudioRequest, is_htmx
from studio.web.media import attachment, original
from studio.web.numbers import whole
from studio.web.shelves import address_of

FORMATS: dict[str, intake.Format] = {"png": "png", "jpeg": "jpeg", "webp": "webp"}


@login_required
@require_safe
def image_page(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the URL's own word)
    """The picture on its stage, with everything that is known of it; in the bin with the way back."""
    image = image_for(request, id)
    address = address_of(request.GET)
    shelf, tail = address.shelf(image.team), urlencode(address.query())
    making = gallery.making(request.actor, image)
    family = images.family(image, request.actor)
    card = images.card(image)
    context: dict[str, Any] = {
        "image": image,
        "card": card,
        "stand_in": picture.stand_in(card) if not image.blob.transparent else "",
        "panel": picture.panel(image, making),
        "lineage": picture.lineage(family, gallery.run_numbers(picture.known(family.before))),
        "references": making.references if making else [],
        "liked": image.pk in gallery.favourites_of(request.actor, [image.pk]),
        "stars": picture.stars(gallery.stars_of(request.actor, image)),
        "binned": picture.binned(image, request.actor),
        "may_bin": may_edit(request.actor, image) and image.binned_at is None,
        "back": address.link(),
        "tail": f"?{tail}" if tail else "",
    }
    if image.kind != Image.Kind.MASK:
        context["neighbours"] = picture.neighbours(gallery.neighbours(request.actor, shelf, image))
    return render(request, "images/page.html", context)


@login_required
@require_safe
def download(request: StudioRequest, id: UUID) -> HttpResponseBase:  # noqa: A002
    """The picture as a file: what was kept, or with ``?format=`` a copy of its pixels in png, jpeg or webp."""
    image = image_for(request, id)
    wanted = request.GET.get("format", "")
    if wanted and wanted not in FORMATS:
        raise Invalid(_("Download as PNG, JPEG or WebP."), fields={"format": _("Choose one of the three.")})
    if not wanted or image.blob.mime == f"image/{wanted}":
        return original(request, image, file_name=file_name(image, storage.ENDINGS[image.blob.mime]))
    mime = f"image/{wanted}"
    try:
        data = files.converted(image, FORMATS[wanted])
    except FileNotFoundError as error:
        raise missing() from error
    return attachment(data, mime, file_name(image, storage.ENDINGS[mime]))


@login_required
@require_POST
def favourite(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Put the person's heart on the picture (``favourite=1``), or take it off (``favourite=``)."""
    image = image_for(request, id)
    keeping.set_favourite(actor=request.actor, image=image, on=request.POST.get("favourite", "") == "1")
    return done(request, image)


@login_required
@require_POST
def rate(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Give the picture ``stars``, 1 to 5, or 0 to take them back."""
    image = image_for(request, id)
    stars = whole(request.POST.get("stars", ""))
    keeping.rate(actor=request.actor, image=image, stars=-1 if stars is None else stars)
    return done(request, image)


def done(request: HttpRequest, image: Image) -> HttpResponse:
    """A script has shown it already; a plain form goes back to the picture."""
    return HttpResponse(status=204) if is_htmx(request) else redirect("image", id=image.pk)
