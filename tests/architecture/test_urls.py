"""Every address of the site: it resolves, it is guarded, and it carries the headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from studio.accounts.models import Team, User
from tests.architecture.tree import code, files, place
from tests.factories import make_image, signed_in

PUBLIC = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code",
    "mfa_authenticate", "setup", "join", "reset", "healthz", "readyz",
}  # fmt: skip
"""What a stranger may open. Everything else sends them to sign in, or does not exist for them."""

LINK = re.compile(r"{%\s*url\s+[\"']([\w:-]+)[\"']")
CALL = re.compile(r"\b(?:reverse|redirect|resolve_url)\(\s*[\"']([\w:-]+)[\"']")


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with the full name that ``reverse`` takes."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from walk(pattern.url_patterns, inner)
        elif pattern.name:
            yield prefix + pattern.name, pattern


def site() -> dict[str, URLPattern]:
    return dict(walk(get_resolver().url_patterns))


def ours() -> dict[str, URLPattern]:
    """Pages: the site without Django's admin, which guards itself, and without the API, which knows no session."""
    return {
        name: pattern
        for name, pattern in site().items()
        if not name.startswith("admin:") and not str(pattern.lookup_str).startswith("studio.api")
    }


def example(name: str, pattern: URLPattern, ids: dict[str, object]) -> str:
    """An address of this pattern, with real ids where the test has them."""
    converters = pattern.pattern.converters
    values: dict[str, object] = {}
    for key, converter in converters.items():
        kind = type(converter).__name__
        values[key] = ids.get(kind) or {"UUIDConverter": uuid4(), "IntConverter": 1}.get(kind, "nothing")
    if not converters and pattern.pattern.regex.groups:
        values = dict.fromkeys(pattern.pattern.regex.groupindex, "nothing")
    return reverse(name, kwargs=values)


def test_every_name_that_a_template_or_a_view_uses_is_on_the_map() -> None:
    known = set(site())
    used = [(path, name) for path in files("*.html", "templates") for name in LINK.findall(path.read_text())]
    used += [(path, name) for path in code("studio/web") for name in CALL.findall(path.read_text())]
    assert len(used) > 50
    assert not {f"{place(path)}: {name}" for path, name in used if name not in known}


@pytest.mark.django_db
def test_a_stranger_sees_the_way_in_and_nothing_else() -> None:
    client = Client(raise_request_exception=False)
    seen = {}
    for name, pattern in ours().items():
        response = client.get(example(name, pattern, {}))
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        if name not in PUBLIC and not to_sign_in and response.status_code not in (403, 404, 405):
            seen[name] = response.status_code
    assert not seen


@pytest.mark.django_db
def test_a_stranger_changes_nothing() -> None:
    client = Client(raise_request_exception=False)
    done = {}
    for name, pattern in ours().items():
        response = client.post(example(name, pattern, {}))
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        if name not in PUBLIC and not to_sign_in and response.status_code not in (403, 404, 405):
            done[name] = response.status_code
    assert not done


@pytest.mark.django_db
def test_every_form_needs_its_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(alice)
    for name, pattern in ours().items():
        assert client.post(example(name, pattern, {})).status_code == 403, name


def test_every_page_carries_the_policy_and_none_fails(alice: User, dana: User, northwind: Team) -> None:
    ids: dict[str, UUID | int] = {"UUIDConverter": make_image(dana).pk, "IntConverter": alice.pk}
    for client in (Client(), signed_in(dana)):
        for name, pattern in ours().items():
            response = client.get(example(name, pattern, dict(ids)))
            assert response.status_code < 500, name
            policy = response["Content-Security-Policy"]
            assert "default-src 'none'" in policy, name
            assert "unsafe" not in policy, name
            assert response["X-Frame-Options"] == "DENY", name
            assert response["Referrer-Policy"] == "same-origin", name
            assert response["X-Content-Type-Options"] == "nosniff", name
