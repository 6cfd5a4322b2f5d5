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
from studio.images.errors import TooLarge
from studio.images.limits import MAX_BYTES
from studio.images.models import Image
from studio.web.http import StudioRequest

KINDS = (Image.Kind.UPLOAD, Image.Kind.MASK)


@login_required
@require_POST
def uploads(request: StudioRequest) -> JsonResponse:
    """Take one file (``file``, and optionally ``kind`` mask) into the workspace.

    201 with ``id``, ``thumb``, ``width``, ``height`` and ``name``, or ``error`` with the sentence to show.
    """
    try:
        image = _take(request)
    except StudioError as error:
        return JsonResponse({"error": error.message, "code": error.code}, status=error.status)
    card = images.card(image)
    answer = {
        "id": str(image.pk),
        "thumb": card.thumb,
        "width": card.width,
        "height": card.height,
        "name": image.name,
    }
    return JsonResponse(answer, status=201)


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
