from __future__ import annotations

import gc
import uuid
import weakref
from copy import copy
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from studio.accounts.models import User
from studio.core.statements import Change, Given, Rows, insert, prefetched
from studio.images.models import Blob
from studio.jobs.models import Project, Reference
from tests.factories import make_image, make_job, make_project, make_run, person

pytestmark = pytest.mark.django_db

BY_OWNER = Rows(
    lambda: Project.objects.filter(owner=Given("owner")).select_related("owner", "team").order_by("name")
)
NAMES = Rows(
    lambda: Project.objects.filter(owner=Given("owner"), used_at__lte=Given("now")).values_list("name", "pk")
)
ONE_MORE = Change(
    lambda: Project.objects.filter(pk=Given("project"), last_number=Given("seen")),
    last_number=F("last_number") + Given("by"),
    name=Given("name"),
)


def blob(sha256: str) -> Blob:
    return Blob(
        sha256=sha256, key=uuid.uuid4().hex, mime="image/png", size=1, width=1, height=1, color="#000000"
    )


def test_each_asker_gets_the_rows_for_their_own_values_whole(alice: User, bob: User) -> None:
    made = {user: make_project(user) for user in (alice, bob)}
    for user, project in (*made.items(), *made.items()):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            (found,) = BY_OWNER.all(owner=user.pk)
            assert (found, found.owner, found.team) == (project, user, None)
        assert len(asked) == 1
        assert NAMES.all(owner=user.pk, now=project.used_at) == [(project.name, project.pk)]
    assert BY_OWNER.first(owner=person("Erin").pk) is None


def test_a_statement_asks_for_exactly_what_it_names(alice: User) -> None:
    wrong: list[dict[str, Any]] = [{}, {"owner": alice.pk, "team": None}]
    for given in wrong:
        with pytest.raises(TypeError, match="owner"):
            BY_OWNER.all(**given)


def test_a_change_says_how_many_rows_its_guard_let_through(alice: User) -> None:
    project = make_project(alice)
    assert ONE_MORE.make(project=project.pk, seen=0, by=2, name="Stairs") == 1
    assert ONE_MORE.make(project=project.pk, seen=0, by=2, name="Doors") == 0
    project.refresh_from_db()
    assert (project.last_number, project.name) == (2, "Stairs")


def test_a_row_that_another_has_in_the_place_of_is_not_written_and_breaks_nothing() -> None:
    assert [insert([blob("a")], unless="sha256"), insert([blob("a")], unless="sha256")] == [1, 0]
    (kept,) = Blob.objects.all()
    assert kept.created_at is not None
    assert insert([blob("b"), blob("c")]) == 2


def test_related_rows_that_were_read_beside_are_not_asked_for_again(alice: User) -> None:
    image, run = make_image(alice), make_run(alice)
    job = make_job(run)
    Reference.objects.create(job=make_job(run, position=1), position=3, image=image)
    prefetched(job, "references", [Reference(job=job, position=3)])
    with CaptureQueriesContext(connection) as asked:
        (found,) = job.references.all()
    assert (found.job, asked.captured_queries) == (job, [])
    assert not job.references.filter(position=3), "those of another job"


def test_a_statement_keeps_no_connection_of_the_thread_that_composed_it(alice: User) -> None:
    rows = Rows(lambda: Project.objects.filter(owner=Given("owner")))
    composer = copy(connections["default"])
    rows._for(composer)
    kept = weakref.ref(composer)
    del composer
    gc.collect()
    assert kept() is None
    assert rows.all(owner=alice.pk) == []
