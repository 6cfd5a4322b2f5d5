"""Every parameter of seed 3's table, from the composer's form to the gateway's wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from studio.accounts.models import User
from tests.jobs.conftest import Desk
from tests.providers.simulators.openai_compatible import OpenAICompatibleSimulator

GPT, DALLE_3, DALLE_2 = (f"openai_compatible/{name}" for name in ("gpt-image-1.5", "dall-e-3", "dall-e-2"))


@pytest.fixture
def gateway(settings: Any) -> Iterator[OpenAICompatibleSimulator]:
    with OpenAICompatibleSimulator() as simulator:
        simulator.key = "a-key-of-the-gateway"
        settings.PROVIDER_KEYS = {"openai_compatible": simulator.key}
        settings.PROVIDER_URLS = {"openai_compatible": simulator.url}
        yield simulator


def sent(
    busy: Desk, gateway: OpenAICompatibleSimulator, model: str, n: int = 1, **parameters: str
) -> dict[str, Any]:
    """What the gateway was asked for, without the name that stands for the person."""
    job = busy.finished(model, n=n, parameters=parameters)
    assert job.state == "succeeded", job.error_detail
    fields = dict(gateway.bills[-1].fields)
    assert re.fullmatch(r"[0-9a-f]{64}", fields.pop("user"))
    return fields


def test_a_gpt_model_gets_all_that_it_takes(busy: Desk, gateway: OpenAICompatibleSimulator) -> None:
    asked = {"size": "1536x1024", "quality": "low", "background": "transparent", "output_format": "webp"}
    more = {"output_compression": "70", "moderation": "low"}
    assert sent(busy, gateway, GPT, n=2, **asked, **more) == asked | {
        "model": "gpt-image-1.5",
        "prompt": "a stair",
        "n": 2,
        "output_compression": 70,
        "moderation": "low",
        "partial_images": 3,
        "stream": True,
    }


def test_dall_e_3_gets_its_style_and_dall_e_2_the_least(
    busy: Desk, gateway: OpenAICompatibleSimulator
) -> None:
    common = {"prompt": "a stair", "n": 1, "response_format": "b64_json"}
    assert sent(busy, gateway, DALLE_3, style="natural", quality="hd", size="1792x1024") == common | {
        "model": "dall-e-3",
        "style": "natural",
        "quality": "hd",
        "size": "1792x1024",
    }
    assert sent(busy, gateway, DALLE_2, size="256x256") == common | {
        "model": "dall-e-2",
        "size": "256x256",
        "quality": "auto",
    }


def test_one_person_has_one_name_at_the_vendor_and_nobody_can_read_it(
    busy: Desk, gateway: OpenAICompatibleSimulator, alice: User
) -> None:
    for _round in range(2):
        busy.finished(DALLE_2, parameters={"size": "256x256"})
    names = {bill.fields["user"] for bill in gateway.bills}
    assert len(names) == 1
    assert alice.email not in names.pop()


@pytest.mark.parametrize(
    ("model", "shown", "not_shown"),
    [
        (GPT, ["moderation", "output_compression", "background"], ["style"]),
        (DALLE_3, ["style"], ["moderation", "output_compression"]),
        ("gesso/paint", ["output_compression"], ["moderation", "style"]),
    ],
)
@pytest.mark.usefixtures("gateway", "transactional_db")
def test_the_composer_shows_a_control_for_what_a_model_takes_and_no_other(
    client: Client, alice: User, model: str, shown: list[str], not_shown: list[str]
) -> None:
    client.force_login(alice)
    form = {"model": model, "prompt": "a stair", "style": "natural", "moderation": "low"}
    answer = client.post("/parameters", form, headers={"HX-Request": "true"}).content.decode()
    assert {name for name in (*shown, *not_shown) if f'name="{name}"' in answer} == set(shown)
    if "style" in shown:
        assert 'name="style" value="natural" checked' in answer
    if "moderation" in shown:
        assert '<option value="low" selected>Less strict</option>' in answer
