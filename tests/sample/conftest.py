"""The sample studio, painted once for all tests and told anew for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from providers.base import ImageRequest
from studio.accounts.models import User
from studio.sample import painting, services, story
from studio.sample.models import Sample
from studio.sample.story import Told
from tests.factories import person

LEAST = 256
"""The shorter side of what is painted here, in pixels: the least that every model takes."""

FEW = ("lake", "window", "forest", "a3", "a5", "a7", "a9", "a10", "a12", "a13", "a14")
"""Runs enough for an edit, a mask, a part-done and a failed one."""


@pytest.fixture(scope="session")
def painted() -> Iterator[dict[object, painting.Painted]]:
    """Each picture is painted small, once; its files stay until the tests end."""
    found: dict[object, painting.Painted] = {}
    paint, request = painting._paint, painting._request

    def remembered(item: Any, count: int, *inputs: Any) -> painting.Painted:
        key = (item.entry.id, item.spec.prompt, tuple(sorted(item.spec.parameters.items())), count)
        if key not in found:
            found[key] = paint(item, count, *inputs)
        return found[key]

    def smaller(item: Any, *rest: Any) -> ImageRequest:
        whole = request(item, *rest)
        assert whole.width
        assert whole.height
        scale = LEAST / min(whole.width, whole.height)
        return replace(whole, width=round(whole.width * scale), height=round(whole.height * scale))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(painting, "_paint", remembered)
        patch.setattr(painting, "_request", smaller)
        yield found


@pytest.fixture(scope="module")
def owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Dana, for a module that looks at one sample; what the module wrote is undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield person("Dana", is_staff=True, is_superuser=True)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def sample(owner: User, painted: object) -> Sample:
    """All of it, Dana's."""
    services.begin(owner)
    assert services.load()
    return Sample.objects.get()


@pytest.fixture
def small(dana: User, painted: object) -> Sample:
    """Ten runs of it, Dana's."""
    services.begin(dana)
    assert services.load(runs=few())
    return Sample.objects.get()


def few() -> Sequence[Told]:
    return [told for told in story.RUNS if told.name in FEW]
