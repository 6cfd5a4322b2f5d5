"""A script of the multi-provider API, by Django's client, and a simulator of that API as this studio's vendor."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import User
from studio.catalog import loader, services
from tests.images.samples import file_of, scene
from tests.providers.simulators.multi import MultiSimulator

GENERATE, EDIT = "/d/multi/api/v1/image/generate", "/d/multi/api/v1/image/edit"
UNPRICED = ("multi/flux-2-klein", "multi/flux-kontext")
"""The seed has no figures for these: staff set their price."""
PICTURE = "data:image/png;base64," + base64.b64encode(file_of(scene(), "PNG")).decode()

Answer = Any
"""What Django's client gives back: of several types, each with what is asked of it here."""
Post = Callable[..., Answer]


def poster(text: str, **headers: str) -> Post:
    """Sends fields as JSON; those of an edit to its address."""
    client = Client(headers={"Authorization": f"Bearer {text}"} | headers)

    def send(fields: dict[str, Any], **more: str) -> Answer:
        body = {"prompt": "a stair"} | fields
        address = EDIT if "image_url" in body else GENERATE
        return client.post(address, json.dumps(body), content_type="application/json", headers=more)

    return send


@pytest.fixture
def post(key: str) -> Post:
    """A script that pays; what it asks for is committed, as the job's thread sees it."""
    return poster(key)


@pytest.fixture
def dry(alice: User) -> Post:
    """A script that asks for the price alone."""
    return poster(keys.make(owner=alice, name="Nightly")[1], **{"X-Dry-Run": "1"})


@pytest.fixture
def priced(db: None) -> None:
    """Staff set what the seed leaves open."""
    for model in UNPRICED:
        services.set_price(None, loader.catalog().entries[model], {"unit": "image", "amount": 30_000})


@pytest.fixture
def configured(settings: Any) -> None:
    """This server has a key for the API, which a dry run does not ask."""
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"multi": "ck_x"}, {"multi": "http://127.0.0.1:9"}


@pytest.fixture
def vendor(settings: Any) -> Iterator[MultiSimulator]:
    """The API itself, simulated, with this server's key for it."""
    with MultiSimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"multi": "ck_x"}, {"multi": simulator.url}
        yield simulator


def read(answer: Answer) -> Any:
    """The document of an answer, streamed or not."""
    return json.loads(answer.getvalue())


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, code and the field of an error."""
    error = read(answer)["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"]
    return answer.status_code, error["code"], error["details"].get("parameter", "")
