"""How allauth asks the studio: who may sign up, and what it says when a sign-in fails."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is by invitation unless ``STUDIO_SIGNUP=open``."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("That email and password do not match."),
        "too_many_login_attempts": _(
            "Too many tries with a wrong password. Wait five minutes, then try again."
        ),
        "incorrect_password": _("That is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP == "open")
