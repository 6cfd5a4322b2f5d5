"""What open pages hear of pictures that moved, and of files that are ready."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from studio.accounts.actors import actor_for
from studio.accounts.models import Team, User
from studio.core import events
from studio.gallery import exports, keeping, packing
from studio.gallery.models import Export
from tests.factories import make_image
from tests.faults.processes import wait_for
from tests.gallery.scenes import stored_image
from tests.live.browser import Server


def test_whoever_may_see_a_picture_hears_that_it_moved(
    server: Server, alice: User, bob: User, charlie: User, northwind: Team
) -> None:
    inside, outside = [server.open(alice), server.open(bob)], server.open(charlie)
    image = make_image(alice, northwind)
    keeping.move_to_bin(actor=actor_for(bob), ids=[image.pk])
    told = [browser.hears(f'id="binned-{image.pk}"') for browser in inside]
    assert "Bob moved this to the bin" in told[0]
    assert "You moved this to the bin" in told[1]
    keeping.restore(actor=actor_for(alice), ids=[image.pk])
    wait_for(lambda: inside[1].messages[-1].text.count("moved this") == 0, "the way back")
    events.publish([f"user:{charlie.pk}"], "balance", "")
    assert str(image.pk) not in outside.hears("balance")


def test_a_file_that_is_ready_is_told_to_its_person_alone(
    server: Server, alice: User, bob: User, northwind: Team
) -> None:
    hers, his = [server.open(alice), server.open(alice)], server.open(bob)
    export = exports.ask(actor=actor_for(alice), team=northwind, images=[stored_image(alice, northwind)])
    packing.work()
    page = f"/exports/{export.pk}/download"
    for browser in hers:
        assert '"title": "1 picture is ready"' in browser.hears(page)
    events.publish([f"user:{bob.pk}"], "balance", "")
    his.hears("balance")
    assert page not in his.text


def test_who_was_away_or_between_two_pages_is_told_of_the_file_too(server: Server, alice: User) -> None:
    there = server.open(alice)
    seen = there.first().id
    export = exports.ask(actor=actor_for(alice), team=None, images=[stored_image(alice)])
    packing.work()
    page = f"/exports/{export.pk}/download"
    there.hears(page)  # From here on nobody is told because it has just happened.
    assert page in server.open(alice).text
    Export.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    assert page in server.open(alice, last_seen=seen).text
    assert page not in server.open(alice).text
    assert page not in server.open(alice, last_seen=events.latest_id()).text
