"""What comes back (seed 2 and its wire page): addresses that end, pictures in base 64, drawings, and the bill."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from studio.images.models import Image
from studio.jobs.models import Job
from tests.api.multi.conftest import PICTURE, Post, read
from tests.images.samples import opened
from tests.images.test_drawings import SCENE
from tests.jobs.conftest import START, Desk
from tests.providers.simulators.multi import MultiSimulator
from tests.providers.web import Website

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SMALL: dict[str, Any] = {"width": 256, "height": 256}
SKETCH = {"model": "gesso/sketch"} | SMALL


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Says how long after noon an address is asked for."""

    def pass_(time: timedelta) -> None:
        monkeypatch.setattr("studio.api.results.timezone.now", lambda: NOON + time)

    return pass_


def fetched(url: str) -> Any:
    return Client().get(url)


@pytest.mark.parametrize(
    ("body", "maker", "lives"),
    [
        ({"model": "flux-2-pro"} | SMALL, "bfl", timedelta(minutes=10)),
        ({"model": "multi/flux-1.1-pro"} | SMALL, "bfl", timedelta(minutes=10)),
        ({"model": "qwen-image"} | SMALL, "fal", timedelta(days=7)),
        (SKETCH, "gesso", timedelta(days=7)),
    ],
)
def test_seed_2_an_address_is_good_for_its_makers_time(
    post: Post,
    vendor: MultiSimulator,
    passes: Callable[[timedelta], None],
    body: dict[str, Any],
    maker: str,
    lives: timedelta,
) -> None:
    passes(timedelta())
    found = read(post(body))
    assert set(found) == {"model", "provider", "images"}
    assert (found["model"], found["provider"]) == (Job.objects.get().model, maker)
    [picture] = found["images"]
    assert set(picture) == {"url", "width", "height"}
    assert (picture["width"], picture["height"]) == (256, 256)
    passes(lives - SECOND)
    answer = fetched(picture["url"])
    assert (answer.status_code, opened(answer.getvalue()).size) == (200, (256, 256))
    passes(lives)
    assert fetched(picture["url"]).status_code == 410


def test_seed_2_imagen_answers_in_base_64_with_its_type_instead_of_an_address(
    post: Post, vendor: MultiSimulator
) -> None:
    found = read(post({"model": "imagen-4", "num_images": 2, "aspect_ratio": "16:9"}))
    assert (found["model"], found["provider"], len(found["images"])) == ("multi/imagen-4", "google", 2)
    for picture in found["images"]:
        assert set(picture) == {"base64", "mimeType"}
        assert picture["mimeType"] == "image/png"
        assert opened(base64.b64decode(picture["base64"], validate=True)).size == (1408, 768)
    assert found["images"][0] != found["images"][1]


def test_seed_2_the_name_decides_how_pictures_come_whoever_made_them(post: Post, desk: Desk) -> None:
    found = read(post({"model": "imagen-4-fast"}))
    assert (found["model"], found["provider"]) == ("gesso/sketch", "gesso")
    assert set(found["images"][0]) == {"base64", "mimeType"}


def test_trap_6_a_drawing_says_that_it_is_one(
    post: Post, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor, "_painted", lambda *_given: (SCENE.encode(), "image/svg+xml"))
    [picture] = read(post({"model": "recraft-v4"} | SMALL))["images"]
    assert picture["mimeType"] == "image/svg+xml"
    answer = fetched(picture["url"])
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert answer["Content-Disposition"].startswith("attachment")


def test_seed_2_both_defaults_work_on_a_server_without_any_vendor(
    post: Post, desk: Desk, site: Website
) -> None:
    made = read(post({}))
    assert (made["model"], made["provider"]) == ("gesso/sketch", "gesso")
    assert (made["images"][0]["width"], made["images"][0]["height"]) == (1024, 1024)
    edited = read(post({"prompt": "at dusk", "image_url": "http://pictures.example/plan.png"}))
    assert edited["model"] == "gesso/paint"
    source = Job.objects.get(model="gesso/paint").references.get()
    assert (source.role, source.image.kind) == ("source", "upload")
    # What was made is edited by its address, which nobody fetches.
    site.forget()
    read(post({"prompt": "at dawn", "image_url": made["images"][0]["url"]}))
    assert site.requests == []
    latest = Job.objects.filter(model="gesso/paint").latest("created_at")
    assert latest.references.get().image == Image.objects.get(model="gesso/sketch")
    assert desk.balance == (START - 3_000 - 2 * 30_000, 0)


@pytest.mark.parametrize(
    ("body", "cost"),
    [
        (SKETCH | {"num_images": 2}, 6_000),
        ({"model": "gesso/paint"}, 30_000),
        ({"model": "gesso/paint", "image_url": PICTURE}, 30_000),
        ({"model": "gesso/studio", "image_size": "1K"}, 80_000),
    ],
)
def test_what_a_dry_run_says_is_what_leaves_the_balance(
    post: Post, desk: Desk, body: dict[str, Any], cost: int
) -> None:
    quote = read(post(body, **{"X-Dry-Run": "1"}))
    assert (quote["estimated_cost"]["micros"], desk.balance) == (cost, (START, 0))
    found = read(post(body))
    assert len(found["images"]) == body.get("num_images", 1)
    assert desk.balance == (START - cost, 0)


def test_seed_2_the_vendors_prices_are_charged_and_a_range_at_its_upper_end(
    post: Post, vendor: MultiSimulator, desk: Desk
) -> None:
    spent = 0
    for body, cost in (
        ({"model": "imagen-4-fast", "num_images": 2}, 40_000),
        (SMALL, 50_000),  # trap 7
        ({"model": "ideogram-v3"} | SMALL, 90_000),
        ({"image_url": PICTURE}, 75_000),
    ):
        assert post(body).status_code == 200
        spent += cost
        assert desk.balance == (START - spent, 0)


def test_the_same_key_gives_the_same_pictures_and_pays_once(post: Post, desk: Desk) -> None:
    first, again = (read(post(SKETCH, **{"Idempotency-Key": "order-1"})) for _ in range(2))
    assert first["model"] == again["model"]
    assert (Job.objects.count(), desk.balance) == (1, (START - 3_000, 0))
