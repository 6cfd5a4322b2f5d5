"""Projects: the threads that runs are numbered in."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, may_edit
from studio.accounts.models import Team, User
from studio.core import db
from studio.core.errors import Forbidden
from studio.core.statements import Given, Rows
from studio.jobs import selectors
from studio.jobs.models import Project

NAME_LENGTH = 120

# Asked at each request of a program: the owner's own of a name, in all workspaces.
_NAMED = Rows(
    lambda: (
        Project.objects.filter(owner=Given("owner"), name=Given("name"))
        .select_related("team")
        .order_by("-used_at", "-id")
    )
)


def new_project(*, actor: Actor, team: Team | None, name: str = "") -> Project:
    """An empty project in the given workspace. Raises Forbidden where the actor may only look."""
    if team is not None and team.pk not in actor.editing_teams:
        raise Forbidden(_("Your role in %(team)s lets you look, not run.") % {"team": team.name})
    # PostgreSQL refuses a NUL in a text.
    given = name.replace("\0", "").strip()[:NAME_LENGTH]
    return Project.objects.create(owner=actor.require_user(), team=team, name=given or _("Untitled project"))


def project_called(name: str, *, actor: Actor, team: Team | None) -> Project:
    """The actor's own project of this name in the workspace, made once however many ask at the same moment.

    Raises Forbidden like ``new_project``.
    """
    owner, called = actor.require_user(), name.strip()[:NAME_LENGTH]
    for each in _NAMED.all(owner=owner.pk, name=called):
        # Editable: a key stays while the role of its owner in the team may have sunk to looking.
        if each.team_id == (team.pk if team else None) and may_edit(actor, each):
            return each
    own = Project.objects.editable_by(actor).filter(owner=owner, team=team, name=called)
    return _made_once(own.order_by("-used_at", "-id"), actor, team, name)


def latest_project(*, actor: Actor, team: Team | None) -> Project:
    """The workspace's last used project, or its first, made once however many ask at the same moment.

    Raises Forbidden like ``new_project``.
    """
    found = selectors.projects(actor, team)
    return found.first() or _made_once(found, actor, team)


def _made_once(found: QuerySet[Project], actor: Actor, team: Team | None, name: str = "") -> Project:
    """The first of ``found``, or a new project where there is none; others who ask meanwhile wait and find it."""
    with db.atomic():
        # Whoever made it first held this row; a key share of it, which every new row takes, need not wait.
        workspace = (
            Team.objects.filter(pk=team.pk) if team else User.objects.filter(pk=actor.require_user().pk)
        )
        workspace.select_for_update(no_key=True).first()
        return found.first() or new_project(actor=actor, team=team, name=name)
