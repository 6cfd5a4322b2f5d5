"""Whatever is sent, it is answered in this API's words, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.jobs.models import Project, Run
from tests.api.own.conftest import QUICK, Program, refusal

POSTS = ("/runs", "/quotes", "/uploads", "/projects", f"/runs/run_{'0' * 26}/retry")
BODIES = [b"[]", b"{", b"\xff", b"null", b"[" * 50_000, b'{"\\ud800": 1}', b'{"a": ' + b"9" * 5000 + b"}"]
FIELDS: list[dict[str, Any]] = [
    {"prompt": "\ud800"},
    {"prompt": "a\0b"},
    {"model": "\0"},
    {"model": ""},
    {"model": "a" * 10_000},
    {"models": ["\ud800"]},
    {"extra": {"\ud800": 1}},
    {"extra": {"": 1}},
    {"extra": {"a.b.c": True}},
    {"extra": {"steps": 1e300}},
    {"extra": {"steps": 10**400}},
    {"extra": {"steps": [1]}},
    {"size": "9" * 5000},
    {"size": "-1x256"},
    {"size": "٢٥٦x٢٥٦"},
    {"size": "", "aspect_ratio": "0:0"},
    {"size": "", "aspect_ratio": "9" * 400 + ":1"},
    {"size": "", "aspect_ratio": "1:" + "0" * 400},
    {"seed": 10**400},
    {"seed": True},
    {"n": 1.5},
    {"max_micros": -1},
    {"max_micros": 10**19},
    {"project": "\0"},
    {"project": "prj_" + "z" * 26},
    {"references": [{}]},
    {"references": [7]},
    {"references": ["img_" + "z" * 26]},
    {"references": ["http://[::1"]},
    {"references": ["data:image/png;base64,***"]},
    {"references": ["x"] * 17},
    {"mask": {"image": ""}},
    {"budget": "1e9"},
]


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_no_object_is_refused(program: Program, path: str) -> None:
    for body in BODIES:
        answer = program.client.post(f"/api{path}", body, "application/json")
        assert 400 <= refusal(answer)[0] < 500, body[:20]
    assert (Run.objects.count(), Project.objects.count()) == (0, 1)


@pytest.mark.parametrize("wish", FIELDS, ids=[json.dumps(wish)[:50] for wish in FIELDS])
def test_a_strange_field_is_refused_and_nothing_is_run(program: Program, wish: dict[str, Any]) -> None:
    for path in ("/runs", "/quotes"):
        if not (path == "/quotes" and "max_micros" in wish):
            assert 400 <= refusal(program.post(path, QUICK | wish))[0] < 500
    assert Run.objects.count() == 0


QUERIES = [
    "limit=%00",
    "limit=9e9",
    "since=nan",
    "since=1e30",
    "since=-1",
    "until=inf",
    "q=%ff%fe",
    "model=%00",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_strange_query_is_answered_without_a_fault(program: Program, query: str) -> None:
    for path in ("runs", "pictures", "statement", "models", "projects", "collections"):
        answer = program.client.get(f"/api/{path}?{query}")
        assert answer.status_code == 200 or refusal(answer)[0] == 400, path


@pytest.mark.parametrize("name", ["%00", "%0a", "%ff", "a" * 5000, "..", "run_%00", "gesso/sketch/", "auto"])
def test_a_strange_name_in_an_address_is_nothing(program: Program, name: str) -> None:
    for path in ("runs", "pictures", "models"):
        assert refusal(program.client.get(f"/api/{path}/{name}"))[0] == 404, path
