"""What a browser hears at ``/events``, over a real connection to a real web process."""

from __future__ import annotations

from typing import Any

from studio.accounts import services as accounts
from studio.accounts import teams
from studio.accounts.actors import Visibility
from studio.accounts.models import Role, Team, User
from studio.core import events
from studio.credits import services as credits
from studio.jobs import notices, presence
from studio.jobs.models import Run, State
from tests.factories import make_job, make_run
from tests.live.browser import Server

QUOTE = {"low": 3_000, "high": 3_000, "lines": []}


def running_run(owner: User, team: Team | None = None, **fields: Any) -> Run:
    run = make_run(owner, team, **fields)
    make_job(run, state=State.RUNNING, quote=QUOTE)
    return run


def finished_run(owner: User, team: Team | None = None) -> Run:
    run = make_run(owner, team)
    make_job(run, state=State.SUCCEEDED, quote=QUOTE)
    return run


def row(run: Run) -> str:
    return f'id="run-{run.pk}"'


def test_a_signed_out_browser_is_told_not_to_ask_again(server: Server) -> None:
    assert server.open(None).status == 204


def test_the_first_message_is_the_present_state(server: Server, alice: User) -> None:
    working, over = running_run(alice), finished_run(alice)
    credits.grant(
        account_id=credits.account_of(user=alice).pk, amount=1_230_000, key="g", actor=None, reason="Welcome"
    )
    browser = server.open(alice)
    first = browser.first()
    assert (browser.status, browser.type) == (200, "text/event-stream; charset=utf-8")
    assert row(working) in first.text
    assert row(over) not in first.text
    assert "<span>123</span>" in first.text
    assert "1 running" in first.text
    assert first.id == events.latest_id()


def test_a_change_in_a_team_reaches_every_browser_of_its_members_and_nobody_else(
    server: Server, alice: User, bob: User, charlie: User, northwind: Team
) -> None:
    inside = [server.open(alice), server.open(alice), server.open(bob)]
    outside = server.open(charlie)
    run, his = finished_run(alice, northwind), finished_run(charlie)
    notices.run_added(run)
    notices.run_added(his)
    for browser in inside:
        assert row(his) not in browser.hears(row(run))
    outside.hears(row(his))
    assert str(run.pk) not in outside.text


def test_a_private_run_in_a_team_reaches_its_owner_alone(
    server: Server, alice: User, bob: User, northwind: Team
) -> None:
    hers, his = server.open(alice), server.open(bob)
    private = make_run(alice, northwind, visibility=Visibility.PRIVATE)
    make_job(private, state=State.RUNNING, quote=QUOTE)
    shared = finished_run(alice, northwind)
    notices.run_changed(private)
    notices.run_changed(shared)
    hers.hears(row(private))
    his.hears(row(shared))
    assert str(private.pk) not in his.text


def test_the_balance_moves_on_every_page_of_its_owner(server: Server, alice: User, charlie: User) -> None:
    hers, his = server.open(alice), server.open(charlie)
    for user, amount in ((alice, 5_550_000), (charlie, 10_000)):
        account = credits.account_of(user=user)
        credits.grant(account_id=account.pk, amount=amount, key=f"{user.pk}", actor=None, reason="More")
    hers.hears("<span>555</span>")
    his.hears("<span>1</span>")
    assert "555" not in his.text


def test_a_browser_that_comes_back_is_told_what_it_missed(server: Server, alice: User) -> None:
    first = server.open(alice)
    seen = first.first().id
    first.close()
    run = finished_run(alice)
    notices.run_changed(run)
    assert row(run) in server.open(alice, last_seen=seen).first().text
    assert row(run) not in server.open(alice).first().text


def test_a_browser_that_comes_back_is_not_told_what_it_may_not_see(
    server: Server, alice: User, charlie: User
) -> None:
    run = finished_run(alice)
    notices.run_changed(run)
    assert str(run.pk) not in server.open(charlie, last_seen=0).first().text


def test_who_is_removed_from_a_team_hears_no_more_of_it_at_once(
    server: Server, alice: User, bob: User, northwind: Team
) -> None:
    hers, his = server.open(alice), server.open(bob)
    teams.remove(by=alice, team=northwind, user=bob)
    his.ended()
    again, run = server.open(bob), finished_run(alice, northwind)
    notices.run_changed(run)
    hers.hears(row(run))
    events.publish([f"user:{bob.pk}"], "balance", "")
    assert str(run.pk) not in again.hears("balance")
    assert str(run.pk) not in his.text


def test_another_role_opens_the_stream_anew_and_so_does_a_new_team(
    server: Server, alice: User, bob: User, charlie: User, northwind: Team
) -> None:
    browsers = [server.open(bob), server.open(charlie)]
    teams.change_role(by=alice, team=northwind, user=bob, role=Role.VIEWER)
    teams.create(by=charlie, name="Southwind")
    for browser in browsers:
        browser.ended()


def test_who_is_switched_off_hears_no_more_and_is_told_not_to_come_back(
    server: Server, alice: User, dana: User
) -> None:
    browser = server.open(alice)
    accounts.set_active(by=dana, user=alice, active=False)
    browser.ended()
    assert server.open(alice).status == 204


def test_a_new_password_ends_the_streams_of_whoever_knew_the_old_one(server: Server, alice: User) -> None:
    browser = server.open(alice)
    token = accounts.reset_link(by=None, user=alice).strip("/").rpartition("/")[2]
    accounts.reset_password(token=token, password="another quiet terracotta stair")
    browser.ended()


def test_the_note_that_nobody_works_comes_and_goes(server: Server, alice: User) -> None:
    browser = server.open(alice)
    without = browser.first().text
    presence.beat("a worker")
    working = browser.hears("#worker-note")
    assert (presence.COMMAND in without, presence.COMMAND in working) == (True, False)
    presence.leave("a worker")
    browser.hears(presence.COMMAND)


def test_a_server_that_is_told_to_stop_ends_its_streams_and_stops(
    transactional_db: None, alice: User
) -> None:
    server = Server()
    browsers = [server.open(alice) for _ in range(3)]
    try:
        assert server.stop() in (0, -15)
        for browser in browsers:
            browser.ended()
    finally:
        server.close_browsers()
