"""The style guide shows what there is, from the product's own parts, to whoever is signed in."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.images.models import Image
from studio.jobs.models import Run
from studio.web import style_guide


def page_of(client: Client) -> str:
    response = client.get("/style/")
    assert response.status_code == 200
    return response.content.decode()


def test_every_state_of_a_run_stands_in_both_themes(as_alice: Client) -> None:
    page = page_of(as_alice)
    for state in ("queued", "running", "succeeded", "partial", "failed", "cancelled"):
        assert len(re.findall(rf'class="run"[^>]* data-state="{state}"', page)) >= 2, state
    assert len(set(ids := re.findall(r'\sid="([^"]+)"', page))) == len(ids)


def test_it_makes_nothing_and_asks_no_more_than_the_frame_of_a_page(as_alice: Client) -> None:
    def queries(url: str) -> int:
        as_alice.get(url)
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(url)
        return len(captured)

    assert queries("/style/") <= queries("/account/")
    assert not Run.objects.exists()
    assert not Image.objects.exists()


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/style/")["Location"] == "/account/login/?next=/style/"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_words_are_legible_on_a_panel(theme: str) -> None:
    """At least 4.5 to 1, as the stylesheet's own colours come out."""
    told = {token.name: token.contrast for token in style_guide.tokens()[theme] if token.contrast}
    assert set(told) == style_guide.TEXTS
    assert {name for name, contrast in told.items() if float(contrast) < 4.5} == set()


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54), ("#ffffff", "#ffffff", 1)],
)
def test_contrast_is_reckoned_as_wcag_does(one: str, other: str, apart: float) -> None:
    assert style_guide.contrast(one, other) == pytest.approx(apart, abs=0.01)
