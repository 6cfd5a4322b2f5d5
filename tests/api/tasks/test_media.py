"""Seed 1's media: three kinds in, uploads, and artifacts that go from one task into the next."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.accounts.models import User
from studio.api import ids, inputs
from studio.api.errors import Refused
from studio.api.tasks import media as media_in
from studio.images.models import Image, Lineage
from studio.jobs.models import Job, Run
from tests.api.tasks.conftest import VENDOR, Program
from tests.images.samples import file_of, scene
from tests.jobs.conftest import START, Desk
from tests.providers import tls
from tests.providers.simulators.async_tasks import AsyncTasksSimulator
from tests.providers.web import Website

PNG = file_of(scene(), "PNG")
CODED = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
AT = "https://pictures.example/some/stair.png"
IMAGE = "/images/image-to-image"


@pytest.fixture
def secure(site: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Website:
    """The web, which is asked over TLS as the seed wants it."""
    tls.speak(site, tmp_path, monkeypatch)
    return site


@pytest.mark.parametrize(
    "media",
    [{"type": "url", "url": AT}, {"type": "data_uri", "data": CODED}, AT, CODED],
    ids=["url", "data_uri", "a bare address", "a bare data URI"],
)
def test_seed_1_what_is_sent_along_is_kept_first_and_comes_back_as_an_artifact(
    program: Program, vendor: AsyncTasksSimulator, secure: Website, media: Any
) -> None:
    task = program.begun(model=VENDOR, image=media)
    assert task["type"] == "image_to_image"
    kept = Image.objects.get()
    assert task["input"]["images"] == [{"artifact_id": ids.shown("art", kept.pk), "width": 96, "height": 64}]
    again = {"type": "artifact", "artifact_id": task["input"]["images"][0]["artifact_id"]}
    assert program.begun(model=VENDOR, image=again)["input"] == task["input"]
    assert Image.objects.count() == 1


def test_seed_1_sixteen_references_of_every_kind_reach_the_model_in_order(
    program: Program, vendor: AsyncTasksSimulator, secure: Website, picture: str
) -> None:
    other = file_of(scene(64, 64), "PNG")
    more = f"data:image/png;base64,{base64.b64encode(other).decode()}"
    kinds: list[Any] = [{"type": "artifact", "artifact_id": picture}, AT, CODED, more]
    task = program.ended(model=VENDOR, image=more, extra_images=[*kinds * 3, *kinds[:3]])
    assert task["status"] == "succeeded"
    wide = [each["width"] for each in task["input"]["images"]]
    assert wide == [64, *[96, 96, 96, 64] * 3, 96, 96, 96]
    assert len(vendor.bills[0].images) == 16


def test_seed_1_a_result_goes_into_the_next_task_without_being_sent_again(
    program: Program, desk: Desk, vendor: AsyncTasksSimulator
) -> None:
    first = program.ended(model=VENDOR)
    made = first["output"]["images"][0]["artifact_id"]
    second = program.ended(model=VENDOR, image={"type": "artifact", "artifact_id": made})
    assert (second["status"], second["input"]["images"][0]["artifact_id"]) == ("succeeded", made)
    result = ids.read("art", second["output"]["images"][0]["artifact_id"])
    link = Lineage.objects.get(child=result)
    assert (ids.shown("art", link.parent_id), link.operation) == (made, "edit")
    assert desk.balance == (START - 110_000, 0)


def test_a_results_own_address_is_as_good_as_its_artifact(
    program: Program, vendor: AsyncTasksSimulator, site: Website
) -> None:
    """It is http on this test's machine, and it is not fetched."""
    made = program.ended(model=VENDOR)["output"]["images"][0]
    task = program.begun(model=VENDOR, image={"type": "url", "url": made["url"]})
    assert task["input"]["images"][0]["artifact_id"] == made["artifact_id"]
    assert site.requests == []


def test_an_input_that_the_asker_may_not_see_is_not_told(
    program: Program, vendor: AsyncTasksSimulator, picture: str, charlie: User
) -> None:
    task = program.begun(model=VENDOR, image={"type": "artifact", "artifact_id": picture})
    Image.objects.update(owner=charlie)
    assert program.seen(task["task_id"])["input"] == {"images": []}


# Uploads -----------------------------------------------------------------------------------------------------------


def test_seed_1_an_upload_is_named_by_its_artifact_id_and_used_twice(
    program: Program, vendor: AsyncTasksSimulator, picture: str
) -> None:
    assert picture.startswith("art_")
    for _turn in range(2):
        task = program.begun(model=VENDOR, image={"type": "artifact", "artifact_id": picture})
        assert task["input"]["images"][0]["artifact_id"] == picture
    assert Image.objects.get().name == "stair.png"


@pytest.mark.parametrize("body", [{"type": "data_uri", "data": CODED}, {"type": "url", "url": AT}], ids=str)
def test_an_upload_may_be_json(program: Program, secure: Website, picture: str, body: Any) -> None:
    answer = program.post("/uploads", body)
    assert (answer.status_code, answer.json()) == (
        201,
        {"artifact_id": picture, "width": 96, "height": 64},
    )


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"files": {"other": PNG}}, 400, "missing_required_parameter"),
        ({"files": {"file": b"no picture"}}, 400, "unsupported_image_type"),
        ({"files": {"file": b""}}, 400, "unsupported_image_type"),
        ({"files": {"file": PNG}, "data": {"purpose": "vision"}}, 400, "unknown_parameter"),
    ],
    ids=["no file", "no picture", "empty", "another field"],
)
def test_an_upload_that_is_no_picture_is_refused(
    program: Program, form: dict[str, Any], status: int, code: str
) -> None:
    answer = program.post("/uploads", **form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert not Image.objects.exists()


def test_uploads_have_a_limit_of_50_mb_and_say_so(program: Program) -> None:
    answer = program.post("/uploads", files={"file": ("big.png", PNG + b"\0" * inputs.CAP_BYTES)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "image_too_large")
    assert "50 MB" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/uploads", IMAGE])
def test_what_comes_inside_a_document_has_the_same_limit(
    program: Program, monkeypatch: pytest.MonkeyPatch, desk: Desk, path: str
) -> None:
    monkeypatch.setattr(inputs, "CAP_BYTES", len(PNG) - 1)
    media = {"type": "data_uri", "data": CODED}
    body = media if path == "/uploads" else {"prompt": "a stair", "image": media}
    answer = program.post(path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "image_too_large")
    assert (Run.objects.count(), Job.objects.count(), desk.balance) == (0, 0, (START, 0))


def test_a_file_that_is_too_large_is_not_read_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    part = SimpleUploadedFile("big.png", PNG)
    monkeypatch.setattr(inputs, "CAP_BYTES", len(PNG) - 1)
    with pytest.raises(Refused) as caught:
        media_in.file_of(part)
    assert (caught.value.code, part.tell()) == ("image_too_large", 0)
