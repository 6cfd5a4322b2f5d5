"""Who asks, where they stand, and what happens when something goes wrong."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from studio.accounts import selectors as accounts
from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.core.errors import StudioError
from studio.web import errors, workspace
from studio.web.http import is_htmx

GetResponse = Callable[[HttpRequest], HttpResponse]

SECOND_FACTOR_PATHS = frozenset(
    {
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_logout",
        "healthz",
        "readyz",
    }
)


class Workspace:
    """Sets ``request.actor`` and ``request.workspace``, both read when first used, and the person's time zone.

    A request without a session cookie reads neither session nor database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = SimpleLazyObject(lambda: actor_for(request.user))
        request.actor = actor  # type: ignore[attr-defined]
        request.workspace = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: workspace.chosen(request.actor, request.session)  # type: ignore[attr-defined]
        )
        with timezone.override(zone_of(request)):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """Staff of a server that is on the internet set up their second factor before anything else."""
        if settings.HTTPS and self._lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        return None

    def _lacks_second_factor(self, request: HttpRequest) -> bool:
        match: ResolverMatch | None = request.resolver_match
        if match is None or match.url_name in SECOND_FACTOR_PATHS or not has_session(request):
            return False
        user = request.user
        return isinstance(user, User) and user.is_staff and not accounts.has_second_factor(user)


class Errors:
    """Turns the studio's own errors into answers, in the shape that the asker understands."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = say_signed_out(request, self.get_response(request))
        if response.status_code == 405 and not response.content:
            response = errors.wrong_method(request, response["Allow"])
        return keep_private(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.answer(request, error) if isinstance(error, StudioError) else None


def has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """The person's zone; None, which is the server's default, for a stranger."""
    if not has_session(request) or not isinstance(request.user, User):
        return None
    return zoneinfo.ZoneInfo(request.user.timezone)


def say_signed_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A part of a page whose session has ended is told so, with the way in and back: nothing that was typed is lost.

    Without this htmx would put the sign-in page inside a card.
    """
    if response.status_code != 302 or not is_htmx(request):
        return response
    sign_in = resolve_url(settings.LOGIN_URL)
    if not response["Location"].startswith(sign_in):
        return response
    here = urlsplit(request.headers.get("HX-Current-URL", ""))._replace(scheme="", netloc="").geturl()
    answer = errors.answer(request, errors.SignedOut(_("You were signed out. Sign in to go on.")))
    answer["X-Sign-In"] = f"{sign_in}?{urlencode({'next': here or '/'})}"
    return answer


def keep_private(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page made in a session is not kept: the way back after signing out shows none of it."""
    if has_session(request) and response.headers.get("Content-Type", "").startswith("text/html"):
        add_never_cache_headers(response)
    return response
