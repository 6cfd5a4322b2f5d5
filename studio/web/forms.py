"""What the forms of accounts and teams share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from studio.core.errors import Conflict, Forbidden, Invalid


def blame(form: forms.Form, error: Invalid) -> None:
    """Put the rule's messages at the fields that they are about, or above the form."""
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not error.fields:
        form.add_error(None, error.message)


def status_of(form: forms.Form) -> int:
    """The status of a page that shows the form: 422 when it is shown again with errors."""
    return 422 if form.is_bound and form.errors else 200


def describe_errors(form: forms.Form) -> None:
    """Tell assistive technology which fields are wrong and where it is said, and begin at the first of them."""
    wrong = [name for name in form.fields if name in form.errors]
    for name in wrong:
        attrs: dict[str, Any] = form.fields[name].widget.attrs
        attrs["aria-invalid"] = "true"
        hint = f"id_{name}_helptext " if form.fields[name].help_text else ""
        attrs["aria-describedby"] = f"{hint}id_{name}_error"
    if seen := [name for name in wrong if not form.fields[name].widget.is_hidden]:
        form.fields[seen[0]].widget.attrs["autofocus"] = True


@contextmanager
def said(request: HttpRequest, done: str) -> Iterator[None]:
    """The next page says ``done``, or why it was refused: for a button that has no form to show again."""
    try:
        yield
    except (Conflict, Forbidden) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
