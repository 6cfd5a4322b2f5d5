"""What this dialect refuses: media that cannot be used, and each error with its status, code and envelope."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import User
from studio.api import ids
from studio.images.models import Image
from tests.api.tasks.asking import BASE, IMAGE, LEAST, TEXT, Asker
from tests.api.tasks.conftest import VENDOR
from tests.factories import make_image
from tests.jobs.conftest import PAINT, SKETCH

NOBODYS = UUID("019e0000-0000-7000-8000-000000000000")
"""The id of no picture, the same in every process that collects these tests."""


@pytest.mark.parametrize(
    ("media", "status", "code"),
    [
        ({"type": "artifact"}, 400, "missing_required_parameter"),
        ({"type": "url"}, 400, "missing_required_parameter"),
        ({"type": "data_uri", "url": "https://pictures.example/1"}, 400, "missing_required_parameter"),
        ({"type": "file", "url": "x"}, 400, "invalid_value"),
        ({}, 400, "missing_required_parameter"),
        ({"type": "url", "address": "x"}, 400, "unknown_parameter"),
        ([], 400, "invalid_type"),
        (7, 400, "invalid_type"),
        ({"type": "artifact", "artifact_id": "art_nothing"}, 404, "artifact_not_found"),
        ({"artifact_id": "art_nothing"}, 404, "artifact_not_found"),
        ({"artifact_id": "art_nothing", "url": None, "type": None}, 404, "artifact_not_found"),
        ("art_nothing", 404, "artifact_not_found"),
        ({"url": "https://a.example/1", "artifact_id": "art_1"}, 400, "missing_required_parameter"),
        ({"type": "data_uri", "data_uri": "data:image/png;base64,AAAA"}, 400, "unsupported_image_type"),
        ({"type": "artifact", "artifact_id": ids.shown("art", NOBODYS)}, 404, "artifact_not_found"),
        ({"type": "url", "url": "http://pictures.example/1.png"}, 400, "address_scheme"),
        ("http://pictures.example/1.png", 400, "address_scheme"),
        ({"type": "data_uri", "data": "data:image/png;base64,AAAA"}, 400, "unsupported_image_type"),
        ("data:image/png,AAAA", 400, "invalid_image"),
    ],
    ids=str,
)
def test_media_that_cannot_be_used_are_refused(asker: Asker, media: Any, status: int, code: str) -> None:
    assert asker.refusal(IMAGE, model=VENDOR, image=media) == (status, code)
    extra = asker.refusal(IMAGE, model=VENDOR, image=asker.artifact(), extra_images=[media])
    assert extra == (status, code)


def test_a_foreign_artifact_and_a_missing_one_look_the_same(asker: Asker, charlie: User) -> None:
    theirs = ids.shown("art", make_image(charlie).pk)
    answers = [
        asker.post(
            LEAST | {"model": VENDOR, "image": {"type": "artifact", "artifact_id": each}}, IMAGE
        ).content
        for each in (theirs, ids.shown("art", Image().pk))
    ]
    assert answers[0] == answers[1]


# Errors ----------------------------------------------------------------------------------------------------------


def test_each_error_of_the_dialect_has_its_status(asker: Asker, settings: Any) -> None:
    """400 and 404 are tried above; 413 with uploads; 422 with idempotency."""
    nobody = Client().post(f"{BASE}/v1{TEXT}", LEAST, content_type="application/json")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "unauthorized")
    key = keys.make(owner=asker.owner, name="Reader", scopes=["pictures"])[1]
    reader = Client(headers={"Authorization": f"Bearer {key}"})
    for path in (TEXT, IMAGE, "/uploads", "/tasks/tsk_1/cancel"):
        answer = reader.post(f"{BASE}/v1{path}", LEAST, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
    key = keys.make(owner=asker.owner, name="One model", allowed_models=[PAINT])[1]
    narrow = Client(headers={"Authorization": f"Bearer {key}"})
    answer = narrow.post(f"{BASE}/v1{TEXT}", LEAST | {"model": SKETCH}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "model_not_allowed")
    settings.API_PER_MINUTE = 0
    busy = asker.post(LEAST)
    assert (busy.status_code, busy.json()["error"]["code"]) == (429, "rate_limited")
    assert int(busy["Retry-After"]) >= 1


def test_an_empty_wallet_is_402_and_not_worth_another_try(asker: Asker) -> None:
    for _turn in range(8):
        asker.post(LEAST | {"model": VENDOR, "quality": "hd", "n": 4})
    before = asker.desk.balance
    answer = asker.post(LEAST | {"model": VENDOR, "quality": "hd", "n": 4})
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "insufficient_credits")
    assert (answer["x-should-retry"], asker.desk.balance) == ("false", before)
    # In the credits that the bill has, not in the studio's.
    left = f"You have {before[0] / 1000:.4f}, this needs 1200.0000."
    assert left in answer.json()["error"]["message"]
