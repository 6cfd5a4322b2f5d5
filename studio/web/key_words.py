"""What people read about a key: what it may do, whom its dialect is for, and programs to start from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from studio.accounts.models import Dialect, Scope

SCOPES: Mapping[Scope, Any] = {
    Scope.GENERATE: _("Make and edit pictures, upload references, ask for prices."),
    Scope.PICTURES: _("Look at runs and pictures, search and download them."),
    Scope.CREDITS: _("Look at the balance and the statement."),
}

PROMPT = "A quiet terracotta stair"

SDK = """import base64

import httpx
from openai import OpenAI

client = OpenAI(base_url="{base}", api_key="{key}")
picture = client.images.generate(model="{model}", prompt="{prompt}").data[0]
data = base64.b64decode(picture.b64_json) if picture.b64_json else httpx.get(picture.url).content
with open("picture.png", "wb") as file:
    file.write(data)
"""
TASKS = """import time

import httpx

client = httpx.Client(base_url="{base}", headers={{"Authorization": "Bearer {key}"}})
task = client.post("{path}", json={body}).raise_for_status().json()
while task.get("status") not in ("succeeded", "failed", "canceled"):
    time.sleep(2)
    task = client.get(f"/v1/tasks/{{task['task_id']}}").raise_for_status().json()
print(task)
"""
PLAIN = """import httpx

answer = httpx.post(
    "{base}{path}",
    headers={{"Authorization": "Bearer {key}"}},
    json={body},
    timeout=600,
)
print(answer.raise_for_status().json())
"""
CURL = """curl {base}{path} \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{body}'
"""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How programs speak a dialect: where it begins on this server, where pictures are asked for, and in Python."""

    about: Any
    base: str
    path: str
    python: str


SPOKEN: Mapping[Dialect, Spoken] = {
    Dialect.OPENAI: Spoken(
        _("For OpenAI's SDK and everything that is made for it."), "/d/openai/v1", "/images/generations", SDK
    ),
    Dialect.DEEPSHI: Spoken(
        _("For programs written for Deepshi: models that describe themselves, and the cost in each answer."),
        "/d/deepshi/v1",
        "/images/generations",
        SDK,
    ),
    Dialect.ASYNC: Spoken(
        _("For programs that start a task and ask for it until it is done."),
        "/d/async",
        "/v1/images/generations",
        TASKS,
    ),
    Dialect.FAIRSTACK: Spoken(
        _("For programs written for FairStack: a price before each picture, in microdollars."),
        "/d/fairstack",
        "/v1/generations/image",
        PLAIN,
    ),
    Dialect.MULTI: Spoken(
        _("For programs written for the multi-provider API."), "/d/multi", "/api/v1/image/generate", PLAIN
    ),
}
"""Paths as their seeds have them, below each dialect's own base (``/d/<value>``)."""


def programs(dialect: Dialect, *, base: str, key: str, model: str) -> dict[str, str]:
    """A command line and a Python program that make a picture with this key, ready to run. ``base`` is whole."""
    spoken = SPOKEN[dialect]
    facts = {
        "base": base,
        "path": spoken.path,
        "key": key,
        "model": model,
        "prompt": PROMPT,
        "body": json.dumps({"model": model, "prompt": PROMPT}),
    }
    return {"curl": CURL.format(**facts), "python": spoken.python.format(**facts)}
