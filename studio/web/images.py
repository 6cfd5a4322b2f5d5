"""One picture: its page, its file, and what the viewer thinks of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.core.errors import Invalid
from studio.images import intake, services, storage
from studio.images.models import Image
from studio.web.access import image_for
from studio.web.http import StudioRequest
from studio.web.media import attachment, original

FORMATS: dict[str, intake.Format] = {"png": "png", "jpeg": "jpeg", "webp": "webp"}
NAME_LENGTH = 60


@login_required
@require_safe
def download(request: StudioRequest, id: UUID) -> HttpResponseBase:  # noqa: A002 (the URL's own word)
    """The picture as a file: what was kept, or with ``?format=`` a copy of its pixels in png, jpeg or webp."""
    image = image_for(request, id)
    wanted = request.GET.get("format", "")
    if wanted and wanted not in FORMATS:
        raise Invalid(_("Download as PNG, JPEG or WebP."), fields={"format": _("Choose one of the three.")})
    if not wanted or image.blob.mime == f"image/{wanted}":
        return original(request, image, file_name=file_name(image, storage.ENDINGS[image.blob.mime]))
    mime = f"image/{wanted}"
    data = services.converted(image, FORMATS[wanted])
    return attachment(data, mime, file_name(image, storage.ENDINGS[mime]))


def file_name(image: Image, ending: str) -> str:
    """Words of the prompt, or of the file's own name, and the end of the id, so that no two are alike."""
    words = slugify(image.prompt or image.name.rpartition(".")[0]) or "picture"
    head = (
        words if len(words) <= NAME_LENGTH else words[:NAME_LENGTH].rpartition("-")[0] or words[:NAME_LENGTH]
    )
    return f"{head}-{image.pk.hex[-6:]}.{ending}"
