"""Which job is next, who gets it, and for how long."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from studio.accounts.models import User
from studio.jobs import holding, queue
from studio.jobs.models import Job, State
from studio.jobs.queue import Claim
from tests.factories import make_job, make_run


def waiting(owner: User, *, age: float = 0.0, **fields: Any) -> Job:
    """A queued job that has been due for ``age`` seconds."""
    return make_job(make_run(owner), due_at=timezone.now() - timedelta(seconds=age), **fields)


def claimed() -> list[UUID]:
    """Every job that can be claimed now, in the order in which it is."""
    order = []
    while claim := queue.claim_next():
        order.append(claim.job_id)
    return order


def test_a_higher_priority_goes_first_whatever_the_age(alice: User) -> None:
    old, urgent = waiting(alice, age=60), waiting(alice, age=1, priority=5)
    assert claimed() == [urgent.pk, old.pk]


def test_among_equals_the_oldest_goes_first(alice: User) -> None:
    young, old, middle = (waiting(alice, age=age) for age in (1, 30, 10))
    assert claimed() == [old.pk, middle.pk, young.pk]


def test_someone_who_has_less_running_does_not_wait_behind_someone_who_filled_the_queue(
    alice: User, bob: User
) -> None:
    hers = [waiting(alice, age=100 - number) for number in range(4)]
    his = [waiting(bob, age=10 - number) for number in range(2)]
    assert claimed() == [hers[0].pk, his[0].pk, hers[1].pk, his[1].pk, hers[2].pk, hers[3].pk]


def test_nobody_gets_more_workers_than_the_cap_and_the_next_one_follows_when_one_is_free(
    alice: User, bob: User, settings: Any
) -> None:
    settings.JOBS_PER_PAYER = 2
    hers = [waiting(alice, age=100 - number) for number in range(3)]
    his = waiting(bob)
    assert claimed() == [hers[0].pk, his.pk, hers[1].pk]
    Job.objects.filter(pk=hers[0].pk).update(state=State.SUCCEEDED)
    assert claimed() == [hers[2].pk]


def test_a_job_that_is_not_due_yet_is_left_alone(alice: User) -> None:
    waiting(alice, age=-60)
    assert claimed() == []


def test_a_job_that_is_asked_for_by_name_is_taken_before_better_placed_ones(alice: User) -> None:
    waiting(alice, age=60, priority=9)
    named = waiting(alice)
    claim = queue.claim_next(named.pk)
    assert claim is not None
    assert claim.job_id == named.pk
    assert queue.claim_next(named.pk) is None


def test_a_claim_raises_the_fence_counts_itself_and_starts_the_lease(alice: User, settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 20.0
    job, before = waiting(alice), timezone.now()
    claim = queue.claim_next()
    job.refresh_from_db()
    assert (claim, job.state, job.claims) == (Claim(job.pk, 1), State.RUNNING, 1)
    assert job.lease_until is not None
    assert job.lease_until >= before + timedelta(seconds=20)
    first_start = job.started_at
    Job.objects.update(state=State.QUEUED)
    assert queue.claim_next() == Claim(job.pk, 2)
    job.refresh_from_db()
    assert (job.claims, job.started_at) == (2, first_start)


def test_a_claim_of_an_earlier_fence_owns_nothing(alice: User) -> None:
    job = waiting(alice)
    earlier = queue.claim_next()
    Job.objects.update(state=State.QUEUED)
    later = queue.claim_next()
    assert earlier is not None
    assert later is not None
    assert list(earlier.rows()) == []
    assert list(later.rows()) == [job]


def test_workers_that_race_for_the_queue_never_get_the_same_job(
    transactional_db: None, alice: User, settings: Any
) -> None:
    settings.JOBS_PER_PAYER = 100
    jobs = [waiting(alice).pk for _ in range(24)]
    taken: Counter[UUID] = Counter()
    together = threading.Barrier(6)

    def race() -> None:
        together.wait()
        try:
            # Racing workers may all lose a look; a worker that is woken once more finds what is left.
            while Job.objects.filter(state=State.QUEUED).exists():
                taken.update(claimed())
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == Counter(jobs)
    assert set(Job.objects.values_list("fence", "claims")) == {(1, 1)}


def lease_of(claim: Claim) -> float:
    """Seconds until the claim's lease ends."""
    until = Job.objects.get(pk=claim.job_id).lease_until
    assert until is not None
    return (until - timezone.now()).total_seconds()


def shorten_the_lease() -> None:
    Job.objects.update(lease_until=timezone.now() + timedelta(seconds=1))


def test_the_heartbeat_keeps_the_lease_of_a_job_that_is_worked_on(alice: User) -> None:
    waiting(alice)
    claim = queue.claim_next()
    assert claim is not None
    shorten_the_lease()
    with holding.held(claim):
        assert holding.heartbeat() == 1
    assert lease_of(claim) > 10
    shorten_the_lease()
    assert holding.heartbeat() == 0
    assert lease_of(claim) < 2


def test_a_lease_is_not_renewed_past_the_deadline_of_its_job(alice: User) -> None:
    waiting(alice, deadline_at=timezone.now() - timedelta(seconds=1))
    claim = queue.claim_next()
    assert claim is not None
    shorten_the_lease()
    queue.renew([claim])
    assert lease_of(claim) < 2


def test_a_lost_claim_renews_nothing(alice: User) -> None:
    waiting(alice)
    claim = queue.claim_next()
    assert claim is not None
    shorten_the_lease()
    queue.renew([Claim(claim.job_id, claim.fence - 1)])
    assert lease_of(claim) < 2
