"""The form with which staff change a balance."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.core.micros import CREDIT_MICROS, MAX_MICROS, Micros, credits_text, from_credits

ADD, REMOVE, SET = "add", "remove", "set"
VERBS = {ADD: gettext_lazy("Add"), REMOVE: gettext_lazy("Remove"), SET: gettext_lazy("Set to")}


class AdjustForm(forms.Form):
    """``key`` makes a second press harmless; ``seen`` is the balance, in micros, that the person looked at."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Change"), choices=list(VERBS.items()), widget=forms.RadioSelect
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Credits"),
        min_value=Decimal(0),
        max_value=Decimal(MAX_MICROS) / CREDIT_MICROS,
        decimal_places=4,
        error_messages={"required": gettext_lazy("Give a number of credits.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "autofocus": True}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason (kept in the audit log)"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why: it is kept in the audit log.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, max_value=MAX_MICROS, widget=forms.HiddenInput)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if "amount" not in data or "mode" not in data or "seen" not in data:
            return data
        if self.moves == 0:
            said = (
                _("That is the balance already.") if data["mode"] == SET else _("Give more than 0 credits.")
            )
            self.add_error("amount", said)
        elif data["seen"] + self.moves < 0:
            has = credits_text(data["seen"])
            self.add_error("amount", _("There are only %(has)s credits to remove.") % {"has": has})
        return data

    @property
    def moves(self) -> Micros:
        """By how much the balance changes, signed; only of a form whose fields were read."""
        amount, seen = from_credits(self.cleaned_data["amount"]), int(self.cleaned_data["seen"])
        signed = {ADD: amount, REMOVE: -amount, SET: amount - seen}
        return Micros(signed[self.cleaned_data["mode"]])
