"""Submitting: checked, quoted, held and written as one, or not at all."""

from __future__ import annotations

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.core.errors import Invalid
from studio.credits.errors import InsufficientCredits
from studio.images.models import Image
from studio.jobs import outcomes, queue, services
from studio.jobs.errors import KeyReused, ModelNotOffered, NothingToRetry, QuoteChanged
from studio.jobs.models import Job, Output, Run, State
from studio.jobs.routing import again
from studio.jobs.specs import JobSpec, ReferenceSpec
from tests.factories import make_image, make_project
from tests.jobs.conftest import PAID, PAINT, SKETCH, START, Desk


def test_a_run_holds_the_upper_bound_of_its_quote(desk: Desk) -> None:
    job = desk.job(SKETCH, n=3)
    assert (job.state, job.n, desk.balance) == (State.QUEUED, 3, (START - 9_000, 9_000))


def test_two_models_and_two_variants_are_one_run_of_four_jobs_with_four_holds(desk: Desk) -> None:
    specs = [
        JobSpec(model, prompt, {"n": "1"})
        for model in (SKETCH, PAINT)
        for prompt in ("red door", "blue door")
    ]
    run = services.submit(actor=desk.actor, payer=desk.payer, project=desk.project, specs=specs, key="matrix")
    jobs = list(run.jobs.order_by("position"))
    assert [(job.model, job.prompt) for job in jobs] == [(spec.model, spec.prompt) for spec in specs]
    assert len({job.hold_key for job in jobs}) == 4
    assert desk.balance == (START - 66_000, 66_000)


def test_a_matrix_that_the_balance_cannot_pay_writes_nothing(desk: Desk) -> None:
    with pytest.raises(InsufficientCredits):
        services.submit(
            actor=desk.actor,
            payer=desk.payer,
            project=desk.project,
            specs=[JobSpec(PAINT, "a door", {"n": "4"})] * 90,
            key="too much",
        )
    assert (Run.objects.count(), Job.objects.count(), desk.balance) == (0, 0, (START, 0))


def test_the_same_key_gives_the_same_run_and_holds_once(desk: Desk) -> None:
    first, second = desk.submit(key="pressed twice"), desk.submit(key="pressed twice")
    assert first == second
    assert desk.balance == (START - 3_000, 3_000)


def test_the_same_key_for_another_wish_is_refused(desk: Desk) -> None:
    desk.submit(key="once", prompt="a door")
    with pytest.raises(KeyReused):
        desk.submit(key="once", prompt="a window")


def test_two_people_may_use_the_same_key(desk: Desk, bob: User) -> None:
    from tests.jobs.conftest import desk_of

    assert desk.submit(key="mine") != desk_of(bob).submit(key="mine")


def test_runs_of_a_project_are_numbered_without_gaps(desk: Desk) -> None:
    assert [desk.submit().number for _ in range(3)] == [1, 2, 3]


def test_a_refused_run_leaves_no_gap_in_the_numbers(desk: Desk) -> None:
    desk.submit()
    with pytest.raises(QuoteChanged):
        desk.submit(quoted_high=1)
    assert desk.submit().number == 2


def test_a_price_that_rose_since_the_page_showed_it_is_told_and_costs_nothing(desk: Desk) -> None:
    with pytest.raises(QuoteChanged) as told:
        desk.submit(SKETCH, quoted_high=2_999)
    assert (told.value.high, desk.balance) == (3_000, (START, 0))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("prompt", {"prompt": "  "}),
        ("n", {"n": 99}),
        ("n", {"n": -1}),
        ("seed", {"parameters": {"seed": "many"}}),
        ("size", {"parameters": {"size": "9x9"}}),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field_and_costs_nothing(
    desk: Desk, field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submit(SKETCH, **changes)  # type: ignore[arg-type]
    assert (list(refused.value.fields), desk.balance) == ([field], (START, 0))


def test_a_model_whose_provider_has_no_key_is_refused(desk: Desk) -> None:
    with pytest.raises(ModelNotOffered):
        desk.submit(PAID)


def test_a_reference_that_is_not_mine_to_see_is_refused_like_one_that_is_not_there(
    desk: Desk, charlie: User
) -> None:
    foreign = make_image(charlie)
    with pytest.raises(Invalid) as refused:
        desk.submit(PAINT, references=(ReferenceSpec(foreign.pk),))
    assert list(refused.value.fields) == ["references"]
    assert desk.balance == (START, 0)


def test_a_reference_that_was_deleted_for_good_serves_retries_of_its_runs_and_no_new_one(
    desk: Desk, alice: User
) -> None:
    references = (ReferenceSpec(make_image(alice).pk),)
    job = desk.job(PAINT, references=references)
    Job.objects.update(state=State.FAILED)
    job.refresh_from_db()
    Image.objects.update(binned_at=timezone.now(), discarded=True)
    with pytest.raises(Invalid, match="no longer available"):
        desk.submit(PAINT, references=references)
    retried = again.retry(actor=desk.actor, payer=desk.payer, job=job, key="again").jobs.get()
    assert retried.references.get().image_id == references[0].image_id


def test_references_keep_their_order_and_roles(desk: Desk, alice: User) -> None:
    images = [make_image(alice) for _ in range(3)]
    roles = ["palette", "source", "style"]
    job = desk.job(
        PAINT,
        references=tuple(ReferenceSpec(image.pk, role) for image, role in zip(images, roles, strict=True)),
    )
    assert [(ref.image_id, ref.role) for ref in job.references.all()] == [
        (image.pk, role) for image, role in zip(images, roles, strict=True)
    ]
    assert job.kind == "edit"


def test_a_seed_is_drawn_at_submit_so_that_the_run_can_be_repeated(desk: Desk) -> None:
    assert desk.job(SKETCH).seed is not None
    assert desk.job(SKETCH, parameters={"seed": "7"}).seed == 7


def test_a_retry_repeats_the_snapshot_for_the_missing_pictures(desk: Desk) -> None:
    job = desk.job(SKETCH, n=2, prompt="an arch", parameters={"seed": "5"})
    services.cancel(job=job)
    job.refresh_from_db()
    retried = again.retry(actor=desk.actor, payer=desk.payer, job=job, key="again").jobs.get()
    assert (retried.retry_of, retried.prompt, retried.n, retried.seed, retried.model) == (
        job,
        "an arch",
        2,
        5,
        SKETCH,
    )
    assert desk.balance == (START - 6_000, 6_000)


@pytest.mark.parametrize("key", ["k" * 81, "k\0"])
def test_a_key_that_no_database_keeps_is_refused(desk: Desk, key: str) -> None:
    with pytest.raises(Invalid):
        desk.submit(key=key)
    assert desk.balance == (START, 0)


def cancelled(desk: Desk, n: int) -> Job:
    job = desk.job(SKETCH, n=n)
    services.cancel(job=job)
    job.refresh_from_db()
    return job


def test_what_a_retry_has_on_its_way_is_not_paid_a_second_time(desk: Desk) -> None:
    job = cancelled(desk, n=2)
    again.retry(actor=desk.actor, payer=desk.payer, job=job, key="one tab")
    with pytest.raises(NothingToRetry):
        again.retry(actor=desk.actor, payer=desk.payer, job=job, key="another tab")
    assert desk.balance == (START - 6_000, 6_000)


def test_what_a_retry_missed_too_can_be_retried_from_either(desk: Desk, alice: User) -> None:
    job = cancelled(desk, n=2)
    first = again.retry(actor=desk.actor, payer=desk.payer, job=job, key="first").jobs.get()
    Output.objects.create(job=first, position=0, image=make_image(alice))
    Job.objects.filter(pk=first.pk).update(state=State.PARTIAL)
    first.refresh_from_db()
    for each in (job, first):
        assert again.price_retry(job=each).parameters.n == 1
    again.retry(actor=desk.actor, payer=desk.payer, job=first, key="second")
    for each in (job, first):
        with pytest.raises(NothingToRetry):
            again.price_retry(job=each)


def test_a_retry_that_is_sent_twice_is_one_run(desk: Desk) -> None:
    job = cancelled(desk, n=2)
    runs = {again.retry(actor=desk.actor, payer=desk.payer, job=job, key="same").pk for _ in range(2)}
    assert len(runs) == 1


def test_a_key_of_one_project_is_refused_in_another(desk: Desk, alice: User) -> None:
    desk.submit(key="a press")
    desk.project = make_project(alice)
    with pytest.raises(KeyReused):
        desk.submit(key="a press")
    assert desk.balance == (START - 3_000, 3_000)


def test_a_cancel_that_meets_a_job_on_its_way_back_to_the_queue_ends_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.job(SKETCH)
    claim = queue.claim_next(job.pk)
    assert claim is not None
    look = outcomes.cancel_waiting

    def put_back_after_the_look(waiting: Job) -> bool:
        done = look(waiting)
        outcomes.put_back(claim, job, seconds=0, clean=True)
        return done

    monkeypatch.setattr(outcomes, "cancel_waiting", put_back_after_the_look)
    services.cancel(job=job)
    job.refresh_from_db()
    assert (job.state, desk.balance) == (State.CANCELLED, (START, 0))


def test_what_is_written_along_comes_before_the_account_as_in_a_delivery(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    desk.submit(along=lambda _run: seen.append(desk.balance))
    assert seen == [(START, 0)]
    assert desk.balance == (START - 3_000, 3_000)
