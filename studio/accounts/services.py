"""People: the first one, those who are invited, their passwords, and who is let in no more."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.accounts import audit, links, notices
from studio.accounts.models import Invitation, Membership, Team, User
from studio.core.errors import Conflict, Forbidden, Invalid


def setup_link() -> str | None:
    """The address of a fresh one-time link for the first staff account; None once there is one.

    Older links stop working.
    """
    with transaction.atomic():
        if _has_staff():
            return None
        links.withdraw(Invitation.Kind.SETUP)
        return links.address(links.issue(Invitation.Kind.SETUP))


@transaction.atomic
def set_up(*, token: str, name: str, email: str, password: str, timezone: str = "UTC") -> User:
    """The first staff account, for whoever holds the setup link. Raises LinkSpent or Invalid."""
    links.use(Invitation.Kind.SETUP, token)
    if _has_staff():
        # Made on the command line since the link was printed: the link must not add a second one.
        raise links.spent(Invitation.Kind.SETUP)
    user = _create(
        name=name,
        email=email,
        password=password,
        timezone=timezone,
        confirmed=True,
        is_staff=True,
        is_superuser=True,
    )
    audit.record(actor=user, action="setup", target=user.email)
    return user


@transaction.atomic
def ensure_admin(*, email: str, password: str) -> User | None:
    """The staff account that the environment names, if it is missing; None if it is there. Raises Invalid."""
    if User.objects.filter(email=email.lower()).exists():
        return None
    user = _create(name="", email=email, password=password, confirmed=True, is_staff=True, is_superuser=True)
    links.withdraw(Invitation.Kind.SETUP)
    audit.record(actor=None, action="setup", target=user.email, reason="STUDIO_ADMIN_EMAIL")
    return user


@transaction.atomic
def invite(*, by: User, email: str = "", team: Team | None = None, role: str = "editor") -> str:
    """The path of a link that lets one person in, and into ``team``; with ``email`` only that address."""
    email = email.strip().lower()
    if email and team is None and User.objects.filter(email=email).exists():
        raise Invalid(_("There is an account already."), fields={"email": _("Has an account already.")})
    link = links.issue(Invitation.Kind.INVITE, email=email, team=team, role=role, created_by=by)
    audit.record(
        actor=by, action="invite", target=email or "anyone", after={"team": str(team or ""), "role": role}
    )
    return link


@transaction.atomic
def join(*, token: str, name: str, email: str, password: str, timezone: str = "UTC") -> User:
    """A new person with an invitation; its address, if it names one, wins. Raises LinkSpent or Invalid."""
    invitation = links.use(Invitation.Kind.INVITE, token)
    user = _create(
        name=name,
        email=invitation.email or email,
        password=password,
        timezone=timezone,
        confirmed=bool(invitation.email),
    )
    _enter(user, invitation)
    return user


@transaction.atomic
def add_stand_in(*, name: str, email: str) -> User:
    """Somebody who is only told of, like the people of the sample studio: nobody ever signs in as them."""
    return User.objects.create_user(email, None, name=name, is_active=False)


@transaction.atomic
def sign_up(*, name: str, email: str, password: str, timezone: str = "UTC") -> User:
    """A new person without an invitation. Raises Forbidden unless the server is open, and Invalid."""
    if settings.SIGNUP != "open":
        raise Forbidden(_("This studio is by invitation."))
    return _create(name=name, email=email, password=password, timezone=timezone, confirmed=False)


@transaction.atomic
def accept(*, token: str, user: User) -> Team | None:
    """Somebody who has an account enters the invitation's team. Raises LinkSpent or Conflict."""
    invitation = links.use(Invitation.Kind.INVITE, token)
    if invitation.email and invitation.email != user.email:
        raise Conflict(
            _("This invitation is for %(email)s. Sign out and open it again.") % {"email": invitation.email}
        )
    return _enter(user, invitation)


@transaction.atomic
def reset_link(*, by: User | None, user: User) -> str:
    """The path of a link with which ``user`` sets a new password. Earlier ones stop working.

    Nobody is ``by`` on the command line.
    """
    links.withdraw(Invitation.Kind.RESET, user=user)
    audit.record(actor=by, action="reset link", target=user.email)
    return links.issue(Invitation.Kind.RESET, user=user, email=user.email, created_by=by)


@transaction.atomic
def reset_password(*, token: str, password: str) -> User:
    """Set the password that the link allows; every session of that person ends. Raises LinkSpent or Invalid."""
    user = links.use(Invitation.Kind.RESET, token).user
    if user is None or not user.is_active:
        raise Conflict(_("This account is switched off."))
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    notices.access_changed(user)
    audit.record(actor=user, action="reset password", target=user.email)
    return user


@transaction.atomic
def set_active(*, by: User, user: User, active: bool) -> None:
    """Let somebody in, or no more: sessions, streams, keys and invitations stop at once, their pictures stay."""
    if user.pk == by.pk and not active:
        raise Conflict(_("You cannot switch off your own account. Ask somebody else on the staff."))
    if User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        if not active:
            links.withdraw(Invitation.Kind.INVITE, created_by=user)
        notices.access_changed(user)
        audit.record(
            actor=by,
            action="activate" if active else "deactivate",
            target=user.email,
            after={"active": active},
        )


def update_profile(*, user: User, name: str, timezone: str, theme: str) -> None:
    """What a person says about themselves."""
    user.name, user.timezone, user.theme = name, timezone, theme
    user.save(update_fields=["name", "timezone", "theme"])


def _has_staff() -> bool:
    return User.objects.filter(is_staff=True, is_active=True).exists()


def _create(*, name: str, email: str, password: str, confirmed: bool, **fields: Any) -> User:
    """A person whose address counts as their own when ``confirmed``. Raises Invalid at the field."""
    email = email.strip().lower()
    taken = Invalid(
        _("Check the form."), fields={"email": _("This address has an account. Sign in instead.")}
    )
    if User.objects.filter(email=email).exists():
        raise taken
    _check_password(password, User(email=email, name=name))
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name.strip(), **fields)
    except IntegrityError as error:
        raise taken from error
    EmailAddress.objects.create(user=user, email=email, verified=confirmed, primary=True)
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("Check the form."), fields={"password": " ".join(error.messages)}) from error


def _enter(user: User, invitation: Invitation) -> Team | None:
    """Into the team, unless in it already: an invitation never changes a role."""
    if invitation.team:
        Membership.objects.get_or_create(team=invitation.team, user=user, defaults={"role": invitation.role})
        notices.access_changed(user)
    return invitation.team
