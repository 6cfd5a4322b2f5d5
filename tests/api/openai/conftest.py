"""An easel in the painter's place, which notes what is asked for and is done at once, and a script whose requests are
refused or only priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from providers.base import Emit, Finished, ImageRequest, Output, Partial, Usage
from providers.errors import ProviderError
from providers.painter.adapter import Painter
from studio.accounts import keys
from studio.accounts.models import User
from tests.jobs.conftest import Desk, desk_of
from tests.providers.simulators.pictures import picture

USAGE = Usage(input_text=5, input_image=7, output_image=101)


@dataclass
class Easel:
    """``early`` previews come at most; ``fails`` is raised after them."""

    asked: list[ImageRequest] = field(default_factory=list)
    early: int = 3
    fails: ProviderError | None = None

    def painted(self, request: ImageRequest, emit: Emit) -> Finished:
        self.asked.append(request)
        for index in range(request.n):
            for step in range(1, min(request.partials, self.early) + 1):
                look = picture(16, 16, (step, index, 9), "jpeg")
                emit(Partial(index, look, "image/jpeg", step, request.partials))
        if self.fails:
            raise self.fails
        kind, clear = request.output_format, request.background == "transparent"
        made = [picture(64, 48, (n, 99, 9), kind, transparent=clear) for n in range(request.n)]
        outputs = tuple(Output(data, f"image/{kind}", revised_prompt="A stair.") for data in made)
        return Finished(outputs, usage=USAGE)


@pytest.fixture
def easel(monkeypatch: pytest.MonkeyPatch) -> Easel:
    made = Easel()
    monkeypatch.setattr(Painter, "submit", lambda painter, request, emit: made.painted(request, emit))
    return made


GENERATIONS, EDITS = "/d/openai/v1/images/generations", "/d/openai/v1/images/edits"


@dataclass
class Script:
    """Asks for what is refused or only priced: its test's rows are taken back, quicker than to empty tables."""

    client: Client
    key: str
    desk: Desk

    def post(self, body: dict[str, Any], address: str = GENERATIONS, **headers: str) -> Any:
        return self._sent(address, {"prompt": "a stair"} | body, "application/json", headers)

    def dry(self, **body: Any) -> Any:
        """Checked and priced, and not done."""
        return self.post(body, **{"X-Dry-Run": "1"})

    def form(self, texts: dict[str, Any], files: list[tuple[str, bytes]]) -> Any:
        """An edit as a form."""
        parts: dict[str, Any] = {}
        for name, data in files:
            parts.setdefault(name, []).append(SimpleUploadedFile("a.png", data, "image/png"))
        return self._sent(EDITS, texts | parts, MULTIPART_CONTENT, {})

    def _sent(self, address: str, data: dict[str, Any], content_type: str, headers: dict[str, str]) -> Any:
        with_key = {"Authorization": f"Bearer {self.key}", **headers}
        return self.client.post(address, data, content_type, headers=with_key)


@pytest.fixture
def script(client: Client, alice: User) -> Script:
    return Script(client, keys.make(owner=alice, name="Nightly")[1], desk_of(alice))


def refusal(answer: Any) -> tuple[int, str, str]:
    """Status, code and field of a request that was no good."""
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    return answer.status_code, error["code"], error["param"]
