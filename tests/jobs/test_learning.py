"""Forty late jobs of a token model narrow the range of the next one."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from providers.base import Usage
from studio.accounts.models import User
from studio.catalog import pricing, rules
from studio.jobs import quoting
from studio.jobs.models import Attempt, Job, Output, State
from studio.jobs.specs import JobSpec
from tests.factories import make_image, make_job, make_run
from tests.jobs.conftest import PRESS, SKETCH, Desk

pytestmark = pytest.mark.django_db
LIGHT, HEAVY = 900, 950


@pytest.fixture
def template(desk: Desk) -> Job:
    """A job as the composer sends it, whose snapshot the late ones share."""
    return desk.job(PRESS, parameters={"quality": ""})


def late_jobs(owner: User, template: Job, tokens: list[int], *, pictures: int = 1, **fields: Any) -> None:
    """Jobs that are over, of ``tokens`` output tokens each."""
    run = make_run(owner)
    for count in tokens:
        facts: dict[str, Any] = {"model": PRESS, "quote": template.quote, "state": State.SUCCEEDED}
        job = make_job(run, **facts | fields)
        usage = {"input_text": 0, "input_image": 0, "output_image": count, "output_text": 0}
        Attempt.objects.create(
            job=job,
            number=1,
            client_ref=job.pk.hex,
            state=Attempt.State.DONE,
            usage=usage,
            finished_at=timezone.now(),
        )
        for position in range(pictures):
            Output.objects.create(job=job, position=position, image=make_image(owner))


def price(model: str = PRESS, n: int = 1) -> pricing.Quote:
    return quoting.price(spec=JobSpec(model, "a stair", {"n": str(n)})).quote


def cost(template: Job, tokens: int) -> int:
    """Micros of so many output tokens by the rule of the job."""
    rule = rules.read(template.price_version.rule)
    assert isinstance(rule, rules.PerToken)
    return pricing.token_cost(rule, Usage(output_image=tokens))


def test_forty_late_jobs_are_the_range_of_the_next(desk: Desk, alice: User, template: Job) -> None:
    before = price()
    late_jobs(alice, template, [LIGHT] * 20 + [HEAVY] * 20)
    after = price()
    assert (after.low, after.high) == (cost(template, LIGHT), cost(template, HEAVY))
    assert after.high - after.low < before.high - before.low
    assert desk.job(PRESS).quote["high"] == after.high


def test_thirty_nine_are_too_few(desk: Desk, alice: User, template: Job) -> None:
    before = price()
    late_jobs(alice, template, [LIGHT] * 39)
    assert price() == before


def test_only_the_last_forty_count(desk: Desk, alice: User, template: Job) -> None:
    late_jobs(alice, template, [HEAVY * 3])
    late_jobs(alice, template, [LIGHT] * 40)
    assert price().high == cost(template, LIGHT)


def test_what_a_picture_cost_is_the_share_of_its_job(desk: Desk, alice: User, template: Job) -> None:
    late_jobs(alice, template, [LIGHT * 2] * 40, pictures=2)
    assert price(n=3).high == 3 * cost(template, LIGHT)


@pytest.mark.parametrize(
    "other",
    [{"state": State.FAILED}, {"model": SKETCH}, {"state": State.PARTIAL}],
    ids=["failed", "another model", "partial"],
)
def test_jobs_that_are_not_alike_teach_nothing(
    desk: Desk, alice: User, template: Job, other: dict[str, Any]
) -> None:
    before = price()
    late_jobs(alice, template, [LIGHT] * 40, **other)
    assert price() == before


def test_another_size_teaches_nothing(desk: Desk, alice: User, template: Job) -> None:
    before = price()
    template.quote["ask"]["references"] = 2
    late_jobs(alice, template, [LIGHT] * 40)
    assert price() == before


def test_a_price_per_picture_is_not_learnt(desk: Desk, alice: User, template: Job) -> None:
    before = price(SKETCH)
    late_jobs(alice, template, [LIGHT] * 40, model=SKETCH)
    assert price(SKETCH) == before
