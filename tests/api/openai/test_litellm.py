"""litellm as a client, unmodified, with only its base address and key set."""

from __future__ import annotations

import asyncio
import base64
import io
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.openai.conftest import Easel
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH
from tests.providers.simulators.pictures import picture

PNG, OTHER = file_of(scene(), "PNG"), picture(96, 64, (9, 9, 200))

# It makes pydantic's models of its own types while it works, which pydantic says something about.
pytestmark = pytest.mark.filterwarnings("ignore:.*on TypedDict class.*:UserWarning")


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> Any:
    # Read when it is imported: without it a list of prices is fetched.
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    return litellm


def test_litellm_generates(litellm: Any, live_server: LiveServer, key: str, easel: Easel) -> None:
    where = {"api_base": f"{live_server.url}/v1", "api_key": key}
    answer = litellm.image_generation(
        model=f"openai/{SKETCH}", prompt="a stair", size="256x256", n=2, **where
    )
    assert [base64.b64decode(each.b64_json)[:4] for each in answer.data] == [b"\x89PNG"] * 2
    assert (easel.asked[0].n, easel.asked[0].width) == (2, 256)
    later = litellm.aimage_generation(model=f"openai/{SKETCH}", prompt="a tower", user="eve", **where)
    assert base64.b64decode(asyncio.run(later).data[0].b64_json).startswith(b"\x89PNG")


def test_litellm_edits(litellm: Any, live_server: LiveServer, key: str, easel: Easel) -> None:
    where = {"api_base": f"{live_server.url}/v1", "api_key": key}
    pictures = [io.BytesIO(PNG), io.BytesIO(OTHER)]
    answer = litellm.image_edit(model=f"openai/{PAINT}", prompt="a tower", image=pictures, **where)
    assert base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG")
    assert len(easel.asked[0].references) == 2
    hole = io.BytesIO(picture(96, 64, (0, 0, 0), transparent=True))
    litellm.image_edit(
        model="openai/gesso/studio", prompt="a tower", image=io.BytesIO(PNG), mask=hole, n=2, **where
    )
    assert (easel.asked[1].kind, easel.asked[1].n) == ("inpaint", 2)


def test_litellm_has_its_exception_for_a_refusal(litellm: Any, live_server: LiveServer, key: str) -> None:
    where = {"api_base": f"{live_server.url}/v1", "api_key": key}
    with pytest.raises(litellm.BadRequestError):
        litellm.image_generation(model=f"openai/{SKETCH}", prompt="a stair", size="9x9", **where)
    with pytest.raises(litellm.NotFoundError):
        litellm.image_generation(model="openai/no-such", prompt="a stair", **where)
    with pytest.raises(litellm.AuthenticationError):
        litellm.image_generation(
            model=f"openai/{SKETCH}", prompt="a stair", **where | {"api_key": "gs_live_no"}
        )
