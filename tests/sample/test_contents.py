"""What somebody finds who looks around in the sample studio."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from studio.accounts.actors import OwnedQuerySet, actor_for
from studio.accounts.models import Membership, Role, User
from studio.core.ids import time_of
from studio.gallery.models import Collection, Favourite, Rating
from studio.images.models import Image, Lineage
from studio.jobs.models import Attempt, Job, Project, Reference, Run, State
from studio.prompts.redline import SAME
from studio.sample import story, telling
from studio.sample.models import Sample
from studio.web import run_words
from tests.factories import person

pytestmark = pytest.mark.django_db


def pictures() -> list[Image]:
    return list(OwnedQuerySet(Image).filter(kind=Image.Kind.OUTPUT).order_by("pk"))


def test_three_people_work_there_and_none_of_them_can_sign_in(sample: Sample) -> None:
    people = list(sample.people.order_by("name"))
    assert [each.name for each in people] == ["Ada Okafor", "Jonas Tveit", "Mara Kessler"]
    for each in people:
        assert not each.is_active
        assert not each.has_usable_password()
        assert not each.is_staff
        assert each.email.endswith("@sample.invalid")


def test_whoever_set_the_studio_up_owns_the_team(sample: Sample, owner: User) -> None:
    assert sample.team.name == "Northwind"
    assert sample.team.pool_pays
    assert Membership.objects.get(team=sample.team, user=owner).role == Role.OWNER


def test_sixty_pictures_were_made_by_four_models_on_most_of_thirty_days(sample: Sample) -> None:
    found = pictures()
    assert len(found) == 60
    assert {image.model for image in found} == {story.SKETCH, story.PAINT, story.STUDIO, story.PRESS}
    assert len({image.owner_id for image in found}) == 3
    assert len({image.ratio for image in found}) >= 6
    assert len({image.created_at.date() for image in found}) >= 22
    assert found[0].created_at < timezone.now() - timedelta(days=28)


def test_every_picture_is_as_old_as_its_id_says_and_none_is_of_the_future(sample: Sample) -> None:
    found = pictures()
    for image in found:
        assert abs(time_of(image.pk) - image.created_at) < timedelta(milliseconds=2)
        assert image.created_at < timezone.now()
    assert found == sorted(found, key=lambda image: image.created_at)


def test_its_project_has_fifteen_runs_whose_prompts_change_word_by_word(sample: Sample) -> None:
    project = Project.objects.get(name=story.AMBER)
    runs = list(Run.objects.filter(project=project).order_by("number"))
    assert [run.number for run in runs] == list(range(1, 16))
    assert [run.parent for run in runs[1:]] == runs[:-1]
    marked = [run for run in runs if any(part.kind != SAME for part in run_words.marks(run))]
    assert len(marked) >= 7


def test_a_line_of_six_pictures_leads_through_an_edit_and_one_with_a_mask(sample: Sample) -> None:
    line = [telling.made_by(sample, name) for name in ("a3", "a5", "a7", "a9", "a13", "a15")]
    steps = [
        Lineage.objects.get(parent=parent, child=child).operation
        for parent, child in itertools.pairwise(line)
    ]
    assert steps == ["reference", "edit", "edit", "reference", "reference"]
    inpainted = Job.objects.get(outputs__image=line[3])
    assert inpainted.kind == "inpaint"
    assert [given.role for given in inpainted.references.all()] == ["source", "mask"]


def test_every_reference_says_which_bytes_were_sent(sample: Sample) -> None:
    given = Reference.objects.select_related("image__blob")
    assert len(given) == 8
    assert all(each.sent_sha256 == each.image.blob.sha256 for each in given)


def test_one_run_failed_and_one_came_in_part(sample: Sample) -> None:
    states = list(Job.objects.exclude(state=State.SUCCEEDED).order_by("created_at"))
    assert [(job.state, job.n, job.outputs.count()) for job in states] == [
        (State.PARTIAL, 4, 2),
        (State.FAILED, 1, 0),
    ]
    assert all(job.error_code and job.error_detail for job in states)


def test_every_job_was_claimed_called_and_finished_one_after_the_other(sample: Sample) -> None:
    for job in Job.objects.select_related("run"):
        assert job.started_at
        assert job.finished_at
        assert job.run.created_at <= job.created_at <= job.started_at < job.finished_at < timezone.now()
        attempt = Attempt.objects.get(job=job)
        assert attempt.started_at == job.started_at
        assert attempt.finished_at == job.finished_at
        assert all(
            job.started_at < made < job.finished_at
            for made in job.outputs.values_list("image__created_at", flat=True)
        )


def test_two_collections_hearts_and_stars_are_there(sample: Sample, owner: User) -> None:
    held = {each.name: each.images.count() for each in Collection.objects.filter(team=sample.team)}
    assert held == {"Amber basalt": 11, "Faces": 8}
    assert Favourite.objects.filter(user=owner).count() == len(story.FAVOURITES)
    assert Rating.objects.filter(user=owner).count() == len(story.STARS)


def test_its_owner_sees_all_of_it_and_nobody_else_any(sample: Sample, owner: User) -> None:
    seen = Image.objects
    assert seen.visible_to(actor_for(owner)).filter(kind=Image.Kind.OUTPUT).count() == 60
    assert not seen.visible_to(actor_for(person("Alice"))).exists()
