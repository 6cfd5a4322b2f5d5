"""Who acts, and which rows they may see and change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import EDITING_ROLES, ApiKey, Membership, User
from studio.core.statements import Given, Rows

_ROLES = Rows(lambda: Membership.objects.filter(user=Given("user")).values_list("team_id", "role"))


@dataclass(frozen=True)
class Actor:
    """A user, an API key acting for its owner, or a guest (no user).

    ``roles`` maps the ids of the actor's teams to the role there, read once per request.
    """

    user: User | None = None
    roles: Mapping[UUID, str] = field(default_factory=dict)
    key: ApiKey | None = None

    @property
    def is_staff(self) -> bool:
        return self.user is not None and self.user.is_staff and self.key is None

    @property
    def editing_teams(self) -> list[UUID]:
        return [team for team, role in self.roles.items() if role in EDITING_ROLES]

    @property
    def has_own(self) -> bool:
        """Whether the rows that are the person's alone are in reach: not in that of a key made for a team."""
        return self.user is not None and (self.key is None or self.key.team_id is None)

    def require_user(self) -> User:
        """The person who acts; only called behind a door that lets no guest in."""
        if self.user is None:
            raise PermissionError("a guest has no user")
        return self.user


GUEST = Actor()


def actor_for(user: User | AnonymousUser) -> Actor:
    """The actor of a signed-in person, with the teams they are in now."""
    if not isinstance(user, User) or not user.is_active:
        return GUEST
    return Actor(user=user, roles=dict(_ROLES.all(user=user.pk)))


def actor_for_key(key: ApiKey) -> Actor:
    """An API key sees what its owner sees; a key made for a team sees that team's rows alone."""
    actor = actor_for(key.owner)
    roles = {team: role for team, role in actor.roles.items() if key.team_id in (None, team)}
    return Actor(user=actor.user, roles=roles, key=key)


class Visibility(models.TextChoices):
    PRIVATE = "private", _("Private")
    TEAM = "team", _("Team")
    LINK = "link", _("Anyone with the link")


class OwnedQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows with ``owner``, ``team`` and ``visibility``.

    Without a team a row is its owner's alone. In a team the team owns it: members see it unless it is
    private, which only its owner does, and only while a member. Links are resolved by ``gallery``.
    """

    def visible_to(self, actor: Actor) -> OwnedQuerySet[M]:
        """Rows the actor may see."""
        return self.filter(self._mine(actor) | self._shared(actor, list(actor.roles)))

    def editable_by(self, actor: Actor) -> OwnedQuerySet[M]:
        """Rows the actor may change: their own, and a team's where their role edits."""
        private = Q(owner=actor.user, team__in=actor.editing_teams, visibility=Visibility.PRIVATE)
        mine = self._own(actor) | private
        return self.filter(mine | self._shared(actor, actor.editing_teams)) if actor.user else self.none()

    def _mine(self, actor: Actor) -> Q:
        if actor.user is None:
            return Q(pk__in=[])
        return self._own(actor) | Q(owner=actor.user, team__in=list(actor.roles))

    def _own(self, actor: Actor) -> Q:
        return Q(owner=actor.user, team=None) if actor.has_own else Q(pk__in=[])

    def _shared(self, actor: Actor, teams: list[UUID]) -> Q:
        return Q(team__in=teams) & ~Q(visibility=Visibility.PRIVATE)


class OwnedManager[M: models.Model](models.Manager[M]):
    """The manager of rows that somebody owns."""

    def get_queryset(self) -> OwnedQuerySet[M]:
        return OwnedQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> OwnedQuerySet[M]:
        return self.get_queryset().visible_to(actor)

    def editable_by(self, actor: Actor) -> OwnedQuerySet[M]:
        return self.get_queryset().editable_by(actor)


class Owned(models.Model):
    """The three columns that say whose a row is."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.TEAM)

    class Meta:
        abstract = True


def may_edit(actor: Actor, row: Owned) -> bool:
    """The rule of ``editable_by`` for a row that is at hand and that the actor sees."""
    own = actor.user is not None and row.owner_id == actor.user.pk
    if row.team_id is None:
        return own and actor.has_own
    return row.team_id in actor.editing_teams and (own or row.visibility != Visibility.PRIVATE)


def audience(owner_id: int, team_id: UUID | None, visibility: str) -> list[str]:
    """The event channels of those who may see such a row."""
    if team_id is None or visibility == Visibility.PRIVATE:
        return [f"user:{owner_id}"]
    return [f"team:{team_id}"]


def channels_of(actor: Actor) -> list[str]:
    """The event channels that the actor listens on."""
    return [f"user:{actor.user.pk}" if actor.user else "", *(f"team:{team}" for team in actor.roles)]
