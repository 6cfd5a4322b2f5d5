"""What pages and links ask about people and teams."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from studio.accounts.actors import Actor
from studio.accounts.models import Membership, Team, User


def teams_of(actor: Actor) -> list[Team]:
    """The actor's teams by name, in one query."""
    return list(Team.objects.filter(pk__in=list(actor.roles)).order_by("name", "pk"))


def members_of(team: Team) -> list[Membership]:
    """Everybody in the team, oldest member first."""
    return list(team.memberships.select_related("user").order_by("created_at", "pk"))


def people() -> list[User]:
    """Everybody on this server by address, with their teams."""
    return list(User.objects.prefetch_related("memberships__team").order_by("-is_active", "email"))


def has_second_factor(user: User) -> bool:
    """Whether signing in as them takes more than the password."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())
