"""The forms of the account pages. They check shapes; the rules are in ``accounts.services``."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.accounts.forms import NEW_PASSWORD_HELP
from studio.accounts.models import Role, User, timezone_choices


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=NEW_PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PersonForm(NewPasswordForm):
    """Who somebody is. The browser fills in its time zone; one that is unknown counts as UTC."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    timezone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-zone": ""})
    )
    field_order = ("name", "email", "password", "timezone")

    def __init__(self, *args: object, email: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["password"].label = _("Password")
        if email:
            self.fields["email"].initial = email
            self.fields["email"].disabled = True

    def clean_timezone(self) -> str:
        zone = str(self.cleaned_data["timezone"])
        return zone if zone in zoneinfo.available_timezones() else "UTC"


class SetupForm(PersonForm):
    """The first staff account, and whether there is something to look around in from the start."""

    sample = forms.BooleanField(
        label=_("Load the sample studio"),
        required=False,
        initial=True,
        help_text=_("A small team with sixty painted pictures and a month of credits. One click removes it."),
        widget=forms.CheckboxInput(attrs={"class": "check"}),
    )


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=timezone_choices,
        help_text=_("Times are shown in it, and a month of spending begins by it."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme.choices)


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        help_text=_("Leave it empty for a link that any one person can use."),
    )


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Team name"), max_length=80)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)


class TeamInviteForm(RoleForm, InviteForm):
    field_order = ("email", "role")
