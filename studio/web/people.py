"""The staff page of people: who is on this server, links for those who come, and who is let in no more."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts import selectors
from studio.accounts import services as accounts
from studio.core.errors import Invalid
from studio.core.places import address
from studio.sample import selectors as sample
from studio.web import access
from studio.web.account_forms import InviteForm
from studio.web.forms import blame, describe_errors, said, status_of
from studio.web.http import StudioRequest


@login_required
@require_safe
def index(request: StudioRequest) -> HttpResponse:
    access.staff(request)
    return _page(request, InviteForm())


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: StudioRequest) -> HttpResponse:
    """Make a link for a new person and show it, this once."""
    staff = access.staff(request)
    if request.method == "GET":
        return redirect("manage_people")
    form = InviteForm(request.POST)
    link = ""
    if form.is_valid():
        try:
            link = accounts.invite(by=staff, email=form.cleaned_data["email"])
        except Invalid as error:
            blame(form, error)
    return _page(request, form, link=link, link_for=form.cleaned_data.get("email", ""))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def reset(request: StudioRequest, user_id: int) -> HttpResponse:
    """Make a link with which somebody sets a new password, and show it, this once."""
    staff = access.staff(request)
    user = access.person_for(request, user_id)
    if request.method == "GET":
        return redirect("manage_people")
    link = accounts.reset_link(by=staff, user=user)
    return _page(request, InviteForm(), link=link, link_for=user.email)


@login_required
@require_POST
def active(request: StudioRequest, user_id: int) -> HttpResponse:
    """Switch an account off, or on again."""
    staff = access.staff(request)
    user = access.person_for(request, user_id)
    wanted = request.POST.get("active") == "yes"
    done = (
        _("%(name)s can sign in again.") if wanted else _("%(name)s is signed out and cannot come back in.")
    )
    with said(request, done % {"name": user}):
        accounts.set_active(by=staff, user=user, active=wanted)
    return redirect("manage_people")


def _page(request: StudioRequest, form: InviteForm, link: str = "", link_for: str = "") -> HttpResponse:
    describe_errors(form)
    stand_ins = sample.stand_ins()
    context = {
        "people": [user for user in selectors.people() if user.pk not in stand_ins],
        "form": form,
        "link": link and address(request, link),
        "link_for": link_for,
    }
    return render(request, "accounts/people.html", context, status=status_of(form))
