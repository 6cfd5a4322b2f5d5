"""The staff page of vendors: how each does, whether it answers, and a way to send nothing to one for a while."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studio.accounts import audit
from studio.catalog import loader, providers, services
from studio.catalog.entries import Vendor
from studio.jobs import notices
from studio.web import access
from studio.web.http import StudioRequest, is_htmx
from studio.web.numbers import whole
from studio.web.vendor_rows import rows


@login_required
@require_safe
@never_cache
def index(request: StudioRequest) -> HttpResponse:
    access.staff(request)
    return render(request, "manage/providers.html", {"vendors": rows()})


@login_required
@require_POST
def check(request: StudioRequest) -> HttpResponse:
    """Ask the vendor whether it answers; nothing is paid for that. Its answer is shown where the button is."""
    staff = access.staff(request)
    vendor = _vendor(request)
    found = providers.check(vendor.name)
    audit.record(actor=staff, action="catalog.check", target=vendor.name, after={"ok": found.ok})
    text = found.message or (_("It answers.") if found.ok else _("It does not answer."))
    if is_htmx(request):
        return render(request, "manage/providers.html#told", {"ok": found.ok, "text": text})
    (messages.success if found.ok else messages.error)(request, f"{vendor.label}: {text}")
    return redirect("manage_providers")


@login_required
@require_POST
def pause(request: StudioRequest) -> HttpResponse:
    """Send nothing new to the vendor until somebody says otherwise; the reason is kept."""
    staff = access.staff(request)
    vendor = _vendor(request)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, _("Say why: it is kept in the audit log."))
    else:
        services.pause(staff, vendor.name, reason=reason)
        notices.vendor_changed(vendor.name)
        messages.success(request, _("%(name)s is paused") % {"name": vendor.label})
    return redirect("manage_providers")


@login_required
@require_POST
def resume(request: StudioRequest) -> HttpResponse:
    """Call the vendor again."""
    staff = access.staff(request)
    vendor = _vendor(request)
    services.resume(staff, vendor.name)
    notices.vendor_changed(vendor.name)
    messages.success(request, _("%(name)s is called again") % {"name": vendor.label})
    return redirect("manage_providers")


@login_required
@require_POST
def again(request: StudioRequest) -> HttpResponse:
    """Call again at once what was stopped because it failed, without waiting for a probe."""
    staff = access.staff(request)
    number = whole(request.POST.get("breaker", ""))
    breaker = access.breaker_for(request, number) if number is not None else None
    if breaker is not None and services.close_breaker(staff, breaker):
        messages.success(request, _("%(name)s is called again") % {"name": breaker})
    else:
        messages.success(request, _("It was being called again already"))
    return redirect("manage_providers")


def _vendor(request: StudioRequest) -> Vendor:
    """The vendor that a form names. Raises NotFound."""
    found = loader.catalog().vendors.get(request.POST.get("provider", ""))
    if found is None:
        raise access.missing()
    return found
