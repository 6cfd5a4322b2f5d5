"""What a person, a script and htmx are told when something goes wrong."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.decorators.http import require_GET, require_POST

from studio.core.errors import Conflict, Invalid, NotFound
from studio.web.errors import too_many_requests


def failing(error: Exception) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("invalid/", failing(Invalid("Ask for 1 to 8 pictures.", fields={"n": "At most 8."}))),
    path("conflict/", failing(Conflict("The price went up."))),
    path("quoting/", failing(Invalid("<script>alert(1)</script>"))),
    path("missing/", failing(NotFound("Not there."))),
    path("denied/", failing(PermissionDenied("an inner reason"))),
    path("broken/", failing(ZeroDivisionError("a secret of the code"))),
    path("asleep/", failing(OperationalError("a secret of the database"))),
    path("heavy/", failing(RequestDataTooBig("a limit"))),
    path("form/", require_POST(failing(NotFound("Not there.")))),
    path("page/", require_GET(failing(NotFound("Not there.")))),
    path("often/", too_many_requests),
    path("", include("studio.urls")),
]
handler400 = "studio.web.errors.bad_request"
handler403 = "studio.web.errors.permission_denied"
handler404 = "studio.web.errors.page_not_found"
handler500 = "studio.web.errors.server_error"

pytestmark = pytest.mark.urls(__name__)
"""Nothing here uses the database: pytest-django refuses every query, as a broken database would."""


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False, headers={"Accept": "text/html,*/*;q=0.8"})


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("/invalid/", 422, "Ask for 1 to 8 pictures."),
        ("/conflict/", 409, "The price went up."),
        ("/missing/", 404, "Not there."),
        ("/nothing-of-that-name/", 404, "The link may be old"),
        ("/denied/", 403, "You may look, but not do that."),
        ("/broken/", 500, "It has been written to the log."),
        ("/asleep/", 503, "The database does not answer."),
        ("/heavy/", 413, "Send less at once."),
        ("/form/", 405, "This address takes forms."),
        ("/often/", 429, "Wait a minute"),
    ],
)
def test_a_page_says_what_is_wrong_with_the_request_id_and_without_the_database(
    browser: Client, url: str, status: int, words: str
) -> None:
    response = browser.get(url)
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert f"Request <code>{response['X-Request-Id']}</code>" in page
    assert "<!doctype html>" in page


def test_a_script_is_told_code_message_and_fields(browser: Client) -> None:
    response = browser.get("/invalid/", headers={"Accept": "application/json"})
    assert response.status_code == 422
    assert json.loads(response.content) == {
        "error": {
            "code": "invalid",
            "message": "Ask for 1 to 8 pictures.",
            "fields": {"n": "At most 8."},
            "request_id": response["X-Request-Id"],
        }
    }


def test_htmx_is_given_a_fragment_and_not_a_page(browser: Client) -> None:
    response = browser.get("/conflict/", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 409
    assert text.startswith('<div class="notice bad" role="alert">')
    assert "The price went up." in text


@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}, {"HX-Request": "true"}])
def test_no_shape_of_an_error_tells_how_the_code_failed(browser: Client, headers: dict[str, str]) -> None:
    text = browser.get("/broken/", headers=headers).content.decode()
    assert "ZeroDivisionError" not in text
    assert "a secret of the code" not in text
    assert "an inner reason" not in browser.get("/denied/", headers=headers).content.decode()


def test_what_an_error_quotes_is_escaped(browser: Client) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        text = browser.get("/quoting/", headers=headers).content.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text


def test_a_form_without_its_token_is_refused_with_a_way_out() -> None:
    response = Client(enforce_csrf_checks=True).post("/conflict/")
    assert response.status_code == 403
    assert "Reload the page" in response.content.decode()
    assert response["X-Reload"] == "1"


def test_a_forged_host_is_a_bad_request(browser: Client) -> None:
    response = browser.get("/account/login/", headers={"Host": "elsewhere.test"})
    assert response.status_code == 400
    assert "could not read" in response.content.decode()


def test_every_request_has_its_own_id_that_the_client_cannot_choose(browser: Client) -> None:
    answers = [browser.get("/missing/", headers={"X-Request-Id": "forged"}) for _ in range(2)]
    ids = {answer["X-Request-Id"] for answer in answers}
    assert len(ids) == 2
    assert "forged" not in ids


def test_an_error_page_carries_the_whole_policy_of_content(browser: Client) -> None:
    for url in ("/missing/", "/broken/"):
        policy = browser.get(url)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def links(html: str) -> list[tuple[str, str]]:
    """The ways on that a page offers, the first being the likeliest."""
    found = html.partition('class="row ways"')[2].partition("</p>")[0]
    return re.findall(r'href="([^"]*)">([^<]*)<', found)


def test_a_page_leads_on_to_what_most_likely_helps(browser: Client) -> None:
    studio = ("/", "Open Studio")
    here = {"Referer": "http://testserver/teams/?of=me", "Host": "testserver"}
    assert links(browser.get("/missing/", headers=here).content.decode()) == [studio]
    assert links(browser.get("/denied/", headers=here).content.decode()) == [
        ("/teams/?of=me", "Go back"),
        studio,
    ]
    again = [("/asleep/?page=2", "Try again"), studio]
    assert links(browser.get("/asleep/?page=2").content.decode()) == again
    assert links(browser.post("/broken/").content.decode()) == [studio]


@pytest.mark.parametrize(
    "referer",
    ["http://elsewhere.test/teams/", "http://testserver//elsewhere.test/", "javascript:alert(1)", "%"],
)
def test_the_way_back_never_leaves_the_house(browser: Client, referer: str) -> None:
    page = browser.get("/denied/", headers={"Referer": referer, "Host": "testserver"}).content.decode()
    assert {href for href, _name in links(page)} <= {"/", "/elsewhere.test/"}


def test_who_asks_too_early_or_often_is_told_when(browser: Client) -> None:
    assert browser.get("/often/")["Retry-After"] == "60"
    assert browser.get("/asleep/")["Retry-After"] == "10"
    assert "Retry-After" not in browser.get("/broken/")


def test_a_wrong_method_names_the_right_ones(browser: Client) -> None:
    assert browser.get("/form/")["Allow"] == "POST"
    refused = browser.post("/page/", headers={"HX-Request": "true"})
    assert (refused.status_code, refused["Allow"]) == (405, "GET")
    assert "This address takes no forms." in refused.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("studio.urls")
def test_no_page_of_a_session_is_kept_by_the_browser_and_pictures_still_are(as_alice: Client) -> None:
    assert "no-store" in as_alice.get("/gallery/")["Cache-Control"]
    assert "no-store" in as_alice.get("/nothing/is/here/")["Cache-Control"]
    assert "no-store" not in Client().get("/nothing/is/here/").headers.get("Cache-Control", "")
