"""Deepshi's dialect by Django's client, by OpenAI's own, and before a simulator of the vendor."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pixels
from pytest_django.live_server_helper import LiveServer

from providers.base import Emit, Finished, ImageRequest, Output, Partial
from providers.painter.adapter import Painter
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT
from tests.providers.simulators.deepshi import DeepshiSimulator
from tests.providers.simulators.pictures import picture

BASE = "/d/deepshi/v1"
GENERATIONS, EDITS, MODELS = f"{BASE}/images/generations", f"{BASE}/images/edits", f"{BASE}/models"

STUDIO = "gesso/studio"
PICTURE = file_of(scene(), "PNG")

Post = Callable[..., Any]
Answer = Any
"""What Django's client gives back: of several types, each with what is asked of it here."""


@pytest.fixture
def api(key: str) -> Client:
    """A client that sends the key."""
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def post(api: Client) -> Post:
    """Sends fields as JSON, to the address for generations unless another is named."""

    def send(fields: dict[str, Any], address: str = GENERATIONS, **headers: str) -> Answer:
        return api.post(address, json.dumps(fields), content_type="application/json", headers=headers)

    return send


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ImageRequest]:
    """What the offline models are asked for; they paint small squares, each after the looks at it that are wanted."""
    requests: list[ImageRequest] = []

    def painted(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        requests.append(request)
        for index in range(request.n):
            for step in range(1, request.partials + 1):
                emit(Partial(index, picture(8, 8, (step, 9, 9)), "image/png", step, request.partials))
        outputs = (picture(64, 64, (index, 9, 9), request.output_format) for index in range(request.n))
        return Finished(tuple(Output(data, f"image/{request.output_format}") for data in outputs))

    monkeypatch.setattr(Painter, "submit", painted)
    return requests


@pytest.fixture
def vendor(settings: Any) -> Iterator[DeepshiSimulator]:
    """The vendor's simulator, with this server's key for it."""
    with DeepshiSimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"deepshi": "sk-bf-x"}, {"deepshi": simulator.url}
        yield simulator


@pytest.fixture
def client(live_server: LiveServer, key: str) -> Iterator[openai.OpenAI]:
    """OpenAI's own client, unmodified, with only base URL and key changed."""
    with openai.OpenAI(api_key=key, base_url=f"{live_server.url}{BASE}", max_retries=0, timeout=60) as client:
        yield client


def read(answer: Answer) -> Any:
    """The document of an answer, streamed or not."""
    return json.loads(answer.getvalue())


def events(answer: Answer) -> list[Any]:
    """The data of each event: documents, and ``[DONE]`` as it is."""
    lines = answer.getvalue().decode().splitlines()
    texts = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def png(number: int) -> bytes:
    return file_of(Pixels.new("RGB", (64, 64), (number, 0, 0)), "PNG")


def mask(width: int = 96, height: int = 64) -> bytes:
    return file_of(Pixels.new("RGBA", (width, height), (0, 0, 0, 0)), "PNG")


def part(data: bytes, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/png")


def data_uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def sent(api: Client, model: str = PAINT, /, **fields: Any) -> Answer:
    """An edit as a form."""
    return api.post(EDITS, {"model": model, "prompt": "a stair"} | fields)


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, code and param of an error."""
    error = read(answer)["error"]
    return answer.status_code, error["code"], error["param"]
