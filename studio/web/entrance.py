"""Signing somebody in who has just proved who they are, the way the sign-in page does it."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from studio.accounts.models import User


def sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """A fresh session for ``user`` and the way on: the studio, or first the confirmation of their address."""
    response: HttpResponse = perform_password_login(
        request, {"email": user.email}, Login(user=user, email=user.email)
    )
    return response
