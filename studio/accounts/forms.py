"""allauth's forms in the studio's words: one label above each field, and no text inside it."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

NEW_PASSWORD_HELP = _("At least 8 characters, and not a common word.")
LABELS: dict[str, Any] = {
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "email": _("Email"),
    "code": _("Code"),
}
HELP: dict[str, Any] = {"password1": NEW_PASSWORD_HELP, "password2": ""}


class Plain(forms.Form):
    """Relabels the fields of the form it is mixed into."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)


class ChangePassword(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class ResetPassword(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKey(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class Reauthenticate(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class Authenticate(Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateCode(Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateCode(Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass
