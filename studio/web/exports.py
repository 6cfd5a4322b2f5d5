"""Pictures to take away: asked for, looked at while they are packed, downloaded."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studio.core.errors import StudioError
from studio.gallery import exports
from studio.gallery.models import Export
from studio.images import storage
from studio.images.serving import stored
from studio.web.access import export_for, missing
from studio.web.export_words import words
from studio.web.http import StudioRequest, is_htmx
from studio.web.keeping import chosen, done

ZIP = "application/zip"


class Gone(StudioError):
    """The file was there."""

    code = "gone"
    status = 410


@login_required
@require_POST
def ask(request: StudioRequest) -> HttpResponse:
    """Have the pictures ``id`` packed: 202 with ``{"export": id, "url": its page}``."""
    export = exports.ask(actor=request.actor, team=request.workspace.team, images=chosen(request))
    page = reverse("export", args=[export.pk])
    return done(request, {"export": str(export.pk), "url": page}, to=page, status=202)


@login_required
@require_safe
def export_page(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the URL's own word)
    """How far it is, and the way to the file; for htmx the part that changes."""
    export = export_for(request, id)
    context = {"export": export, "words": words(export), "open": export.state in exports.OPEN}
    return render(request, "exports/page.html#state" if is_htmx(request) else "exports/page.html", context)


@login_required
@require_safe
def download(request: StudioRequest, id: UUID) -> HttpResponseBase:  # noqa: A002
    """The ZIP, for a day, while the person may see every picture in it."""
    export = export_for(request, id)
    if export.state == Export.State.OVER or (export.expires_at and export.expires_at < timezone.now()):
        raise Gone(
            _("The file was kept for 24 hours. The pictures are still where they were: export them again.")
        )
    if export.state != Export.State.READY:
        raise missing()
    if not exports.may_take(request.actor, export):
        raise Gone(_("Not all of these pictures are yours to see any more. Export the others again."))
    return stored(
        request,
        storage.export_name(export.key, export.fence),
        mime=ZIP,
        size=export.size,
        file_name=f"gesso-{timezone.localtime(export.created_at):%Y-%m-%d-%H%M}.zip",
        cache="private, no-store",
    )
