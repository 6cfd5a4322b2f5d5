"""The pages on the way in, and a person's own settings."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.views import password_reset as reset_by_mail
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio.accounts import links, selectors
from studio.accounts import services as accounts
from studio.accounts.models import Invitation, User
from studio.core.errors import Invalid
from studio.sample import selectors as samples
from studio.sample import services as sample
from studio.web import workspace
from studio.web.account_forms import NewPasswordForm, PersonForm, ProfileForm, SetupForm, ThemeForm
from studio.web.entrance import sign_in
from studio.web.forms import blame, describe_errors, status_of
from studio.web.http import StudioRequest
from studio.web.sample import PAINTING
from studio.web.welcome import welcome


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first staff account, with credits to try things with, for whoever opens the printed link."""
    links.opened(Invitation.Kind.SETUP, token)
    form = SetupForm(request.POST or None)

    def make() -> User:
        wanted = form.cleaned_data.pop("sample")
        user = accounts.set_up(token=token, **form.cleaned_data)
        welcome(user, settings.FIRST_STAFF_CREDITS)
        if wanted:
            sample.begin(user)
        return user

    if user := _made(form, make):
        response = sign_in(request, user)
        if there := samples.present():
            workspace.choose(request.session, there.team)
            messages.info(request, PAINTING)
        return response
    return render(request, "accounts/setup.html", {"form": form}, status=status_of(form))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: a new account, or, for somebody signed in, one button that enters the team."""
    invitation = links.opened(Invitation.Kind.INVITE, token)
    if isinstance(request.user, User):
        return _accept(request, request.user, invitation, token)
    form = PersonForm(request.POST or None, email=invitation.email)

    def make() -> User:
        user = accounts.join(token=token, **form.cleaned_data)
        welcome(user, settings.WELCOME_CREDITS)
        return user

    if user := _made(form, make):
        response = sign_in(request, user)
        workspace.choose(request.session, invitation.team)
        return response
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/join.html", context, status=status_of(form))


def _accept(request: HttpRequest, user: User, invitation: Invitation, token: str) -> HttpResponse:
    if request.method == "GET" or invitation.team is None:
        return render(request, "accounts/accept.html", {"invitation": invitation})
    team = accounts.accept(token=token, user=user)
    workspace.choose(request.session, team)
    return redirect(settings.LOGIN_REDIRECT_URL)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """A new password through the link that staff made. Nobody is signed in by it: the second factor still counts."""
    invitation = links.opened(Invitation.Kind.RESET, token)
    form = NewPasswordForm(request.POST or None)
    if _made(form, lambda: accounts.reset_password(token=token, **form.cleaned_data)):
        messages.success(request, _("Your password is changed. Sign in with it."))
        return redirect(settings.LOGIN_URL)
    context = {"form": form, "email": invitation.email}
    return render(request, "accounts/reset.html", context, status=status_of(form))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@rate_limit(action="signup")  # type: ignore[untyped-decorator]
def signup(request: HttpRequest) -> HttpResponse:
    """An account for anybody on an open server; else the page says who to ask."""
    if settings.SIGNUP != "open":
        return render(request, "accounts/signup_closed.html")
    form = PersonForm(request.POST or None)

    def make() -> User:
        user = accounts.sign_up(**form.cleaned_data)
        welcome(user, settings.WELCOME_CREDITS)
        return user

    if user := _made(form, make):
        return sign_in(request, user)
    return render(request, "accounts/signup.html", {"form": form}, status=status_of(form))


def password_reset(request: HttpRequest) -> HttpResponse:
    """Reset by mail where the server sends mail; else the page says who can make a link."""
    if settings.EMAIL_CONFIGURED:
        response: HttpResponse = reset_by_mail(request)
        return response
    return render(request, "accounts/ask_staff.html")


@login_required
@require_http_methods(["GET", "POST"])
def account(request: StudioRequest) -> HttpResponse:
    """A person's own settings."""
    user = request.user
    initial = {"name": user.name, "timezone": user.timezone, "theme": user.theme}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        accounts.update_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Settings saved."))
        return redirect("account")
    context = {"form": form, "second_factor": selectors.has_second_factor(user)}
    return render(request, "accounts/settings.html", context, status=status_of(form))


@login_required
@require_POST
def theme(request: StudioRequest) -> HttpResponse:
    """Keep the theme that was picked in the account menu."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("There is no such theme."))
    user = request.user
    accounts.update_profile(
        user=user, name=user.name, timezone=user.timezone, theme=form.cleaned_data["theme"]
    )
    return HttpResponse(status=204)


def _made(form: PersonForm | NewPasswordForm, make: Callable[[], User]) -> User | None:
    """The person that ``make`` returns, all or nothing; None when the form has to be shown (again)."""
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                return make()
        except Invalid as error:
            blame(form, error)
    describe_errors(form)
    return None
