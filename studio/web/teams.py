"""Teams: the person's own, their members, and which workspace they stand in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studio.accounts import selectors
from studio.accounts import teams as services
from studio.accounts.models import Role, Team
from studio.core.errors import Invalid
from studio.core.places import address
from studio.web import access, workspace
from studio.web.account_forms import RoleForm, TeamForm, TeamInviteForm
from studio.web.forms import describe_errors, said, status_of
from studio.web.http import StudioRequest


@login_required
@require_POST
def switch(request: StudioRequest) -> HttpResponse:
    """Stand in another workspace; an empty ``workspace`` is the personal one."""
    wanted = request.POST.get("workspace", "")
    workspace.choose(request.session, access.team_for(request, access.id_of(wanted)) if wanted else None)
    back = request.POST.get("next", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


@login_required
@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """Where the person can work, and the way to start a team."""
    return _list(request, TeamForm())


@login_required
@require_POST
def create(request: StudioRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    team = services.create(by=request.user, name=form.cleaned_data["name"])
    workspace.choose(request.session, team)
    messages.success(request, _("%(team)s is ready. You stand in it now.") % {"team": team.name})
    return redirect("team", team.pk)


@login_required
@require_safe
def team(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _page(request, access.team_for(request, id), TeamInviteForm())


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Make a link into the team and show it, this once."""
    found = access.led_team_for(request, id)
    if request.method == "GET":
        return redirect("team", found.pk)
    form = TeamInviteForm(request.POST)
    link = services.invite(by=request.user, team=found, **form.cleaned_data) if form.is_valid() else ""
    return _page(request, found, form, link)


@login_required
@require_POST
def role(request: StudioRequest, id: UUID, user_id: int) -> HttpResponse:  # noqa: A002
    found = access.led_team_for(request, id)
    user = access.member_for(request, found, user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("There is no such role."))
    with said(request, _("%(name)s has a new role.") % {"name": user}):
        services.change_role(by=request.user, team=found, user=user, role=form.cleaned_data["role"])
    return redirect("team", found.pk)


@login_required
@require_POST
def remove(request: StudioRequest, id: UUID, user_id: int) -> HttpResponse:  # noqa: A002
    found = access.led_team_for(request, id)
    user = access.member_for(request, found, user_id)
    with said(request, _("%(name)s is no longer in %(team)s.") % {"name": user, "team": found}):
        services.remove(by=request.user, team=found, user=user)
    return redirect("team", found.pk)


@login_required
@require_POST
def leave(request: StudioRequest, id: UUID) -> HttpResponse:  # noqa: A002
    found = access.team_for(request, id)
    with said(request, _("You have left %(team)s.") % {"team": found}):
        services.remove(by=request.user, team=found, user=request.user)
    return redirect("teams")


def _list(request: StudioRequest, form: TeamForm) -> HttpResponse:
    describe_errors(form)
    context = {"teams": request.workspace.teams, "form": form}
    return render(request, "teams/index.html", context, status=status_of(form))


def _page(request: StudioRequest, found: Team, form: TeamInviteForm, link: str = "") -> HttpResponse:
    describe_errors(form)
    mine = request.actor.roles[found.pk]
    context = {
        "team": found,
        "members": selectors.members_of(found),
        "role": Role(mine),
        "leads": mine in services.LEADING_ROLES,
        "roles": [choice for choice in Role if choice != Role.OWNER or mine == Role.OWNER],
        "form": form,
        "link": link and address(request, link),
    }
    return render(request, "teams/team.html", context, status=status_of(form))
