"""The staff page of vendors: what it tells of each, what it never tells, and its buttons."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from providers import registry
from providers.base import Health
from studio.accounts.models import AuditRow, User
from studio.catalog import health, providers
from studio.catalog.models import Breaker, Pause
from studio.jobs import vendors
from studio.jobs.models import Attempt, Job, State
from tests.factories import make_job, make_run

PAGE = "/manage/providers/"
VENDOR = re.compile(r'<li class="vendor" aria-labelledby="vendor-(\w+)">(.*?)\n        </li>', re.DOTALL)
SECRET = "sk-never-shown"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def one_key(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"OPENAI": SECRET, "openai": SECRET}
    settings.PROVIDER_URLS = {"openai": f"https://me:{SECRET}@proxy.test/v1/?key={SECRET}"}


def rows(client: Client) -> dict[str, str]:
    """The HTML of each vendor, by its name, in order."""
    response = client.get(PAGE)
    assert response.status_code == 200
    return dict(VENDOR.findall(response.content.decode()))


def status(row: str) -> str:
    found = re.search(r'<span class="chip status ?\w*">([^<]+)</span>', row)
    assert found
    return found[1]


def ended(
    owner: User, state: str, *, ago: timedelta = timedelta(minutes=5), seconds: float = 2.0, code: str = ""
) -> Job:
    job = make_job(make_run(owner), model="gesso/paint", provider="gesso", state=state, error_code=code)
    at = timezone.now() - ago
    Job.objects.filter(pk=job.pk).update(started_at=at - timedelta(seconds=seconds), finished_at=at)
    return job


def failed_call(owner: User, code: str, detail: str) -> None:
    job = ended(owner, State.FAILED, code=code)
    Attempt.objects.create(
        job=job,
        number=1,
        state=Attempt.State.FAILED,
        client_ref=str(job.pk),
        error_code=code,
        error_detail=detail,
    )


def test_every_registered_vendor_has_a_row_those_that_are_set_up_first(as_dana: Client) -> None:
    shown = rows(as_dana)
    assert set(shown) == set(registry.ADAPTERS)
    assert list(shown)[:2] == ["gesso", "openai"]
    assert status(shown["fal"]) == "Not set up"
    assert "<code>PROVIDER_FAL_KEY</code> is missing" in shown["fal"]
    assert "https://queue.fal.run" in shown["fal"]
    assert "Pause" not in shown["fal"]


def test_a_key_is_named_and_never_shown_nor_anything_else_that_an_address_carries(as_dana: Client) -> None:
    assert "<code>PROVIDER_OPENAI_KEY</code> is set" in rows(as_dana)["openai"]
    assert ">https://proxy.test/v1<" in rows(as_dana)["openai"]
    assert SECRET not in as_dana.get(PAGE).content.decode()


def test_a_vendor_without_a_run_says_so(as_dana: Client) -> None:
    assert status(rows(as_dana)["gesso"]) == "No runs yet"
    assert "–" not in rows(as_dana)["gesso"]


def test_a_day_is_thirty_half_hours_with_their_share_as_height(as_dana: Client, alice: User) -> None:
    for state in (State.SUCCEEDED, State.SUCCEEDED, State.SUCCEEDED, State.FAILED):
        ended(alice, state, code="upstream" if state == State.FAILED else "")
    ended(alice, State.CANCELLED)
    ended(alice, State.SUCCEEDED, ago=timedelta(hours=30))
    row = rows(as_dana)["gesso"]
    bars = re.findall(r'<rect class="(\w+)"[^>]* height="(\d+)"[^>]*><title>([^<]+)</title>', row)
    assert len(bars) == vendors.SLOTS
    ran = [bar for bar in bars if bar[0] != "none"]
    assert [(tone, height) for tone, height, _title in ran] == [("slow", "16")]
    assert "3 of 4 runs delivered" in ran[0][2]
    assert "runs in 1, failures in 1" in row
    assert ("75%" in row, "2.0 s / 2.0 s" in row, status(row)) == (True, True, "Slow")


def test_one_that_takes_twice_its_usual_time_is_slow_and_one_that_delivers_is_healthy(
    as_dana: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendors, "KEPT_SECONDS", 0)
    for _turn in range(3):
        ended(alice, State.SUCCEEDED, ago=timedelta(days=3), seconds=2)
    ended(alice, State.SUCCEEDED, seconds=2)
    assert vendors.measured()["gesso"].pace == 1.0
    assert status(rows(as_dana)["gesso"]) == "Healthy"
    Job.objects.filter(finished_at__gt=timezone.now() - timedelta(hours=1)).update(
        started_at=timezone.now() - timedelta(minutes=6)
    )
    assert vendors.measured()["gesso"].pace > 1.5  # type: ignore[operator]


def test_one_of_which_nothing_came_today_is_down(as_dana: Client, alice: User) -> None:
    ended(alice, State.FAILED, code="upstream")
    row = rows(as_dana)["gesso"]
    assert (status(row), "0%" in row) == ("Down", True)


def test_the_last_errors_are_the_vendors_own_and_repeat_no_prompt(as_dana: Client, alice: User) -> None:
    for number in range(5):
        failed_call(alice, "upstream", f"HTTP 503, number {number}")
    failed_call(alice, "moderation_input", "You wrote: a secret stair")
    row = rows(as_dana)["gesso"]
    assert re.findall(r"HTTP 503, number (\d)", row) == ["4", "3", "2"]
    assert "<code>upstream</code>" in row
    assert "a secret stair" not in row


def test_it_asks_no_more_for_many_runs(as_dana: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows(as_dana)
        return len(captured)

    ended(alice, State.SUCCEEDED)
    rows(as_dana)
    few = queries()
    for _turn in range(20):
        failed_call(alice, "upstream", "HTTP 503")
    assert queries() <= few


def test_a_pause_needs_a_reason_is_kept_and_ends(as_dana: Client, dana: User) -> None:
    as_dana.post(f"{PAGE}pause", {"provider": "openai", "reason": " "})
    assert not Pause.objects.exists()
    as_dana.post(f"{PAGE}pause", {"provider": "openai", "reason": "their maintenance"})
    row = rows(as_dana)["openai"]
    assert status(row) == "Paused"
    assert re.search(r"Paused since \d\d:\d\d by Dana. their maintenance", row)
    as_dana.post(f"{PAGE}resume", {"provider": "openai"})
    assert status(rows(as_dana)["openai"]) == "No runs yet"
    told = AuditRow.objects.filter(action="catalog.pause").order_by("id")
    assert [(row.actor, row.target, row.reason) for row in told] == [
        (dana, "openai", "their maintenance"),
        (dana, "openai", ""),
    ]


def test_what_failed_in_a_row_says_so_in_the_navigation_too_and_is_called_again(as_dana: Client) -> None:
    breaker = Breaker.objects.create(
        provider="openai",
        opened_at=timezone.now(),
        probe_at=timezone.now() + timedelta(minutes=5),
        error_code="auth",
        error_detail="The vendor does not accept this key.",
    )
    row = rows(as_dana)["openai"]
    assert status(row) == "Down"
    assert "(auth). The vendor does not accept this key." in row
    assert "Something is down" in as_dana.get("/manage/people/").content.decode()
    as_dana.post(f"{PAGE}again", {"breaker": str(breaker.pk)})
    assert health.open_breakers() == []
    assert "Something is down" not in as_dana.get("/manage/people/").content.decode()
    for gone in (str(breaker.pk), "99999999999999999999", "x"):
        page = as_dana.post(f"{PAGE}again", {"breaker": gone}, follow=True).content.decode()
        assert "It was being called again already" in page


@pytest.mark.parametrize(
    ("found", "tone"), [(Health(True, "It answers."), "ok"), (Health(False, "No <key>"), "bad")]
)
def test_a_check_is_answered_in_place_or_without_scripts_on_the_page(
    as_dana: Client, monkeypatch: pytest.MonkeyPatch, found: Health, tone: str
) -> None:
    monkeypatch.setattr(providers, "check", lambda name: found)
    answer = as_dana.post(f"{PAGE}check", {"provider": "openai"}, headers=HTMX).content.decode()
    assert f'class="{tone}"' in answer
    assert found.message.replace("<", "&lt;").replace(">", "&gt;") in answer
    assert "<html" not in answer
    page = as_dana.post(f"{PAGE}check", {"provider": "openai"}, follow=True).content.decode()
    assert f"OpenAI: {found.message}".replace("<", "&lt;").replace(">", "&gt;") in page
    assert (
        AuditRow.objects.filter(action="catalog.check", target="openai", after={"ok": found.ok}).count() == 2
    )


@pytest.mark.django_db(transaction=True)
def test_the_offline_models_answer_and_one_without_a_key_is_not_called(as_dana: Client) -> None:
    assert 'class="ok"' in as_dana.post(f"{PAGE}check", {"provider": "gesso"}, headers=HTMX).content.decode()
    answer = as_dana.post(f"{PAGE}check", {"provider": "fal"}, headers=HTMX).content.decode()
    assert "Add PROVIDER_FAL_KEY first." in answer


@pytest.mark.parametrize("does", ["check", "pause", "resume"])
def test_a_vendor_that_nobody_knows_is_not_found(as_dana: Client, does: str) -> None:
    data = {"provider": "nobody", "reason": "why"}
    assert as_dana.post(f"{PAGE}{does}", data).status_code == 404
