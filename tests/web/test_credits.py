from __future__ import annotations

import asyncio
import csv
import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.core import clock
from studio.credits import services as credits
from studio.credits.models import Account
from studio.images.models import Image
from studio.jobs.models import Job, Output
from studio.web.credits_csv import FORMULA_LEADS, cell
from tests.factories import make_image, make_job, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def account_id(alice: User) -> UUID:
    """Alice's account with 1,000 credits from the studio."""
    pk = credits.account_of(user=alice).pk
    credits.grant(account_id=pk, amount=10_000_000, key="g", actor=None, reason="Welcome")
    return pk


@pytest.fixture
def job(alice: User, account_id: UUID) -> Job:
    """A job of alice's that holds 20 credits."""
    job = make_job(make_run(alice), payer_id=account_id, n=4)
    credits.hold(account_id=account_id, amount=200_000, key=job.hold_key, label="#1 Gesso Sketch × 4")
    return job


def text_of(client: Client, url: str = "/credits/", **headers: Any) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    for url in ("/credits/", "/credits/statement.csv"):
        assert client.get(url).status_code == 302


def test_the_page_shows_the_figures_and_one_row_that_follows_the_job(as_alice: Client, job: Job) -> None:
    page = text_of(as_alice)
    assert "980" in page
    assert "1 run in progress" in page
    assert page.count('data-word="held"') == 2  # the row and the entry beneath it
    assert f'href="/runs/{job.run_id}/"' in page
    credits.settle(key=job.hold_key, actual=120_000, reason="3 of 4 delivered")
    page = text_of(as_alice)
    assert "Gesso Sketch × 4, 3 of 4 delivered, held 20" in page
    assert 'data-word="held">Held</span>' in page
    assert "−12<" in page
    assert "988" in page


def test_a_run_that_one_may_not_see_is_a_plain_label(alice: User, bob: User, northwind: Team) -> None:
    northwind.pool_pays = True
    northwind.save()
    pool = credits.account_of(team=northwind).pk
    credits.grant(account_id=pool, amount=10_000_000, key="g", actor=None, reason="Welcome")
    run = make_run(alice, northwind, visibility="private")
    job = make_job(run, payer_id=pool)
    credits.hold(account_id=pool, amount=10_000, key=job.hold_key, label="#1 Gesso Sketch × 1")
    as_bob = signed_in(bob)
    as_bob.post("/workspace/", {"workspace": str(northwind.pk)})
    page = text_of(as_bob)
    assert "Northwind pool" in page
    assert "#1 Gesso Sketch × 1" in page
    assert f"/runs/{run.pk}/" not in page
    assert "Nothing here yet" in text_of(as_bob, "/credits/?of=me")


def test_nobody_sees_anothers_statement(as_charlie: Client, job: Job) -> None:
    page = text_of(as_charlie, "/credits/?of=me")
    assert "Welcome" not in page
    assert "Nothing here yet" in page
    assert "Welcome" not in b"".join(as_charlie.get("/credits/statement.csv")).decode()


def test_more_rows_are_loaded_without_a_script_and_with_one(as_alice: Client, account_id: UUID) -> None:
    for number in range(60):
        credits.hold(account_id=account_id, amount=10_000, key=f"other:{number}", label=f"Row {number}.")
    page = text_of(as_alice)
    assert "Row 59." in page
    assert "Row 9." not in page
    link = page.split('<li class="more"><a class="button" href="')[1].split('"')[0].replace("#ledger", "")
    more = text_of(as_alice, link)
    assert "<html" in more
    assert "Row 9." in more
    part = text_of(as_alice, link, **{"HX-Request": "true"})
    assert part.lstrip().startswith("<li>")
    assert "Row 9." in part
    assert "Welcome" in part
    assert '<li class="more">' not in part


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=9999999999999999999", "show=nonsense", "range=x", "range=-1"]
)
def test_a_made_up_address_is_harmless(as_alice: Client, job: Job, query: str) -> None:
    text_of(as_alice, f"/credits/?{query}")


def test_the_statement_is_narrowed_to_a_word_and_then_shows_no_balance(as_alice: Client, job: Job) -> None:
    page = text_of(as_alice, "/credits/?show=added")
    assert "Welcome" in page
    assert "Gesso Sketch" not in page
    assert "No row of this kind." in text_of(as_alice, "/credits/?show=removed")


def test_the_queries_do_not_grow_with_the_rows(
    as_alice: Client, alice: User, account_id: UUID, job: Job
) -> None:
    paid = make_job(make_run(alice), payer_id=account_id)
    credits.hold(account_id=account_id, amount=10_000, key=paid.hold_key, label="")
    credits.settle(key=paid.hold_key, actual=10_000)
    text_of(as_alice)
    with CaptureQueriesContext(connection) as few:
        text_of(as_alice)
    for number in range(20):
        other = make_job(make_run(alice), payer_id=account_id, model_label=f"Model {number}")
        credits.hold(account_id=account_id, amount=10_000, key=other.hold_key, label="")
        if number % 2:
            credits.settle(key=other.hold_key, actual=9_000)
            Output.objects.create(job=other, position=0, image=make_image(alice))
    with CaptureQueriesContext(connection) as many:
        text_of(as_alice)
    assert len(many) == len(few)


def test_the_csv_has_every_entry_exactly(as_alice: Client, job: Job) -> None:
    credits.settle(key=job.hold_key, actual=123_456)
    response = as_alice.get("/credits/statement.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert [(row["type"], row["available"], row["held"], row["balance"]) for row in rows] == [
        ("Added", "1000.0000", "0.0000", "1000.0000"),
        ("Held", "-20.0000", "20.0000", "980.0000"),
        ("Charged", "0.0000", "-12.3456", "980.0000"),
        ("Returned", "7.6544", "-7.6544", "987.6544"),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_csv_streams_under_asgi_too(alice: User) -> None:
    pk = credits.account_of(user=alice).pk
    credits.grant(account_id=pk, amount=10_000, key="g", actor=None, reason="Welcome")
    client = AsyncClient()
    client.force_login(alice)

    async def read() -> bytes:
        response: Any = await client.get("/credits/statement.csv")
        assert response.is_async
        body = b"".join([chunk async for chunk in response])
        # The views' own thread: what it leaves open would keep the test's database from being removed.
        await sync_to_async(connections.close_all)()
        return body

    assert b"Welcome" in asyncio.run(read())


@pytest.mark.parametrize("lead", FORMULA_LEADS)
def test_no_cell_of_the_csv_is_a_live_formula(as_alice: Client, account_id: UUID, lead: str) -> None:
    assert cell("plain") == "plain"
    assert cell(f"{lead}1+1") == f"'{lead}1+1"
    if lead == "\0" and connection.vendor == "postgresql":
        return  # PostgreSQL keeps no NUL, so none can come out of it
    credits.hold(account_id=account_id, amount=1, key="x", label=f"{lead}1+1")
    credits.release(key="x", reason=f"{lead}cmd()")
    body = b"".join(as_alice.get("/credits/statement.csv")).decode()
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    assert rows[-1]["job"] == f"'{lead}1+1"
    assert rows[-1]["detail"] == f"'{lead}cmd()"


def test_a_pace_says_for_how_long_the_balance_lasts_once_there_is_a_week_of_it(
    as_alice: Client, job: Job
) -> None:
    credits.settle(key=job.hold_key, actual=200_000)
    assert "At this pace" not in text_of(as_alice)
    Account.objects.update(created_at=timezone.now() - timedelta(days=8))
    page = text_of(as_alice)
    assert "At this pace your credits run out in 343 days." in page
    assert "The last 7 days averaged 2.86 credits a day." in page
    assert "wash-warn" not in page
    Account.objects.update(available=10_000)
    page = text_of(as_alice)
    assert "At this pace your credits run out today." in page
    assert "wash-warn" in page


def test_a_paused_account_says_so(as_alice: Client, account_id: UUID) -> None:
    credits.set_blocked(account_id=account_id, blocked=True, actor=None, reason="Mismatch")
    assert "New runs are paused on this account" in text_of(as_alice)


def spend(account_id: UUID, job: Job, credits_spent: int, at: datetime) -> None:
    """A charge of that many credits, at that moment, for one picture."""
    with clock.at(at):
        credits.hold(account_id=account_id, amount=credits_spent * 10_000, key=job.hold_key, label="")
        credits.settle(key=job.hold_key, actual=credits_spent * 10_000)
    Output.objects.create(job=job, position=0, image=make_image(job.run.owner))


@pytest.fixture
def month(alice: User, account_id: UUID) -> None:
    """Charges of 3 today, 5 and 7 ten days ago by two models, and 11 forty days ago."""
    now = timezone.now()
    for amount, days, model in ((3, 0, "Paint"), (5, 10, "Paint"), (7, 10, "Press"), (11, 40, "Press")):
        job = make_job(make_run(alice), payer_id=account_id, model_label=model)
        spend(account_id, job, amount, now - timedelta(days=days))


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize(
    ("key", "spent", "pictures", "paint"), [("7", 3, "1 image", "3"), ("30", 15, "3 images", "8")]
)
def test_figures_chart_and_table_are_about_the_range(
    as_alice: Client, key: str, spent: int, pictures: str, paint: str
) -> None:
    page = text_of(as_alice, f"/credits/?range={key}")
    assert f">{spent}</b>" in page
    assert pictures in page
    assert "Spend by day" in page
    assert page.count('class="slot"') == int(key)
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    assert f">{paint}</td>" in foot
    assert f">{spent}</td>" in foot


@pytest.mark.usefixtures("month")
def test_a_year_is_shown_by_week(as_alice: Client) -> None:
    assert "Spend by week" in text_of(as_alice, "/credits/?range=year")


@pytest.mark.usefixtures("month")
def test_every_day_of_the_chart_tells_its_numbers(as_alice: Client) -> None:
    page = text_of(as_alice)
    assert page.count(": nothing spent") == 28
    assert ": 12 credits. Press 7, Paint 5" in page or ": 12 credits. Paint 5, Press 7" in page


def test_an_account_that_spent_nothing_has_a_sentence_and_no_chart(as_charlie: Client) -> None:
    page = text_of(as_charlie)
    assert "Nothing was spent in this time." in page
    assert 'class="bars' not in page


@pytest.mark.usefixtures("month")
def test_another_range_renews_the_figures_and_leaves_the_rows(as_alice: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "div#overview"}
    part = text_of(as_alice, "/credits/?range=7", **headers)
    assert "Spent, 7 days" in part
    assert 'class="entry"' not in part
    assert "/credits/?range=7&amp;show=held" in part  # the filters keep the range


@pytest.mark.usefixtures("month")
def test_a_filter_renews_the_rows_and_leaves_the_figures(as_alice: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "div#ledger"}
    part = text_of(as_alice, "/credits/?range=7&show=added", **headers)
    assert "Welcome" in part
    assert "Spent, 7 days" not in part
    assert "/credits/?show=added" in part  # the ranges keep the filter


@pytest.mark.usefixtures("month")
def test_the_csv_of_a_range_has_its_days_and_no_others(as_alice: Client) -> None:
    def charges(query: str) -> int:
        return b"".join(as_alice.get(f"/credits/statement.csv{query}")).decode().count(",Charged,")

    assert [charges(query) for query in ("?range=7", "?range=30", "", "?range=x")] == [1, 3, 4, 4]
    name = as_alice.get("/credits/statement.csv?range=7")["Content-Disposition"]
    assert f"{timezone.localdate() - timedelta(days=6)}-to-{timezone.localdate()}.csv" in name


def test_a_row_shows_a_picture_unless_it_is_in_the_bin_or_hidden(
    as_alice: Client, alice: User, bob: User, job: Job
) -> None:
    image = make_image(alice)
    Output.objects.create(job=job, position=0, image=image)
    assert f"{image.pk}/320" in text_of(as_alice)
    Image.objects.filter(pk=image.pk).update(binned_at=timezone.now())
    assert f"{image.pk}/320" not in text_of(as_alice)
    Image.objects.filter(pk=image.pk).update(binned_at=None, owner=bob)
    assert f"{image.pk}/320" not in text_of(as_alice)
