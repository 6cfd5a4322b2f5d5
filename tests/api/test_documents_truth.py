"""What the documents say is what comes: each address is sent what it takes and what it does not, by the hundred."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as search
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from studio.api.dialects import Dialect
from studio.api.routes import SPOKEN
from studio.wsgi import application
from tests.images.samples import file_of, scene
from tests.jobs.conftest import SKETCH, Desk
from tests.providers.web import Website

CASES = 10_000 if os.environ.get("SOAK") else 500
OPERATIONS = sum(len(endpoints) for _dialect, endpoints in SPOKEN)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    ignored_auth,
]
SMALL: Mapping[str, Any] = {"size": "256x256", "image_size": "256x256", "width": 256, "height": 256}
"""What makes the cheapest model paint its smallest picture, in the words of the dialects that have them."""

pytestmark = pytest.mark.slow


def cheap(case: Case[Any], fields: set[str]) -> Case[Any]:
    """The same with the cheapest model in the place of every other, and small; what is of a wrong type stays.

    That model takes no pictures: where there may be some another is only asked what it would cost.
    """
    if isinstance(case.body, dict):
        takes_pictures = bool(fields & {"image", "images", "image[]"}) and "confirm" not in fields
        if "model" in fields and isinstance(case.body.get("model") or "", str):
            case.body["model"] = "gesso/paint" if takes_pictures else SKETCH
        if isinstance(case.body.get("models"), list):
            case.body["models"] = [SKETCH]
        if isinstance(case.body.get("wait"), int):
            case.body["wait"] = 0  # Nobody works on the runs of a test.
        if takes_pictures:
            case.headers["X-Dry-Run"] = "1"
        else:
            case.body |= {name: value for name, value in SMALL.items() if name in fields - set(case.body)}
    return case


def with_pictures(value: Any, artifact: str) -> Any:
    """The same with something to see wherever a picture is named or sent."""
    if isinstance(value, bytes):
        return file_of(scene(), "PNG")
    if isinstance(value, list):
        return [with_pictures(each, artifact) for each in value]
    if not isinstance(value, dict):
        return value
    if "image_url" in value or "file_id" in value:
        return {"file_id": artifact}
    if value.get("type") in ("url", "artifact", "data_uri"):
        return {"type": "artifact", "artifact_id": artifact}
    found = {name: with_pictures(each, artifact) for name, each in value.items()}
    return found | ({"image": artifact} if isinstance(found.get("image"), str) else {})


def fields_of(document: Mapping[str, Any], case: Case[Any]) -> set[str]:
    """What the case's body may hold, by the document."""
    operation = document["paths"][case.path][case.method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get(case.media_type)
    name = content["schema"]["$ref"].rpartition("/")[2] if content else ""
    return set(document["components"]["schemas"].get(name, {}).get("properties", ()))


@pytest.mark.parametrize("dialect", [dialect for dialect, _endpoints in SPOKEN], ids=lambda each: each.name)
def test_an_address_answers_as_its_document_says_whatever_it_is_sent(
    dialect: Dialect, desk: Desk, key: str, raw: httpx.Client, site: Website, settings: Any
) -> None:
    settings.API_PER_MINUTE = 10 * CASES
    photo = {"file": ("photo.png", file_of(scene(), "PNG"))}
    artifact = raw.post("/d/async/v1/uploads", files=photo).json()["artifact_id"]
    schema = schemathesis.openapi.from_wsgi(f"/{dialect.base}/openapi.json", application)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            strategy = operation.as_strategy(generation_mode=mode)
            fuzz(strategy, schema.raw_schema, key, artifact)


@pytest.mark.parametrize("base", ["d/openai", "d/deepshi"])
def test_a_stream_goes_as_its_document_says(base: str, desk: Desk, key: str) -> None:
    schema = schemathesis.openapi.from_wsgi(f"/{base}/openapi.json", application)
    body: Any = {"model": "gesso/paint", "prompt": "a stair", "stream": True, "partial_images": 1}
    case = schema["/v1/images/generations"]["POST"].Case(body=body, media_type="application/json")
    headers = {"Authorization": f"Bearer {key}"}
    answer = case.call(headers=headers)
    assert answer.headers["content-type"] == ["text/event-stream"]
    case.validate_response(answer, checks=CHECKS, headers=headers)


def fuzz(
    strategy: st.SearchStrategy[Case[Any]], document: Mapping[str, Any], key: str, artifact: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"}

    @search(
        max_examples=CASES // OPERATIONS // 2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, seen=st.booleans())
    def answered(case: Case[Any], seen: bool) -> None:
        asked = cheap(case, fields_of(document, case))
        asked.body = with_pictures(asked.body, artifact) if seen else asked.body
        asked.validate_response(asked.call(headers=headers), checks=CHECKS, headers=headers)

    answered()
