"""Try elsewhere: what the failed card offers, and that pressing it runs the same job with another model."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import User
from studio.jobs import quoting, services
from studio.jobs.errors import ModelNotOffered
from studio.jobs.models import Job, State
from studio.jobs.routing import weather
from studio.jobs.routing.weather import Weather
from studio.jobs.specs import JobSpec
from tests.factories import make_job, make_run
from tests.jobs.conftest import PAINT, PRESS, SKETCH, Desk, desk_of
from tests.jobs.test_free_jobs import FREE
from tests.providers.tasks import references_of
from tests.web.test_studio import form, post

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(alice: User) -> Desk:
    return desk_of(alice)


def cancelled(desk: Desk, model: str = PAINT, **more: Any) -> Job:
    job = desk.job(model, **more)
    services.cancel(job=job)
    return job


def buttons(answer: str) -> list[tuple[str, str]]:
    """Model and price of each choice, in order."""
    models = re.findall(r'name="model" value="([^"]+)"', answer)
    return list(zip(models, re.findall(r"Run for ([\d.,]+)", answer), strict=True))


def test_the_choices_have_a_price_and_how_they_did_and_take_the_references(
    as_alice: Client, desk: Desk
) -> None:
    job = cancelled(desk, references=references_of(desk, 2))
    answer = as_alice.get(f"/jobs/{job.pk}/elsewhere", headers=HTMX).content.decode()
    found = dict(buttons(answer))
    assert SKETCH not in found  # takes no references
    assert found["gesso/studio"] == "8"
    assert "not run here yet" in answer
    assert desk.balance[1] == 0


def test_pressing_one_runs_the_missing_pictures_there_in_the_same_shape(as_alice: Client, desk: Desk) -> None:
    job = cancelled(desk, n=2, parameters={"aspect_ratio": "3:2"})
    answer = as_alice.get(f"/jobs/{job.pk}/elsewhere", headers=HTMX).content.decode()
    token = re.findall(r'name="quote" value="([^"]+)"', answer)
    place = [model for model, _price in buttons(answer)].index(SKETCH)
    data = {"model": SKETCH, "quote": token[place], "idempotency_key": "elsewhere once"}
    for _press in range(2):
        assert 'hx-target="#runs"' in post(as_alice, f"/jobs/{job.pk}/retry", data).content.decode()
    made = Job.objects.get(retry_of=job)
    assert (made.model, made.n, made.height) == (SKETCH, 2, job.height)
    assert abs((made.width or 0) - (job.width or 0)) <= 16
    assert made.run.parent == job.run


def test_a_model_that_cannot_do_it_is_refused_and_costs_nothing(as_alice: Client, desk: Desk) -> None:
    job = cancelled(desk, references=references_of(desk, 2))
    data = {"model": SKETCH, "idempotency_key": "elsewhere"}
    answer = post(as_alice, f"/jobs/{job.pk}/retry", data)
    assert answer.status_code == 422
    assert not Job.objects.filter(retry_of=job).exists()
    assert post(as_alice, f"/jobs/{job.pk}/retry", data | {"model": "no/such"}).status_code == 422


def test_a_model_that_goes_between_two_looks_is_left_out_of_the_choices(
    as_alice: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    price, job = quoting.price, cancelled(desk)

    def gone(*, spec: JobSpec, **more: Any) -> quoting.Priced:
        if spec.model == SKETCH:
            raise ModelNotOffered("switched off")
        return price(spec=spec, **more)

    address = f"/jobs/{job.pk}/elsewhere"
    before = [model for model, _price in buttons(as_alice.get(address, headers=HTMX).content.decode())]
    monkeypatch.setattr(quoting, "price", gone)
    after = [model for model, _price in buttons(as_alice.get(address, headers=HTMX).content.decode())]
    assert [model for model in before if model != SKETCH] == after != before


def test_a_job_that_waits_again_can_be_cancelled_although_somebody_wanted_that_before(
    as_alice: Client, desk: Desk
) -> None:
    """Its worker put it back at the very moment, and its vendor may be paused for a day."""
    job = desk.job()
    Job.objects.update(cancel_requested=True)
    assert b"/cancel" in as_alice.get(f"/runs/{job.run_id}/", headers=HTMX).content
    Job.objects.update(state=State.RUNNING)
    assert b"/cancel" not in as_alice.get(f"/runs/{job.run_id}/", headers=HTMX).content


def test_a_choice_that_the_balance_does_not_pay_says_so(as_alice: Client, desk: Desk) -> None:
    job = cancelled(desk, model=SKETCH, parameters={"size": "1024x1024"})
    services.submit(**_all_spent(desk))
    answer = as_alice.get(f"/jobs/{job.pk}/elsewhere", headers=HTMX).content.decode()
    assert "Not enough credits" in answer
    assert "disabled" in answer


def _all_spent(desk: Desk) -> dict[str, Any]:
    specs = [JobSpec(PAINT, "a stair", {"n": count}) for count in ["8"] * 41 + ["5"]]
    return {
        "actor": desk.actor,
        "payer": desk.payer,
        "project": desk.project,
        "specs": specs,
        "key": "all",
    }


def test_the_question_takes_the_same_number_of_queries_for_many_references(
    as_alice: Client, desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    job = cancelled(desk, references=references_of(desk, 6))
    with django_assert_max_num_queries(45):
        as_alice.get(f"/jobs/{job.pk}/elsewhere", headers=HTMX)


def test_a_declined_card_offers_other_words_and_another_model(
    as_alice: Client, alice: User, desk: Desk
) -> None:
    run = make_run(alice, project=desk.project)
    quote = desk.job().quote
    make_job(run, state=State.FAILED, error_code="moderation_input", quote=quote, model=PAINT)
    page = as_alice.get(f"/projects/{desk.project.pk}/").content.decode()
    card = page[page.index(f'id="run-{run.pk}"') :].split("</li>")[0]
    assert "Edit prompt" in card
    assert "Try elsewhere" in card
    assert "Retry" not in card


def test_auto_says_what_it_would_choose_and_the_row_says_why(as_alice: Client, desk: Desk) -> None:
    asked = form(model="auto", aspect_ratio="1:1", budget="1")
    asked.pop("size")
    price = post(as_alice, "/price", asked).content.decode()
    assert "Auto picks Gesso Sketch" in price
    answer = post(as_alice, "/runs", asked).content.decode()
    assert "Auto chose Gesso Sketch" in answer
    assert Job.objects.get().model == SKETCH
    refused = post(as_alice, "/runs", asked | {"budget": "0.1", "idempotency_key": "two"})
    assert refused.status_code == 422
    assert "Raise the most it may cost" in refused.content.decode()


def test_a_free_model_that_may_go_on_to_a_paid_one_is_not_said_to_hold_nothing(
    as_alice: Client, desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROVIDER_URLS = {"openai_compatible": "http://127.0.0.1:9"}
    monkeypatch.setattr(
        weather, "of_models", lambda: {FREE: Weather(100, 100, 1.0), PAINT: Weather(90, 90, 1.0)}
    )
    asked = form(model="auto", aspect_ratio="1:1")
    asked.pop("size")
    price = post(as_alice, "/price", asked).content.decode()
    assert re.search(r"0–[1-9.]+ credits", price), re.findall("<b>.*?</b>", price)
    assert "You pay for images that arrive" in price
    assert "nothing is held" not in price


def test_a_model_that_is_new_here_is_chosen_without_a_word_on_the_others(
    as_alice: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poor = {name: Weather(100, 10, 1.0) for name in (SKETCH, PAINT, "gesso/studio")}
    monkeypatch.setattr(weather, "of_models", lambda: poor)
    run = desk.submit("auto")
    row = as_alice.get(f"/runs/{run.pk}/", headers=HTMX).content.decode()
    assert "Auto chose Gesso Press of 4 models that can do this; it did not run here before." in row


def test_a_row_whose_job_moved_on_is_as_far_as_the_job_that_took_over(
    as_alice: Client, alice: User, desk: Desk
) -> None:
    run, quote = make_run(alice, project=desk.project), desk.job().quote
    route = {"asked": {"n": "1"}, "of": 2, "runs": 0, "success": None, "seconds": None}
    first = make_job(
        run,
        state=State.FAILED,
        error_code="rate_limited",
        quote=quote,
        model=PRESS,
        model_label="Gesso Press",
        route=route,
    )
    make_job(run, state=State.RUNNING, quote=quote, retry_of=first, route=route)
    page = as_alice.get(f"/projects/{desk.project.pk}/").content.decode()
    row = page[page.index(f'id="run-{run.pk}"') :]
    assert 'data-state="running"' in row[:200]
    assert "Gesso Press is busy. Auto went on to Gesso Sketch." in " ".join(row.split())
