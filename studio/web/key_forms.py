"""The form that makes an API key. It checks shapes; the rules are in ``accounts.keys``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.accounts.keys import NAME_LIMIT
from studio.accounts.models import Dialect, Scope, every_scope
from studio.core.micros import CREDIT_MICROS, MAX_MICROS, Micros, from_credits

NEVER, DAY = "never", "day"
LASTS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("365 days"),
    NEVER: gettext_lazy("For ever"),
    DAY: gettext_lazy("Until a day"),
}
LONGEST_DAYS = 3650

type Choices = Sequence[tuple[str, Any]]


class KeyForm(forms.Form):
    """``key`` is the new key's own id, which makes a second press harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LIMIT,
        help_text=gettext_lazy("What it is for. Its runs stand in a project of this name."),
        error_messages={"required": gettext_lazy("Give the key a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    team = forms.ChoiceField(
        label=gettext_lazy("Workspace"),
        required=False,
        help_text=gettext_lazy(
            "Its pictures land there, and it spends the credits of that workspace. A personal key that names a "
            "team's project spends that team's pool, where it has one."
        ),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your workspaces.")},
    )
    dialect = forms.ChoiceField(label=gettext_lazy("Dialect"), choices=Dialect.choices)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=Scope.choices,
        error_messages={"required": gettext_lazy("Choose at least one thing that the key may do.")},
    )
    models = forms.MultipleChoiceField(
        label=gettext_lazy("Models"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose models from the list.")},
    )
    cap = forms.DecimalField(
        label=gettext_lazy("Spending cap"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(MAX_MICROS) / CREDIT_MICROS,
        decimal_places=4,
        help_text=gettext_lazy("The most credits that it spends, ever. Empty: no cap but the balance."),
        error_messages={"invalid": gettext_lazy("Give a number of credits.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    lasts = forms.ChoiceField(label=gettext_lazy("It works"), choices=list(LASTS.items()))
    day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        error_messages={"invalid": gettext_lazy("Give a day, as 2031-12-24.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    collection = forms.ChoiceField(
        label=gettext_lazy("Collection"),
        required=False,
        help_text=gettext_lazy("Its pictures go into it too. One of the workspace above."),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your collections.")},
    )

    def __init__(
        self, *args: Any, teams: Choices, models: Iterable[str], collections: Choices, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        today = timezone.localdate()
        self.fields["team"].choices = teams  # type: ignore[attr-defined]
        self.fields["models"].choices = [(name, name) for name in models]  # type: ignore[attr-defined]
        self.fields["collection"].choices = collections  # type: ignore[attr-defined]
        bounds = {"min": today.isoformat(), "max": (today + timedelta(LONGEST_DAYS)).isoformat()}
        self.fields["day"].widget.attrs |= bounds

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("lasts") == DAY and "day" in data:
            today, day = timezone.localdate(), data["day"]
            if day is None:
                self.add_error("day", _("Choose the last day on which it works."))
            elif not today <= day <= today + timedelta(LONGEST_DAYS):
                self.add_error("day", _("Choose a day from today on, within ten years."))
        return data

    @property
    def expires_at(self) -> datetime | None:
        """When the key ends, for a form that is valid: a day counts to its end, in the person's time zone."""
        lasts = self.cleaned_data["lasts"]
        if lasts == NEVER:
            return None
        if lasts == DAY:
            return timezone.make_aware(datetime.combine(self.cleaned_data["day"] + timedelta(1), time.min))
        return timezone.now() + timedelta(int(lasts))

    @property
    def cap_micros(self) -> Micros | None:
        """The cap of a form that is valid."""
        cap = self.cleaned_data["cap"]
        return None if cap is None else from_credits(cap)


def blank(key: object, team: str) -> dict[str, Any]:
    """What the form opens with."""
    return {
        "key": key,
        "team": team,
        "dialect": Dialect.OPENAI.value,
        "scopes": every_scope(),
        "lasts": "90",
    }
