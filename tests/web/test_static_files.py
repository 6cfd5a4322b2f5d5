from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from studio.web.static_files import StaticFiles


@pytest.fixture
def served(tmp_path: Path, settings: Any) -> StaticFiles:
    (tmp_path / "page.css").write_text("body { color: red }")
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = False
    return StaticFiles(WSGIHandler())


def test_a_static_file_is_answered_whole_with_its_type(served: StaticFiles) -> None:
    response = served(RequestFactory().get(f"{settings.STATIC_URL}page.css"))
    assert (response.status_code, response.content, response.streaming) == (
        200,
        b"body { color: red }",
        False,
    )
    assert response["Content-Type"] == 'text/css; charset="utf-8"'
    assert response["Content-Length"] == "19"


def test_a_file_the_browser_has_is_not_sent_again(served: StaticFiles) -> None:
    first = served(RequestFactory().get(f"{settings.STATIC_URL}page.css"))
    again = served(
        RequestFactory().get(
            f"{settings.STATIC_URL}page.css", headers={"If-Modified-Since": first["Last-Modified"]}
        )
    )
    assert (again.status_code, again.content) == (304, b"")


def test_head_has_the_headers_alone(served: StaticFiles) -> None:
    response = served(RequestFactory().head(f"{settings.STATIC_URL}page.css"))
    assert (response.status_code, response.content, response["Content-Length"]) == (200, b"", "19")
