"""One click removes the sample, and nothing that anybody made."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from studio.accounts.actors import actor_for
from studio.accounts.models import AuditRow, Membership, Team, User
from studio.core import leases
from studio.core.errors import Conflict
from studio.core.micros import from_credits
from studio.credits import checks, holders, selectors
from studio.credits import services as credits
from studio.gallery import collections, keeping
from studio.gallery import services as gallery
from studio.gallery.models import Collection
from studio.images.models import ALL_DAYS, Image, ShelfDay
from studio.jobs import services as jobs
from studio.jobs.models import Job, Project, Reference, Run, State
from studio.jobs.specs import JobSpec, ReferenceSpec
from studio.sample import removal, services, telling
from studio.sample.models import Sample
from tests.factories import make_image
from tests.sample.conftest import few
from tests.sample.test_loading import counts

KEPT = {
    "accounts.Team": 1,  # closed, without its name
    "credits.Account": 1,
    "catalog.PriceVersion": 4,
}
"""What stays beside the ledger's own lines: what they hang on."""

LEDGER = ("credits.Entry", "credits.Hold", "credits.Lot", "accounts.AuditRow")


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_everything_is_as_before_but_for_the_lines_of_the_ledger(
    dana: User, painted: dict[object, object], django_capture_on_commit_callbacks: object
) -> None:
    painted.clear()  # So that its files are made in this test, and only for it.
    before, kept_files = counts(), files()
    with django_capture_on_commit_callbacks(execute=False):  # type: ignore[operator]
        services.begin(dana)
    services.load(runs=few())
    assert len(files() - kept_files) > 20
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        removal.remove(Sample.objects.get(), by=dana)
    painted.clear()
    after = counts()
    assert {
        name: after[name] - before[name]
        for name in after
        if name not in LEDGER and after[name] != before[name]
    } == KEPT
    assert files() == kept_files
    assert [problems for _account, problems in checks.check_all() if problems] == []


def test_the_team_is_closed_empty_unnamed_and_out_of_sight(small: Sample, dana: User) -> None:
    removal.remove(small, by=dana)
    team = Team.objects.get()
    assert (team.name, bool(team.closed_at)) == ("Closed team", True)
    assert not Membership.objects.exists()
    assert selectors.balance(credits.account_of(team=team).pk).available == 0
    assert holders.teams() == ([], False)
    assert actor_for(dana).roles == {}
    assert list(User.objects.all()) == [dana]
    assert AuditRow.objects.filter(actor=dana, action="team.close").exists()


def own_run(sample: Sample, dana: User, *given: Image) -> Run:
    """A run that Dana made in the sample's project, over and with its picture."""
    actor = actor_for(dana)
    run = jobs.submit(
        actor=actor,
        payer=jobs.Payer(credits.account_of(team=sample.team).pk, sample.team),
        project=Project.objects.get(name="Amber basalt launch"),
        specs=[JobSpec("gesso/paint", "a stair", {}, tuple(ReferenceSpec(each.pk) for each in given))],
        key="mine",
    )
    Job.objects.filter(run=run).update(state=State.FAILED, finished_at=timezone.now())
    credits.release(key=run.jobs.get().hold_key)
    return run


def test_what_people_made_there_moves_to_their_own_workspace(small: Sample, dana: User) -> None:
    theirs = make_image(dana, small.team)
    lent = telling.made_by(small, "forest")
    assert lent
    run = own_run(small, dana, lent)
    gallery.set_favourite(actor=actor_for(dana), image=theirs, on=True)
    collections.create(actor=actor_for(dana), team=small.team, name="Mine", images=[theirs, lent])
    removal.remove(small, by=dana)
    moved = Run.objects.get()
    assert (moved.pk, moved.team, moved.project.name, moved.project.owner) == (
        run.pk,
        None,
        "Amber basalt launch",
        dana,
    )
    assert set(Image.objects.filter(owner=dana, team=None)) == {theirs, lent} == set(Image.objects.all())
    assert Reference.objects.get().image == lent
    assert list(Collection.objects.get(name="Mine", team=None).images.all()) == [theirs]
    assert theirs.favourites.count() == 1
    assert {key: shelf for key, shelf in counted().items() if shelf} == {f"o:{dana.pk}": 2}
    assert [problems for _account, problems in checks.check_all() if problems] == []


def counted() -> dict[str, int]:
    rows = ShelfDay.objects.filter(kind=Image.Kind.OUTPUT, day=ALL_DAYS)
    return dict(rows.values_list("scope", "count"))


def test_it_refuses_while_somebodys_run_is_at_work(small: Sample, dana: User) -> None:
    Job.objects.filter(run=own_run(small, dana)).update(state=State.RUNNING)
    before = counts()
    with pytest.raises(Conflict, match="A run is at work in Northwind"):
        removal.remove(small, by=dana)
    assert counts() == before


def test_it_refuses_while_it_is_being_painted(dana: User) -> None:
    sample = services.begin(dana)
    leases.hold(services.LEASE, holder="a worker", seconds=60)
    with pytest.raises(Conflict, match="still being painted"):
        removal.remove(sample, by=dana)


def test_credits_that_a_person_put_into_the_pool_go_to_its_owner(small: Sample, dana: User) -> None:
    own, pool = credits.account_of(user=dana), credits.account_of(team=small.team)
    amount = from_credits(40)
    credits.grant(account_id=pool.pk, amount=amount, key="k", actor=dana, reason="For the fair")
    removal.remove(small, by=dana)
    assert selectors.balance(own.pk).available == amount
    assert selectors.balance(pool.pk).available == 0
    assert [problems for _account, problems in checks.check_all() if problems] == []


def test_it_can_be_loaded_again(small: Sample, dana: User) -> None:
    removal.remove(small, by=dana)
    services.begin(dana)
    assert services.load(runs=few())
    assert Team.objects.filter(closed_at=None).get().name == "Northwind"
    assert Run.objects.count() == len(few())


def test_a_picture_that_was_deleted_for_good_before_is_not_in_its_way(small: Sample, dana: User) -> None:
    gone = telling.made_by(small, "a13")
    assert gone
    keeping.move_to_bin(actor=actor_for(dana), ids=[gone.pk])
    keeping.discard(actor=actor_for(dana), ids=[gone.pk])
    assert keeping.sweep() == 1
    removal.remove(small, by=dana)
    assert not Run.objects.exists()
