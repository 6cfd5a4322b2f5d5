"""The staff page of the sample studio: load it, see how far it is, and remove it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from studio.sample import removal, selectors, services
from studio.web import access, workspace
from studio.web.forms import said
from studio.web.http import StudioRequest

PAINTING = gettext_lazy("The sample studio is being painted. Its pictures appear as they are finished.")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    """What goes and what stays stands here before anything is removed."""
    staff = access.staff(request)
    if request.method == "POST":
        return _changed(request)
    sample = selectors.present()
    context = {
        "sample": sample,
        "contents": selectors.contents(sample) if sample else None,
        "painted": selectors.pictures_there(sample) if sample else 0,
        "total": services.TOTAL,
        "owner_is_you": sample is not None and sample.owner_id == staff.pk,
    }
    return render(request, "manage/sample.html", context)


def _changed(request: StudioRequest) -> HttpResponse:
    staff = access.staff(request)
    sample = selectors.present()
    if request.POST.get("do") == "load":
        workspace.choose(request.session, services.begin(staff).team)
        messages.info(request, PAINTING)
        return redirect("studio")
    if request.POST.get("do") == "remove" and sample is not None:
        with said(request, _("The sample studio is removed.")):
            removal.remove(sample, by=staff)
    return redirect("manage_sample")
