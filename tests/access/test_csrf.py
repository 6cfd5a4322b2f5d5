"""No form of another site, and none without its token, does anything: whoever sends it, and however."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from tests.access.expected import Who, Whose
from tests.access.site import Address, addresses
from tests.access.trying import ask
from tests.access.world import World

pytestmark = pytest.mark.django_db

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
HTMX = {"HX-Request": "true"}
ADDRESSES = [address for address in addresses() if not address.view.startswith("studio.api")]
"""All but the API's, which knows no session that another site could ride on."""


def a_token() -> tuple[str, str]:
    """A browser's token as its forms send it, and its cookie."""
    request = RequestFactory().get("/")
    return get_token(request), request.META["CSRF_COOKIE"]


def forged() -> Iterator[dict[str, str]]:
    """The headers of requests that must not be believed, plain and from htmx."""
    foreign, _cookie = a_token()
    for headers in ({}, {"X-CSRFToken": foreign}, {"X-CSRFToken": "x"}):
        yield headers
        yield headers | HTMX


def checking(world: World, who: Who, cookie: str) -> Client:
    """The person's browser, with the cookie of its own token."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies.update(world.clients[who].cookies)
    client.cookies["csrftoken"] = cookie
    return client


@pytest.mark.parametrize("who", [Who.OWNER, Who.STAFF, Who.STRANGER])
def test_no_address_believes_a_request_without_its_own_token(world: World, who: Who) -> None:
    client = checking(world, who, a_token()[1])
    believed = []
    # Django's admin is for staff alone, and one guard stands before all of it. That guard reads a token before it
    # knows who sends it: whoever else asks need not try every kind.
    tried, tokens = ADDRESSES, list(forged())
    if who != Who.STAFF:
        tried, tokens = [each for each in ADDRESSES if not each.route.startswith("admin/")], tokens[:3]
    for address, headers in product(tried, tokens):
        answer = ask(client, "POST", url_of(world, address), **headers)
        if answer.status != 403 or answer.wrote:
            believed.append((address.route, answer.status, headers))
    assert not believed


@pytest.mark.parametrize("method", UNSAFE)
def test_no_method_that_changes_something_is_without_a_token(world: World, method: str) -> None:
    client = checking(world, Who.STAFF, a_token()[1])
    believed = [
        address.route for address in ADDRESSES if ask(client, method, url_of(world, address)).status != 403
    ]
    assert not believed


def test_the_right_token_from_another_site_is_not_believed_and_from_this_one_it_is(world: World) -> None:
    token, cookie = a_token()
    client = checking(world, Who.OWNER, cookie)
    image = world.ids["image"][Whose.OWN]
    answers = [
        ask(client, "POST", f"/images/{image}/favourite", {"favourite": "1"}, **headers).status
        for headers in (
            {"X-CSRFToken": token, "Origin": "https://elsewhere.test"} | HTMX,
            {"X-CSRFToken": token, "Origin": "null"} | HTMX,
            {"X-CSRFToken": token} | HTMX,
        )
    ]
    assert answers == [403, 403, 204]


def url_of(world: World, address: Address) -> str:
    return world.url(
        address, "", {"app_label": "accounts", "url": "nothing", "variant": "original"}, Whose.OWN
    )
