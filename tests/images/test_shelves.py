"""Counts that are kept: after anything that happens they say what a count of the rows would say."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.images import shelves
from studio.images.models import ALL_DAYS, Image, ShelfDay
from tests.factories import make_blob, make_image

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def kept() -> dict[tuple[str, str, date], tuple[int, int]]:
    rows = ShelfDay.objects.exclude(count=0)
    return {(row.scope, row.kind, row.day): (row.count, row.ratios) for row in rows}


def test_counts_agree_with_the_rows_whatever_happens(alice: User, bob: User, northwind: Team) -> None:
    chance = random.Random(7)
    for _step in range(60):
        owner = chance.choice([alice, bob])
        made = make_image(
            owner,
            chance.choice([None, northwind]),
            visibility=chance.choice(["team", "private"]),
            kind=chance.choice([Image.Kind.OUTPUT, Image.Kind.UPLOAD, Image.Kind.MASK]),
            created_at=NOON - timedelta(hours=chance.randrange(200)),
            blob=make_blob(width=chance.choice([64, 320]), height=64),
        )
        shelves.count_out([made])
        made.binned_at = chance.choice([None, timezone.now()])
        made.save(update_fields=["binned_at"])
        shelves.count_in([made])

    assert kept() == shelves.counted()


def test_what_is_private_is_counted_for_its_owner_alone(alice: User, bob: User, northwind: Team) -> None:
    make_image(alice, northwind, visibility="private")
    make_image(bob, northwind)

    counts = shelves.totals([shelves.shared(northwind.pk), shelves.kept_private(northwind.pk, alice.pk)])

    assert counts == {
        (shelves.shared(northwind.pk), "output"): 1,
        (shelves.kept_private(northwind.pk, alice.pk), "output"): 1,
    }


def test_days_are_of_utc_and_add_up_over_shelves(alice: User, bob: User, northwind: Team) -> None:
    late = datetime(2026, 11, 5, 23, 59, 59, 999000, tzinfo=UTC)
    make_image(alice, northwind, created_at=late, blob=make_blob(width=128, height=64))
    make_image(alice, northwind, created_at=late, visibility="private")
    make_image(bob, northwind, created_at=late + timedelta(milliseconds=1))

    found = shelves.days(
        [shelves.shared(northwind.pk), shelves.kept_private(northwind.pk, alice.pk)], Image.Kind.OUTPUT
    )

    assert found == [(date(2026, 11, 6), 1, 1000), (date(2026, 11, 5), 2, 3000)]


def test_the_counts_can_be_written_anew(alice: User) -> None:
    make_image(alice)
    ShelfDay.objects.filter(day=ALL_DAYS).update(count=77)

    shelves.recount()

    assert kept() == shelves.counted()
    assert shelves.totals([shelves.personal(alice.pk)]) == {(shelves.personal(alice.pk), "output"): 1}


def test_a_badge_is_one_query_however_many_pictures(
    alice: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for _number in range(3):
        make_image(alice)
    with django_assert_num_queries(1):  # type: ignore[operator]
        shelves.totals([shelves.personal(alice.pk)])
