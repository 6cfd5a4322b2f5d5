"""People, teams and what they may use to get in."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Makes people by e-mail address, kept in lower case so that one address is one person."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who signs in with ``email``; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Staff with every right in Django's admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


def timezone_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class User(AbstractUser):
    """A person. ``is_staff`` runs this server; ``timezone`` is where their times are shown and their months begin."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("System")
        DARK = "dark", _("Dark")
        LIGHT = "light", _("Light")

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    welcomed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return display_name(self)

    def get_full_name(self) -> str:
        return display_name(self)

    def get_short_name(self) -> str:
        return display_name(self).split()[0]

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = display_name(self).replace(".", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def tint(self) -> int:
        """Which of the avatar's eight colours is theirs."""
        return (self.pk or 0) % 8


def display_name(user: User) -> str:
    """The name, or the part of the address before the @."""
    return user.name or user.email.split("@")[0]


class Team(models.Model):
    """People who share a gallery; ``pool_pays`` says that the team's pool pays for runs made in it.

    ``closed_at`` ends it for good: the row stays, without its name, where the ledger needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    pool_pays = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    EDITOR = "editor", _("Editor")
    REVIEWER = "reviewer", _("Reviewer")
    VIEWER = "viewer", _("Viewer")


EDITING_ROLES = frozenset({Role.OWNER, Role.ADMIN, Role.EDITOR})


class Membership(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.EDITOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class Invitation(models.Model):
    """A link that lets one person in, once. Only the token's hash is kept.

    ``setup`` makes the first staff account, ``invite`` a member, ``reset`` a new password for ``user``.
    """

    class Kind(models.TextChoices):
        SETUP = "setup", _("Setup")
        INVITE = "invite", _("Invitation")
        RESET = "reset", _("Password reset")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE)
    role = models.CharField(max_length=8, choices=Role, default=Role.EDITOR)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.email}"


class Dialect(models.TextChoices):
    """What ``/v1/images/*`` speaks to a key. Each also has a base URL of its own, ``/d/<value>``."""

    OPENAI = "openai", _("OpenAI")
    DEEPSHI = "deepshi", _("Deepshi")
    ASYNC = "async", _("Tasks")
    FAIRSTACK = "fairstack", _("FairStack")
    MULTI = "multi", _("Multi-provider")


class Scope(models.TextChoices):
    """What a key may do. One without any may do nothing."""

    GENERATE = "generate", _("Make pictures")
    PICTURES = "pictures", _("Read pictures")
    CREDITS = "credits", _("Read credits")


def every_scope() -> list[str]:
    return [scope.value for scope in Scope]


class ApiKey(models.Model):
    """A script's way in. Shown once; only a keyed hash is kept. ``prefix`` is what a list shows of it.

    ``allowed_models`` holds ids of models; an empty one is for all.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=24, unique=True)
    digest = models.CharField(max_length=64)
    dialect = models.CharField(max_length=16, choices=Dialect, default=Dialect.OPENAI)
    scopes = models.JSONField(default=every_scope)
    allowed_models = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class AuditRow(models.Model):
    """What staff or a team's lead did, to whom and why. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=120)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
