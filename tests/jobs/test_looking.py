"""A program's picture goes on by its header; a worker looks at it afterwards, and takes back what is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.credits import checks, selectors
from studio.credits import services as credits
from studio.credits.models import Entry, Hold
from studio.images import intake, storage, unseen
from studio.images import services as images
from studio.images.errors import Broken, Busy, TimedOut
from studio.images.models import Blob, Image
from studio.jobs import execution, looking
from studio.jobs.models import Job, Output, Reference, State
from studio.jobs.specs import ReferenceSpec
from studio.worker.looker import Looker
from tests.images.samples import png
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.providers.simulators import openai
from tests.providers.simulators.openai import OpenAISimulator

type Paint = Callable[[Mapping[str, Any], int], bytes]


def asked_by_a_program(desk: Desk, model: str = PAID, **more: Any) -> Job:
    job = desk.job(model, **more)
    assert execution.run_one(job.pk)
    job.refresh_from_db()
    return job


def blob_of(job: Job, position: int = 0) -> Blob:
    return Blob.objects.get(images__made_by__job=job, images__made_by__position=position)


def copies_of(blob: Blob) -> list[int]:
    return [each for each in blob.renditions if storage.exists(storage.rendition_name(blob.key, each))]


def books_are_right() -> bool:
    return [problem for _account, problems in checks.check_all() for problem in problems] == []


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From now on the vendor's pictures at these places have a good header and no pixels."""
    painted: Paint = openai._painted

    def without_pixels(*places: int) -> None:
        def paint(fields: Mapping[str, Any], index: int) -> bytes:
            return png(64, 64, pixels=b"\1") if index in places else painted(fields, index)

        monkeypatch.setattr(openai, "_painted", paint)

    return without_pixels


def test_a_program_has_its_picture_and_its_bill_before_any_decoder_saw_it(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(intake, "shared", lambda: pytest.fail("a decoder was asked"))
        job = asked_by_a_program(busy, n=2)
    assert (job.state, job.outputs.count()) == (State.SUCCEEDED, 2)
    assert job.charged > 0
    assert busy.balance == (START - job.charged, 0)
    blob = blob_of(job)
    assert (blob.state, blob.sides, blob.placeholder) == (Blob.State.UNSEEN, (1024, 1024), "")
    assert (blob.renditions, copies_of(blob)) == ([320, 640, 1280], [])
    assert [looking.work(), looking.work(), looking.work()] == [True, True, False]
    seen = blob_of(job)
    assert (seen.state, seen.look_at, copies_of(seen)) == (Blob.State.READY, None, [320, 640, 1280])
    assert seen.placeholder.startswith("data:image/webp")
    assert seen.color != blob.color
    job.refresh_from_db()
    assert (job.state, busy.balance) == (State.SUCCEEDED, (START - job.charged, 0))


def test_a_program_that_sees_no_previews_pays_for_none(busy: Desk, vendor: OpenAISimulator) -> None:
    asked_by_a_program(busy)
    busy.finished(PAID)
    assert [each.get("partial_images") for each in sent(vendor)] == [None, 3]


def sent(vendor: OpenAISimulator) -> list[Any]:
    return [bill.fields for bill in vendor.bills]


def test_a_worker_looks_by_itself(busy: Desk, vendor: OpenAISimulator) -> None:
    job = asked_by_a_program(busy)
    Looker(None).work_off()
    assert blob_of(job).state == Blob.State.READY


def test_of_what_a_person_asked_for_every_picture_is_seen_first(busy: Desk, vendor: OpenAISimulator) -> None:
    assert blob_of(busy.finished(PAID)).state == Blob.State.READY
    assert blob_of(busy.finished(SKETCH)).state == Blob.State.READY
    assert not looking.work()


def test_a_picture_that_turns_out_to_be_none_is_taken_back_with_its_charge(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None]
) -> None:
    broken(0)
    job = asked_by_a_program(busy)
    blob, image = blob_of(job), Image.objects.get(made_by__job=job)
    assert (job.state, image.cost) == (State.SUCCEEDED, job.charged)
    assert looking.work()
    taken = Job.objects.get(pk=job.pk)
    assert (taken.state, taken.charged, taken.error_code) == (State.FAILED, 0, "empty_result")
    assert (busy.balance, taken.outputs.count()) == ((START, 0), 0)
    image.refresh_from_db()
    assert (image.discarded, image.cost) == (True, 0)
    assert Blob.objects.get(pk=blob.pk).state == Blob.State.BROKEN
    refund = Entry.objects.get(kind=Entry.Kind.REFUND)
    assert (refund.d_available, refund.actor, refund.key) == (job.charged, None, f"refund:{job.pk}:0")
    looking.take_back(blob)
    assert not looking.work()
    assert busy.balance == (START, 0)
    assert books_are_right()


def test_of_several_only_the_bad_one_is_taken_back(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None]
) -> None:
    broken(1)
    job = asked_by_a_program(busy, n=3)
    shares = dict(Output.objects.filter(job=job).values_list("position", "image__cost"))
    Looker(None).work_off()
    job.refresh_from_db()
    assert (job.state, sorted(job.outputs.values_list("position", flat=True))) == (State.PARTIAL, [0, 2])
    assert job.charged == shares[0] + shares[2]
    assert busy.balance == (START - job.charged, 0)
    assert books_are_right()


def test_what_staff_gave_back_before_is_not_given_twice(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None], bob: User
) -> None:
    broken(0)
    job = asked_by_a_program(busy)
    credits.refund(key=job.hold_key, amount=job.charged, refund_key="staff", actor=bob, reason="asked for")
    Looker(None).work_off()
    job.refresh_from_db()
    assert (job.state, busy.balance) == (State.FAILED, (START, 0))
    assert Hold.objects.get(key=job.hold_key).refunded == Hold.objects.get(key=job.hold_key).settled
    assert books_are_right()


def test_the_same_bad_bytes_again_are_looked_at_again_and_taken_back_again(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None]
) -> None:
    broken(0)
    for _turn in range(2):
        job = asked_by_a_program(busy)
        Looker(None).work_off()
        job.refresh_from_db()
        assert (job.state, busy.balance) == (State.FAILED, (START, 0))
    assert books_are_right()


def test_a_header_that_lied_of_the_size_is_no_picture(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked_by_a_program(busy)
    Blob.objects.update(width=1000)
    Looker(None).work_off()
    job.refresh_from_db()
    assert (job.state, busy.balance) == (State.FAILED, (START, 0))


@pytest.mark.parametrize(
    ("error", "ends"), [(Busy, State.SUCCEEDED), (TimedOut, State.FAILED), (FileNotFoundError, State.FAILED)]
)
def test_a_look_that_came_to_no_end_is_repeated_and_counts_as_bad_after_an_hour_where_the_picture_is_to_blame(
    busy: Desk,
    vendor: OpenAISimulator,
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    ends: State,
) -> None:
    job = asked_by_a_program(busy)

    def no_end(*_more: Any, **_options: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(intake, "prepare", no_end)
        assert [looking.work(), looking.work()] == [True, False], "it is not due again at once"
        assert blob_of(job).state == Blob.State.UNSEEN
        Blob.objects.update(look_at=timezone.now(), created_at=timezone.now() - timedelta(hours=2))
        assert looking.work()
    job.refresh_from_db()
    assert (job.state, busy.balance) == (ends, (START - job.charged, 0))
    Blob.objects.update(look_at=timezone.now())
    Looker(None).work_off()
    assert (Blob.objects.get().state == Blob.State.READY) == (ends == State.SUCCEEDED) == bool(job.charged)


def test_two_workers_never_look_at_the_same_picture(busy: Desk, vendor: OpenAISimulator) -> None:
    asked_by_a_program(busy)
    assert (unseen.next_due() is None, unseen.next_due()) == (False, None)


def test_who_opens_the_page_first_has_the_copies_made(
    busy: Desk, vendor: OpenAISimulator, as_alice: Client
) -> None:
    job = asked_by_a_program(busy)
    image = Image.objects.get(made_by__job=job)
    page = as_alice.get(f"/images/{image.pk}/")
    assert f"/media/{image.pk}/1280" in page.content.decode()
    answer = as_alice.get(f"/media/{image.pk}/1280")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert blob_of(job).state == Blob.State.READY


def test_no_byte_of_a_picture_that_cannot_be_read_is_shown(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None], as_alice: Client
) -> None:
    broken(0)
    image = Image.objects.get(made_by__job=asked_by_a_program(busy))
    assert as_alice.get(f"/media/{image.pk}/320").status_code == 404
    saved = as_alice.get(f"/media/{image.pk}/original")
    assert saved["Content-Disposition"].startswith("attachment")
    Looker(None).work_off()
    for address in (f"/media/{image.pk}/320", f"/media/{image.pk}/original", f"/images/{image.pk}/"):
        assert as_alice.get(address).status_code == 404


def test_a_picture_is_looked_at_before_it_goes_along_as_a_reference(
    busy: Desk, vendor: OpenAISimulator, broken: Callable[..., None]
) -> None:
    good = Image.objects.get(made_by__job=asked_by_a_program(busy))
    assert images.source_bytes(good)[2:] == (1024, 1024)
    assert Blob.objects.get().state == Blob.State.READY
    broken(0)
    bad = Image.objects.get(made_by__job=asked_by_a_program(busy))
    with pytest.raises(Broken):
        images.source_bytes(bad)
    reference = ReferenceSpec(bad.pk, Reference.Role.SUBJECT, bad.blob.sides)
    job = busy.finished(PAID, references=(reference,))
    assert (job.state, job.error_code, len(vendor.bills)) == (State.FAILED, "invalid_request", 2)
    Looker(None).work_off()
    assert selectors.balance(busy.payer.account_id).held == 0
    assert books_are_right()


def test_a_picture_of_which_the_header_is_not_sure_is_seen_first(
    busy: Desk, vendor: OpenAISimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tail, state in ((b"", Blob.State.UNSEEN), (b"behind the end", Blob.State.READY)):
        data = png(64, 64) + tail
        monkeypatch.setattr(openai, "_painted", lambda fields, index, data=data: data)
        assert blob_of(asked_by_a_program(busy)).state == state
    monkeypatch.setattr(openai, "_painted", lambda fields, index: data[:60])
    job = asked_by_a_program(busy)
    assert (job.state, job.charged, busy.balance[1]) == (State.FAILED, 0, 0)
