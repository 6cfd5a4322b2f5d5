"""Keys with what hangs on them: their cap, and the collection that their pictures go into."""

from __future__ import annotations

from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from studio.accounts import keys as texts
from studio.accounts.actors import Visibility, actor_for
from studio.accounts.models import ApiKey, AuditRow, Membership, Role, Team, User
from studio.core.errors import Invalid
from studio.credits import caps
from studio.gallery import collections, keys
from studio.gallery.models import Collection, KeyCollection
from studio.images.models import Image
from studio.jobs import execution, services, signals
from studio.jobs.models import Job
from tests.factories import make_image, make_job, make_run, pictures
from tests.jobs.conftest import SKETCH, desk_of
from tests.racing import at_once


def shelf(user: User, name: str = "Nightly", team: Team | None = None) -> Collection:
    return collections.create(actor=actor_for(user), team=team, name=name)


def key_into(owner: User, collection: Collection | None, **facts: Any) -> ApiKey:
    given: dict[str, Any] = {"owner": owner, "name": "Script", "cap": None}
    return keys.make(**given | facts, collection=collection)[0]


def deliver(key: ApiKey | None, image: Image) -> None:
    job = make_job(make_run(image.owner, image.team, api_key=key))
    signals.delivered.send(sender=Job, job=job, image=image)


def test_a_key_is_made_with_its_cap_and_its_collection(alice: User) -> None:
    key = key_into(alice, shelf(alice), cap=50_000)
    assert caps.read(caps.KEY, [str(key.pk)])[str(key.pk)].limit == 50_000
    assert keys.collections_of(actor_for(alice), [key]) == {key.pk: "Nightly"}
    plain = key_into(alice, None)
    assert caps.read(caps.KEY, [str(plain.pk)]) == {}
    assert keys.collections_of(actor_for(alice), [plain]) == {}


def test_of_a_key_that_breaks_a_rule_nothing_is_left(alice: User, bob: User, northwind: Team) -> None:
    for collection, facts, field in (
        (shelf(bob), {}, "collection"),
        (shelf(alice, team=northwind), {}, "collection"),
        (shelf(alice), {"team": northwind}, "collection"),
        (None, {"cap": -1}, "cap"),
        (None, {"name": ""}, "name"),
    ):
        with pytest.raises(Invalid) as caught:
            key_into(alice, collection, **facts)
        assert list(caught.value.fields) == [field]
    assert not ApiKey.objects.exists()
    assert not KeyCollection.objects.exists()
    assert not AuditRow.objects.exists()


def test_who_may_only_look_aims_no_key_at_the_teams_collection(
    alice: User, bob: User, northwind: Team
) -> None:
    ours = shelf(alice, team=northwind)
    assert key_into(bob, ours, team=northwind)
    Membership.objects.filter(user=bob).update(role=Role.VIEWER)
    with pytest.raises(Invalid):
        key_into(bob, ours, team=northwind)


def test_the_collection_of_a_key_can_be_changed_and_taken_away(alice: User) -> None:
    key = key_into(alice, shelf(alice))
    keys.set_collection(key=key, collection=shelf(alice, "Weekly"))
    assert keys.collections_of(actor_for(alice), [key]) == {key.pk: "Weekly"}
    keys.set_collection(key=key, collection=None)
    assert keys.collections_of(actor_for(alice), [key]) == {}


def test_a_private_collection_is_not_named_to_who_leads_the_team(
    alice: User, bob: User, northwind: Team
) -> None:
    ours = shelf(bob, team=northwind)
    key = key_into(bob, ours, team=northwind)
    Collection.objects.update(visibility=Visibility.PRIVATE)
    assert keys.collections_of(actor_for(alice), [key]) == {key.pk: ""}
    assert keys.collections_of(actor_for(bob), [key]) == {key.pk: "Nightly"}


@pytest.mark.django_db(transaction=True)
def test_what_a_key_asked_for_stands_in_its_collection_once_it_is_delivered(alice: User) -> None:
    held = shelf(alice)
    desk = desk_of(alice)
    job = desk.finished(SKETCH, n=2, via=services.Via(key_into(alice, held)))
    desk.finished(SKETCH)
    assert list(held.images.order_by("pk")) == pictures(job)
    assert collections.collections_of(actor_for(alice), None)[0].count == 2


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_delivered_and_filed_or_neither(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    held = shelf(alice)
    desk = desk_of(alice)
    job = desk.job(SKETCH, via=services.Via(key_into(alice, held)))

    def broken(**_given: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(collections, "add", broken)
    with pytest.raises(OSError, match="full"):
        execution.work()
    assert not job.outputs.exists()
    assert not held.images.exists()


def test_a_job_that_no_key_asked_for_costs_no_query(alice: User, django_assert_num_queries: Any) -> None:
    image = make_image(alice)
    job = make_job(make_run(alice))
    with django_assert_num_queries(0):
        signals.delivered.send(sender=Job, job=job, image=image)
    key = key_into(alice, None)
    job.run.api_key = key
    with django_assert_num_queries(1):
        signals.delivered.send(sender=Job, job=job, image=image)


def test_nothing_is_filed_where_the_keys_owner_may_change_nothing_any_more(
    alice: User, bob: User, northwind: Team
) -> None:
    ours = shelf(alice, team=northwind)
    key = key_into(bob, ours, team=northwind)
    deliver(key, make_image(bob, northwind))
    assert ours.images.count() == 1
    Membership.objects.filter(user=bob).update(role=Role.REVIEWER)
    deliver(key, make_image(bob, northwind))
    Membership.objects.filter(user=bob).update(role=Role.EDITOR)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    deliver(key, make_image(bob, northwind))
    assert ours.images.count() == 1


def test_a_picture_of_another_workspace_is_not_filed(alice: User, northwind: Team) -> None:
    held = shelf(alice)
    deliver(key_into(alice, held), make_image(alice, northwind))
    assert not held.images.exists()


def test_a_key_whose_collection_was_deleted_goes_on_without_one(alice: User) -> None:
    held = shelf(alice)
    key = key_into(alice, held)
    collections.delete(collection=held)
    deliver(key, make_image(alice))
    assert not KeyCollection.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_collection_deleted_at_the_same_moment_stops_no_delivery(alice: User) -> None:
    for number in range(5):
        held = shelf(alice, f"Nightly {number}")
        desk = desk_of(alice)
        job = desk.job(SKETCH, via=services.Via(key_into(alice, held)))
        at_once([execution.work, partial(collections.delete, collection=held)])
        job.refresh_from_db()
        assert len(pictures(job)) == 1
        assert not Collection.objects.exists()


def created(*arguments: str) -> ApiKey:
    """What the command made; its text must be all that it prints."""
    out = StringIO()
    call_command("create_key", *arguments, stdout=out)
    text = out.getvalue()
    assert text == text.strip() + "\n"
    key = texts.find(text.strip())
    assert key is not None
    return key


def test_the_command_prints_a_good_key_and_nothing_else(alice: User, northwind: Team) -> None:
    made = created(alice.email.upper(), "--dialect", "async", "--team", "Northwind", "--name", "Nightly")
    assert (made.owner, made.team, made.dialect, made.name) == (alice, northwind, "async", "Nightly")
    assert (made.scopes, made.allowed_models) == (["generate", "pictures", "credits"], [])
    assert made.expires_at is None


def test_the_command_takes_everything_that_the_page_takes(alice: User) -> None:
    shelf(alice)
    scopes = ("--scope", "generate", "--scope", "credits")
    models = ("--model", "gesso/paint", "--model", "gesso/sketch")
    rest = ("--spend-cap", "2.5", "--expires", "30", "--collection", "Nightly")
    made = created(alice.email, *scopes, *models, *rest)
    assert (made.scopes, made.allowed_models) == (["generate", "credits"], ["gesso/paint", "gesso/sketch"])
    assert caps.read(caps.KEY, [str(made.pk)])[str(made.pk)].limit == 25_000
    assert keys.collections_of(actor_for(alice), [made]) == {made.pk: "Nightly"}
    assert made.expires_at is not None
    assert (made.expires_at - timezone.now()).days == 29


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody@northwind.test",), "Nobody signs in as nobody@northwind.test"),
        (("alice@northwind.test", "--team", "Southwind"), "in no team called Southwind"),
        (("alice@northwind.test", "--collection", "Nowhere"), "no collection called Nowhere"),
        (("alice@northwind.test", "--model", "no-such"), "no model called no-such"),
        (("alice@northwind.test", "--scope", "all"), "invalid choice: 'all'"),
        (("alice@northwind.test", "--dialect", "latin"), "invalid choice: 'latin'"),
        (("alice@northwind.test", "--spend-cap", "much"), "much is not a number of credits"),
        (("alice@northwind.test", "--spend-cap", "-1"), "cap: Give a number of credits"),
        (("alice@northwind.test", "--expires", "0"), "0 is not a number of days"),
        (("alice@northwind.test", "--expires", "99999999999"), "is not a number of days"),
        (("alice@northwind.test", "--name", 81 * "x"), "name: 1 to 80 characters"),
    ],
)
def test_the_command_says_what_it_cannot_take_and_makes_nothing(
    alice: User, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        created(*arguments)
    assert not ApiKey.objects.exists()


def test_the_command_finds_the_collection_in_the_keys_own_workspace(
    alice: User, bob: User, northwind: Team
) -> None:
    shelf(bob)
    shelf(alice, "Ours", northwind)
    for arguments in (("--collection", "Nightly"), ("--collection", "Ours")):
        with pytest.raises(CommandError, match="no collection called"):
            created(alice.email, *arguments)
    made = created(bob.email, "--team", "Northwind", "--collection", "Ours")
    assert keys.collections_of(actor_for(bob), [made]) == {made.pk: "Ours"}
