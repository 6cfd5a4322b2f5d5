"""Pictures that people bring."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from studio.core.errors import Invalid, StudioError
from studio.images import selectors as images
from studio.images import services
from studio.images.addresses import LONGEST, take_address
from studio.images.errors import TooLarge
from studio.images.limits import MAX_BYTES
from studio.images.models import Image
from studio.images.own_addresses import picture_at
from studio.web.http import StudioRequest

KINDS = (Image.Kind.UPLOAD, Image.Kind.MASK)


@login_required
@require_POST
def uploads(request: StudioRequest) -> JsonResponse:
    """Take one file (``file``, and optionally ``kind`` mask) into the workspace.

    201 with ``id``, ``thumb``, ``width``, ``height`` and ``name``, or ``error`` with the sentence to show.
    """
    try:
        return _answer(_take(request), status=201)
    except StudioError as error:
        return _refusal(error)


@login_required
@require_POST
def upload_address(request: StudioRequest) -> JsonResponse:
    """Take what lies at the address ``url`` into the workspace, within a few seconds.

    As ``uploads`` answers; 200 where the address is that of a picture here, which is then the picture itself.
    """
    try:
        url = _address(request)
        known = picture_at(request.actor, url, request)
        if known is not None:
            return _answer(known, status=200)
        return _answer(take_address(actor=request.actor, team=request.workspace.team, url=url), status=201)
    except StudioError as error:
        return _refusal(error)


def _answer(image: Image, *, status: int) -> JsonResponse:
    card = images.card(image)
    answer = {
        "id": str(image.pk),
        "thumb": card.thumb,
        "width": card.width,
        "height": card.height,
        "name": image.name or card.alt,
    }
    return JsonResponse(answer, status=status)


def _refusal(error: StudioError) -> JsonResponse:
    return JsonResponse({"error": error.message, "code": error.code}, status=error.status)


def _address(request: StudioRequest) -> str:
    url = request.POST.get("url", "").strip()
    if not url:
        raise Invalid(_("Paste or type the address of a picture first."))
    if len(url) > LONGEST:
        raise Invalid(_("This address is too long. Save the picture, then add the file."))
    return url


def _take(request: StudioRequest) -> Image:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid(_("Choose a file first."), fields={"file": _("Choose a file.")})
    name, size = file.name or "", file.size or 0
    if size > MAX_BYTES:
        # Before it is read: the upload lies on disk, and need not be held in memory to be refused.
        raise TooLarge(name, megabytes=round(size / 1048576, 1), limit=MAX_BYTES // 1048576)
    kind = request.POST.get("kind", Image.Kind.UPLOAD)
    if kind not in KINDS:
        raise Invalid(_("That kind of file is not known."), fields={"kind": _("Choose upload or mask.")})
    return services.take_upload(
        actor=request.actor, team=request.workspace.team, data=file.read(), name=name, kind=kind
    )
