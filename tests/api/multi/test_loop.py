"""Gesso speaks to Gesso: our own adapter of this API has our own dialect of it as its vendor, over a socket."""

from __future__ import annotations

import base64

import pytest
from pytest_django.live_server_helper import LiveServer

from providers import errors
from providers.adapters.multi import Multi
from providers.base import EDIT, Config, ImageRequest, InputImage
from studio.accounts.models import User
from studio.catalog import services as catalog
from studio.jobs.models import Job
from tests.api.multi.conftest import PICTURE
from tests.images.samples import opened
from tests.jobs.conftest import START, Desk
from tests.providers.calls import silent

SOURCE = base64.b64decode(PICTURE.partition(",")[2])


@pytest.fixture
def adapter(live_server: LiveServer, key: str) -> Multi:
    return Multi(Config(key=key, url=f"{live_server.url}/d/multi"))


def test_a_picture_comes_by_its_address(adapter: Multi, desk: Desk) -> None:
    asked = ImageRequest(model="flux-2-pro", prompt="a stair", width=256, height=320, seed=7)
    [output] = adapter.submit(asked, silent).outputs
    assert (output.mime, opened(output.data).size) == ("image/png", (256, 320))
    assert (Job.objects.get().parameters["seed"], desk.balance) == (7, (START - 3_000, 0))


def test_two_of_imagen_come_in_base_64(adapter: Multi, desk: Desk) -> None:
    asked = ImageRequest(model="imagen-4", prompt="a stair", aspect_ratio="16:9", resolution="1K", n=2)
    found = adapter.submit(asked, silent).outputs
    for output in found:
        width, height = opened(output.data).size
        assert width / height == pytest.approx(16 / 9, rel=0.03)


def test_a_picture_is_edited(adapter: Multi, desk: Desk) -> None:
    source = InputImage(SOURCE, "image/png", *opened(SOURCE).size, role="source")
    asked = ImageRequest(model="qwen-image-edit", prompt="at dusk", kind=EDIT, references=(source,))
    [output] = adapter.submit(asked, silent).outputs
    assert opened(output.data).size == (1024, 1024)
    assert Job.objects.get().model == "gesso/paint"
    assert desk.balance == (START - 30_000, 0)


def test_a_refusal_is_understood_at_the_other_end(
    live_server: LiveServer, adapter: Multi, desk: Desk, dana: User
) -> None:
    catalog.pause(dana, "gesso")
    asked = ImageRequest(model="imagen-4", prompt="a stair", aspect_ratio="16:9", resolution="2K")
    with pytest.raises(errors.ModelUnavailable):
        adapter.submit(asked, silent)
    stranger = Multi(Config(key="gs_live_x", url=f"{live_server.url}/d/multi"))
    with pytest.raises(errors.AuthError):
        stranger.submit(asked, silent)
    assert desk.balance == (START, 0)
