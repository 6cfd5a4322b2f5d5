"""The studio page and what its composer and rows send."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import User
from studio.catalog import loader
from studio.core.events import latest_id, since
from studio.jobs import services
from studio.jobs.models import Job, Output, Run, State
from tests.factories import make_blob, make_image, pictures
from tests.jobs.conftest import PAINT, PRESS, SKETCH, Desk, desk_of


@pytest.fixture
def desk(alice: User) -> Desk:
    return desk_of(alice)


def form(**changes: Any) -> dict[str, Any]:
    """What the composer posts for one small picture."""
    return {
        "model": SKETCH,
        "prompt": "a stair",
        "size": "256x256",
        "n": "1",
        "idempotency_key": uuid.uuid4().hex,
    } | changes


def post(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data, headers={"HX-Request": "true"})


def deliver(job: Job, alice: User) -> None:
    """Give a job all its pictures, as rows alone."""
    for position in range(job.n):
        Output.objects.create(job=job, position=position, image=make_image(alice, blob=make_blob()))
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED)


def test_an_empty_studio_teaches_and_spends_nothing(as_alice: Client, desk: Desk) -> None:
    page = as_alice.get("/").content.decode()
    assert "Start with a sentence" in page
    assert (Run.objects.count(), desk.balance[1]) == (0, 0)


def test_generate_adds_a_row_with_placeholders_of_the_right_number_and_shape(
    as_alice: Client, desk: Desk
) -> None:
    answer = post(as_alice, "/runs", form(n="3", size="512x512")).content.decode()
    assert len(re.findall(r'class="tile waiting', answer)) == 3
    assert answer.count('viewBox="0 0 512 512"') == 3
    assert 'hx-target="#runs" hx-swap="afterbegin"' in answer
    assert Run.objects.get().project_id == desk.project.pk


def test_pressing_twice_makes_one_run(as_alice: Client, desk: Desk) -> None:
    data = form()
    first, second = post(as_alice, "/runs", data), post(as_alice, "/runs", data)
    assert (first.status_code, second.status_code, Run.objects.count()) == (200, 200, 1)


def test_without_scripts_generate_leads_to_the_row(as_alice: Client, desk: Desk) -> None:
    response = as_alice.post("/runs", form())
    run = Run.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/projects/{run.project_id}/#run-{run.pk}")


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"prompt": ""}, 422, "prompt"),
        ({"n": "50"}, 422, "n"),
        ({"n": "50000000000000000000"}, 422, "n"),
        ({"size": "1x1"}, 422, "size"),
        ({"reference": "no-id", "reference_role": "style"}, 422, "references"),
        (
            {"reference": str(uuid.uuid4()), "reference_role": "style", "model": PAINT, "size": ""},
            422,
            "references",
        ),
        ({"quote": "forged"}, 409, ""),
    ],
)
def test_a_refusal_names_the_field_keeps_the_words_and_costs_nothing(
    as_alice: Client, desk: Desk, changes: dict[str, Any], status: int, field: str
) -> None:
    response = post(as_alice, "/runs", form(**changes))
    assert response.status_code == status
    assert f'data-field="{field}"' in response.content.decode()
    assert (Run.objects.count(), desk.balance[1]) == (0, 0)


def test_a_model_that_nobody_knows_is_not_found(as_alice: Client, desk: Desk) -> None:
    assert post(as_alice, "/runs", form(model="nobody/knows")).status_code == 404


def test_without_scripts_a_refusal_shows_the_page_with_what_was_typed(as_alice: Client, desk: Desk) -> None:
    response = as_alice.post("/runs", form(prompt="a red door", n="50"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "a red door</textarea>" in page
    assert 'data-field="n"' in page


def test_a_balance_that_will_not_do_says_what_is_missing_and_offers_a_smaller_run(
    as_bob: Client, bob: User
) -> None:
    from studio.credits import services as credits

    credits.grant(
        account_id=credits.account_of(user=bob).pk, amount=70_000, key="little", actor=None, reason="little"
    )
    answer = post(as_bob, "/price", form(model=PAINT, size="", n="4")).content.decode()
    assert 'data-reason="Not enough credits"' in answer
    assert "5 short" in answer
    assert "Run 2 images for 6" in answer


def test_the_price_moves_with_the_settings(as_alice: Client, desk: Desk) -> None:
    one = post(as_alice, "/price", form(model=PAINT, size="", n="1")).content.decode()
    four = post(as_alice, "/price", form(model=PAINT, size="", n="4")).content.decode()
    assert "<b>3 credits</b>" in re.sub(r"\s+", " ", one).replace("<b> ", "<b>")
    assert "12 credits" in re.sub(r"\s+", " ", four)
    assert "Generate 4 images" in four


def test_a_token_priced_model_shows_a_range(as_alice: Client, desk: Desk) -> None:
    answer = post(as_alice, "/price", form(model=PRESS, size="")).content.decode()
    assert re.search(r"<b>[\d.]+–[\d.]+ credits", re.sub(r"\s+", " ", answer))


def test_another_model_keeps_the_nearest_size_and_says_so(as_alice: Client, desk: Desk) -> None:
    answer = post(as_alice, "/parameters", form(model=PAINT, size="512x512", n="2")).content.decode()
    assert 'name="aspect_ratio" value="1:1" checked' in answer
    assert 'id="images" name="n" min="1"' in answer


def test_a_model_that_keeps_the_size_of_its_picture_shows_no_choice_of_sizes(
    as_alice: Client, desk: Desk, settings: Any
) -> None:
    known = loader.catalog().entries.values()
    keeps = next(entry for entry in known if entry.sizing.style == "none" and entry.price)
    settings.PROVIDER_KEYS = {keeps.provider: "key"}
    answer = post(as_alice, "/parameters", form(model=keeps.id)).content.decode()
    assert keeps.label in answer
    for part in ("aspect-part", "size-part", "preset-part", "#size-result"):
        assert part not in answer


def test_a_signed_quote_that_is_too_low_by_now_is_told_before_anything_is_held(
    as_alice: Client, desk: Desk
) -> None:
    cheap = post(as_alice, "/price", form(n="1")).content.decode()
    token = re.search(r'name="quote" value="([^"]+)"', cheap)
    assert token
    response = post(as_alice, "/runs", form(n="4", quote=token[1]))
    assert (response.status_code, desk.balance[1]) == (409, 0)
    assert "price changed" in response.content.decode()


def test_cancel_ends_a_waiting_run_and_gives_everything_back(as_alice: Client, desk: Desk) -> None:
    run, before = desk.submit(n=2), desk.balance
    answer = post(as_alice, f"/runs/{run.pk}/cancel", {}).content.decode()
    assert "Cancelled." in answer
    assert "Nothing was charged" in answer
    assert before[1] == 6_000
    assert desk.balance[1] == 0


def test_a_retry_shows_its_price_first_and_then_runs_what_was_missing(as_alice: Client, desk: Desk) -> None:
    job = desk.job(n=2)
    services.cancel(job=job)
    dialog = as_alice.get(f"/jobs/{job.pk}/retry").content.decode()
    assert "0.6 credits" in re.sub(r"\s+", " ", dialog)
    answer = post(as_alice, f"/jobs/{job.pk}/retry", {"idempotency_key": "retry once"}).content.decode()
    assert 'hx-target="#runs" hx-swap="afterbegin"' in answer
    assert Job.objects.get(retry_of=job).n == 2


def test_a_row_shows_what_changed_since_its_parent(as_alice: Client, desk: Desk) -> None:
    first = desk.submit(prompt="a dry stone stair")
    second = desk.submit(prompt="a wet stone stair", parent=first)
    row = as_alice.get(f"/runs/{second.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert re.search(r"<del>.*?dry</del>", row)
    assert re.search(r"<ins>.*?wet</ins>", row)


def test_a_waiting_run_without_a_worker_says_how_to_start_one(as_alice: Client, desk: Desk) -> None:
    desk.submit()
    page = as_alice.get("/").content.decode()
    assert "No worker is running" in page
    assert "celery -A studio.celery worker" in page


def test_a_waiting_run_says_whom_it_waits_for_as_soon_as_staff_pause_them(
    as_alice: Client, as_dana: Client, desk: Desk
) -> None:
    run = desk.submit()
    assert "Waiting for a slot" in as_alice.get("/").content.decode()
    told = latest_id()
    for path, chip, caption in (
        ("pause", "Waits for Gesso", "Paused since"),
        ("resume", "Queued", "Waiting for a slot"),
    ):
        as_dana.post(f"/manage/providers/{path}", {"provider": "gesso", "reason": "their maintenance"})
        page = as_alice.get("/").content.decode()
        assert chip in page
        assert caption in page
        assert [(notice.topic, notice.ref) for notice in since(told)] == [("run", str(run.pk))]
        told = latest_id()


@pytest.mark.parametrize("wish", ["edit", "vary", "reference", "reuse"])
def test_a_picture_sends_itself_to_the_composer(as_alice: Client, desk: Desk, alice: User, wish: str) -> None:
    job = desk.job(PAINT, prompt="an arch at noon")
    deliver(job, alice)
    image = pictures(job)[0]
    page = as_alice.get(f"/?{wish}={image.pk}").content.decode()
    as_reference = f'<input type="hidden" name="reference" value="{image.pk}">' in page
    assert as_reference == (wish in ("edit", "reference"))
    assert ("an arch at noon</textarea>" in page) == (wish in ("vary", "reuse"))
    assert Run.objects.count() == 1


def test_a_foreign_picture_cannot_be_sent_to_the_composer(as_charlie: Client, alice: User) -> None:
    assert as_charlie.get(f"/?edit={make_image(alice).pk}").status_code == 404


def test_the_page_takes_the_same_number_of_queries_for_one_run_and_for_twenty(
    as_alice: Client, desk: Desk, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deliver(desk.job(n=2), alice)
    as_alice.get("/")  # what is kept for some minutes is kept from here on
    with django_assert_max_num_queries(24) as few:
        as_alice.get("/")
    for _ in range(19):
        deliver(desk.job(n=2), alice)
    with django_assert_max_num_queries(24) as many:
        as_alice.get("/")
    assert len(many) == len(few)


def test_older_rows_come_when_the_stream_is_scrolled(as_alice: Client, desk: Desk) -> None:
    for _ in range(22):
        desk.submit()
    page = as_alice.get("/").content.decode()
    assert f"/projects/{desk.project.pk}/?before=3" in page
    older = as_alice.get(
        f"/projects/{desk.project.pk}/?before=3", headers={"HX-Request": "true"}
    ).content.decode()
    assert re.findall(r'data-number="(\d+)"', older) == ["2", "1"]


def test_a_viewer_of_the_team_sees_runs_and_cannot_start_one(desk: Desk, alice: User, bob: User) -> None:
    from studio.accounts.models import Role
    from tests.factories import make_team, signed_in

    team = make_team("Southwind", {alice: Role.OWNER, bob: Role.VIEWER})
    as_bob = signed_in(bob)
    as_bob.post("/workspace/", {"workspace": str(team.pk)})
    assert post(as_bob, "/runs", form()).status_code == 403


def test_a_nul_in_the_form_is_dropped_before_a_database_refuses_it(as_alice: Client, desk: Desk) -> None:
    assert post(as_alice, "/runs", form(prompt="a\0 stair", size="256x256\0")).status_code == 200
    assert Run.objects.get().prompt == "a stair"


def test_a_run_of_which_nobody_knows_yet_is_shown_as_that_with_what_stays_held(
    as_alice: Client, desk: Desk
) -> None:
    job = desk.job(PAINT)
    Job.objects.filter(pk=job.pk).update(state=State.UNCONFIRMED, error_code="unconfirmed")
    page = as_alice.get("/").content.decode()
    assert "3 cr held" in page
    assert "3 credits stay held until it is clear" in page
    assert f'id="chip-unconfirmed-{job.run_id}"' in page
    assert "Nothing charged" not in page
    assert "It is not clear yet whether this picture comes" in page
