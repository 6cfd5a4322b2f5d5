"""A team's life: who starts it, who leads it, who comes and goes.

Owners and admins lead. Only an owner makes or unmakes an owner, and a team never loses its last one.
Every change locks the team's row first, so that two owners cannot leave at the same time. Whoever leads no
more takes along the links that they made: nobody comes in by the word of somebody who has none.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts import audit, links, notices, services
from studio.accounts.errors import LastOwner
from studio.accounts.models import ApiKey, Invitation, Membership, Role, Team, User
from studio.core.errors import Forbidden, NotFound

LEADING_ROLES = frozenset({Role.OWNER, Role.ADMIN})


@transaction.atomic
def create(*, by: User, name: str) -> Team:
    """A new team that ``by`` owns."""
    team = Team.objects.create(name=name.strip())
    Membership.objects.create(team=team, user=by, role=Role.OWNER)
    notices.access_changed(by)
    audit.record(actor=by, action="team.create", target=team.name, after={"team": str(team.pk)})
    return team


@transaction.atomic
def invite(*, by: User, team: Team, role: str, email: str = "") -> str:
    """The path of a link into the team. Raises Forbidden unless ``by`` leads it and may give that role."""
    _lock(team)
    _check_lead(_role_of(team, by), Role.VIEWER, role)
    return services.invite(by=by, email=email, team=team, role=role)


@transaction.atomic
def change_role(*, by: User, team: Team, user: User, role: str) -> None:
    """Raises Forbidden, LastOwner, or NotFound when ``user`` is not in the team."""
    _lock(team)
    before = _role_of(team, user)
    _check_lead(_role_of(team, by), before, role)
    if before == Role.OWNER and role != Role.OWNER:
        _check_other_owner(team, user)
    Membership.objects.filter(team=team, user=user).update(role=role)
    notices.access_changed(user)
    if before != role and before in LEADING_ROLES:
        _withdraw_links(team, user)
    audit.record(
        actor=by,
        action="team.role",
        target=f"{user.email} in {team.name}",
        before={"role": before},
        after={"role": role},
    )


@transaction.atomic
def remove(*, by: User, team: Team, user: User) -> None:
    """End a membership; one's own is leaving. The team keeps its pictures. Raises as ``change_role`` does."""
    _lock(team)
    before = _role_of(team, user)
    if by.pk != user.pk:
        _check_lead(_role_of(team, by), before, Role.VIEWER)
    if before == Role.OWNER:
        _check_other_owner(team, user)
    Membership.objects.filter(team=team, user=user).delete()
    notices.access_changed(user)
    _withdraw_links(team, user)
    action = "team.leave" if by.pk == user.pk else "team.remove"
    audit.record(actor=by, action=action, target=f"{user.email} in {team.name}", before={"role": before})


@transaction.atomic
def close(*, by: User | None, team: Team) -> None:
    """End a team for good: nobody is in it, no link and no key leads in. Its row stays for the ledger, unnamed."""
    _lock(team)
    for membership in team.memberships.select_related("user"):
        membership.delete()
        notices.access_changed(membership.user)
    links.withdraw(Invitation.Kind.INVITE, team=team)
    ApiKey.objects.filter(team=team, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(actor=by, action="team.close", target=team.name, before={"team": str(team.pk)})
    Team.objects.filter(pk=team.pk).update(name=_("Closed team"), closed_at=timezone.now())


def _lock(team: Team) -> None:
    Team.objects.select_for_update().get(pk=team.pk)


def _withdraw_links(team: Team, user: User) -> None:
    links.withdraw(Invitation.Kind.INVITE, team=team, created_by=user)


def _role_of(team: Team, user: User) -> str:
    role = Membership.objects.filter(team=team, user=user).values_list("role", flat=True).first()
    if role is None:
        raise NotFound(_("They are not in this team."))
    return role


def _check_lead(mine: str, before: str, after: str) -> None:
    if mine not in LEADING_ROLES:
        raise Forbidden(_("Only the team's owners and admins can do that."))
    if Role.OWNER in (before, after) and mine != Role.OWNER:
        raise Forbidden(_("Only an owner can do that to an owner."))


def _check_other_owner(team: Team, user: User) -> None:
    others = Membership.objects.filter(team=team, role=Role.OWNER, user__is_active=True).exclude(user=user)
    if not others.exists():
        raise LastOwner(_("A team needs an owner. Make somebody else the owner first."))
