"""Where a person stands: in their own studio, or in one of their teams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext as _

from studio.accounts import selectors as accounts
from studio.accounts.actors import Actor
from studio.accounts.models import EDITING_ROLES, Team
from studio.credits import services as credits

SESSION_KEY = "workspace"


@dataclass(frozen=True)
class Workspace:
    """New rows are owned and paid for as it says. ``wanted`` is a team's id, or empty for the personal one.

    ``team`` is None in the personal workspace, which is also where somebody stands who left the team.
    """

    actor: Actor
    wanted: str = ""

    @cached_property
    def teams(self) -> list[Team]:
        """The teams that the person can switch to; no query for somebody without one."""
        return accounts.teams_of(self.actor) if self.actor.roles else []

    @cached_property
    def team(self) -> Team | None:
        return (
            next((team for team in self.teams if str(team.pk) == self.wanted), None) if self.wanted else None
        )

    @property
    def name(self) -> str:
        return self.team.name if self.team else _("Personal")

    @property
    def can_edit(self) -> bool:
        """Whether the person may make runs and change rows here."""
        return self.team is None or self.actor.roles.get(self.team.pk) in EDITING_ROLES

    @cached_property
    def account_id(self) -> UUID:
        """The account that pays here: the team's pool when it is on, else the person's. Never a fall-back."""
        return credits.paying_account(user=self.actor.require_user(), team=self.team).pk


def chosen(actor: Actor, session: SessionBase) -> Workspace:
    """The workspace that the session names."""
    return Workspace(actor, session.get(SESSION_KEY, ""))


def of_team(actor: Actor, team: Team | None) -> Workspace:
    """The workspace of a row that is ``team``'s, or the person's own for None, wherever the person stands."""
    return Workspace(actor, str(team.pk) if team else "")


def choose(session: SessionBase, team: Team | None) -> None:
    """Stand in ``team`` from the next request on."""
    session[SESSION_KEY] = str(team.pk) if team else ""
