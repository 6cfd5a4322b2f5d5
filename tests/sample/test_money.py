"""The sample's month of credits adds up like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from providers.base import Usage
from studio.core.micros import from_credits
from studio.credits import checks, selectors, services
from studio.jobs import billing
from studio.jobs.models import Attempt, Job
from studio.sample.models import Sample

pytestmark = pytest.mark.django_db


def test_the_books_add_up(sample: Sample) -> None:
    assert [problems for _account, problems in checks.check_all() if problems] == []


def test_every_job_was_charged_by_its_own_price_for_what_it_delivered(sample: Sample) -> None:
    for job in Job.objects.select_related("price_version"):
        usage = Attempt.objects.get(job=job).usage
        delivered = job.outputs.count()
        worth = billing.worth(job, delivered=delivered, usage=Usage(**usage) if usage else None)
        assert job.charged == worth
        assert sum(job.outputs.values_list("image__cost", flat=True)) == job.charged


def test_the_pool_holds_what_was_granted_less_what_was_charged(sample: Sample) -> None:
    pool = services.account_of(team=sample.team)
    charged = sum(Job.objects.values_list("charged", flat=True))
    assert pool.held == 0
    assert pool.available == from_credits("282.5") - charged
    assert from_credits(100) < charged < from_credits(250)


def test_its_entries_are_thirty_days_old_in_the_order_in_which_they_were_written(sample: Sample) -> None:
    pool = services.account_of(team=sample.team)
    entries = [entry for chunk in selectors.entries(pool.pk) for entry in chunk]
    times = [entry.created_at for entry in entries]
    assert times == sorted(times)
    assert times[0] < timezone.now() - timedelta(days=29)
    assert {entry.kind for entry in entries} == {"grant", "adjust", "hold", "charge", "release"}
    assert len({time.date() for time in times}) >= 22


def test_one_grant_runs_out_and_has_not_yet(sample: Sample) -> None:
    pool = services.account_of(team=sample.team)
    expiring = pool.lots.exclude(expires_at=None).get()
    assert expiring.expires_at
    assert timezone.now() < expiring.expires_at < timezone.now() + timedelta(days=30)
