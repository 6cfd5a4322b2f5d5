"""What pages and links ask about people and teams."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey, Membership, Team, User
from studio.accounts.teams import LEADING_ROLES


def teams_of(actor: Actor) -> list[Team]:
    """The actor's teams by name, in one query."""
    return list(Team.objects.filter(pk__in=list(actor.roles)).order_by("name", "pk"))


def members_of(team: Team) -> list[Membership]:
    """Everybody in the team, oldest member first."""
    return list(team.memberships.select_related("user").order_by("created_at", "pk"))


def people() -> list[User]:
    """Everybody on this server by address, with their teams."""
    return list(User.objects.prefetch_related("memberships__team").order_by("-is_active", "email"))


def keys_visible_to(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that the actor may see and revoke, newest first: their own, and all of the teams that they lead.

    Nobody may change a key, and none of its rows tells its text.
    """
    if actor.user is None or actor.key is not None:
        return ApiKey.objects.none()
    led = [team for team, role in actor.roles.items() if role in LEADING_ROLES]
    mine_or_led = Q(owner=actor.user) | Q(team__in=led)
    return ApiKey.objects.filter(mine_or_led).select_related("owner", "team").order_by("-created_at", "-pk")


def has_second_factor(user: User) -> bool:
    """Whether signing in as them takes more than the password."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())
