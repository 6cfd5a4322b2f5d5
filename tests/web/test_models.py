"""The page of models: what it tells of each, to whom, and what it costs to ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from providers import registry
from studio.accounts.models import AuditRow, Team, User
from studio.catalog import loader
from studio.catalog.entries import Catalog
from studio.catalog.models import Breaker
from studio.catalog.pricing import Quote
from studio.core.micros import Micros
from studio.images.models import Image
from studio.jobs.models import Job, State
from studio.jobs.routing.weather import Weather
from studio.web import weather_words
from tests.factories import make_blob, make_image, make_job, make_run

SKETCH, PAINT, STUDIO, PRESS = (f"gesso/{name}" for name in ("sketch", "paint", "studio", "press"))
CARD = re.compile(r'<li class="model[^"]*" data-model="([^"]+)">(.*?)\n</li>', re.DOTALL)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def no_keys(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that nobody gave a key, on a day of the catalogue's own time."""
    settings.PROVIDER_KEYS = {}
    monkeypatch.setattr(timezone, "localdate", lambda *given: date(2026, 11, 20))


def page_of(client: Client, query: str = "") -> str:
    response = client.get(f"/models/{query}")
    assert response.status_code == 200
    return response.content.decode()


def cards(client: Client, query: str = "") -> dict[str, str]:
    """The HTML of each card, by the model's id, in order."""
    return dict(CARD.findall(page_of(client, query)))


def ended(owner: User, model: str, state: str = State.SUCCEEDED, seconds: float = 2.0) -> None:
    quote = Quote(Micros(0), Micros(0), ()).as_json()
    job = make_job(make_run(owner), model=model, state=state, quote=quote)
    Job.objects.filter(pk=job.pk).update(started_at=NOW - timedelta(seconds=seconds), finished_at=NOW)


def stand_in(client: Client, team: Team) -> None:
    client.post("/workspace/", {"workspace": str(team.pk)})


def test_a_card_says_what_a_model_can_do_what_it_costs_and_leads_to_the_studio(as_alice: Client) -> None:
    card = cards(as_alice)[STUDIO]
    for text in (
        *("<h3>Gesso Studio</h3>", "<b>6–12 cr</b>", "Premium", ">Edit<", ">Mask<", ">Seed<"),
        *(">Transparent<", ">Streaming<", ">16 refs<", ">1K, 2K<"),
        *("Prompt to 32,000 characters", "Edits, with a mask", 'href="/?model=gesso%2Fstudio"'),
    ):
        assert text in card, text
    assert "No editing" in cards(as_alice)[SKETCH]


@pytest.mark.parametrize(
    ("model", "sizing"),
    [(SKETCH, "Any size"), (PAINT, "Aspect ratio"), (PRESS, "Preset"), (STUDIO, "1K, 2K")],
)
def test_how_it_is_told_a_size_stands_on_every_card(as_alice: Client, model: str, sizing: str) -> None:
    assert f'<li class="chip tiny outline">{sizing}</li>' in cards(as_alice)[model]


def test_the_use_of_a_card_opens_the_studio_with_the_model_selected(as_alice: Client) -> None:
    link = re.search(r'class="use" href="([^"]+)"', cards(as_alice)[PRESS])
    assert link
    assert 'name="model" value="gesso/press"' in as_alice.get(link[1]).content.decode()


def test_times_and_success_are_those_of_this_server(as_alice: Client, alice: User) -> None:
    for state in (State.SUCCEEDED, State.SUCCEEDED, State.FAILED):
        ended(alice, SKETCH, state, seconds=9.44)
    card = cards(as_alice)[SKETCH]
    assert "Median time </span>9.4 s" in card
    assert 'class="success failed"' in card
    assert "Delivered </span>66.6%" in card
    assert "Median time </span>–" in cards(as_alice)[PAINT]


def test_samples_are_those_pictures_of_the_model_that_the_viewer_may_see(
    as_bob: Client, alice: User, bob: User, charlie: User, northwind: Team
) -> None:
    shared = make_image(alice, northwind, model=SKETCH)
    hidden = make_image(alice, northwind, model=SKETCH, visibility="private")
    binned = make_image(alice, northwind, model=SKETCH, binned_at=NOW)
    others = [make_image(alice, model=SKETCH), make_image(charlie, model=SKETCH)]
    stand_in(as_bob, northwind)
    card = cards(as_bob)[SKETCH]
    assert str(shared.pk) in card
    assert "1 picture made with Gesso Sketch" in card
    for image in (hidden, binned, *others):
        assert str(image.pk) not in page_of(as_bob)


def test_a_model_without_pictures_here_shows_those_of_another_place_of_the_viewer(
    as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    team, own = make_image(alice, northwind, model=SKETCH), make_image(bob, model=PAINT)
    assert str(team.pk) in cards(as_bob)[SKETCH]
    stand_in(as_bob, northwind)
    assert str(own.pk) in cards(as_bob)[PAINT]
    assert 'class="strip bare"' in cards(as_bob)[PRESS]


def test_three_samples_differ_where_they_can(as_alice: Client, alice: User) -> None:
    old = make_image(alice, model=SKETCH, prompt="a door")
    alike = [make_image(alice, model=SKETCH, prompt="a stair") for _turn in range(4)]
    card = cards(as_alice)[SKETCH]
    shown = [image for image in (old, *alike) if str(image.pk) in card]
    assert shown == [old, *alike[-2:]]


def test_only_staff_see_what_could_be_set_up_and_nobody_can_pick_it(
    as_alice: Client, as_dana: Client
) -> None:
    assert set(cards(as_alice)) == {SKETCH, PAINT, STUDIO, PRESS}
    card = cards(as_dana)["openai/gpt-image-2"]
    assert "Add PROVIDER_OPENAI_KEY to use" in card
    assert "cr</b>" in card
    assert ">Mask<" in card
    assert 'class="use"' not in card


def test_a_model_that_staff_switched_off_stays_and_says_why(as_alice: Client, dana: User) -> None:
    from studio.catalog import services

    services.set_offered(dana, loader.catalog().entries[PAINT], offered=False)
    card = cards(as_alice)[PAINT]
    assert "Switched off on this server" in card
    assert 'class="use"' not in card
    assert list(cards(as_alice))[-1] == PAINT
    assert "3 available" in page_of(as_alice)


def test_a_vendor_that_is_down_or_paused_is_dimmed_and_says_since_when(
    as_alice: Client, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.catalog import services

    monkeypatch.undo()
    Breaker.objects.create(
        provider="gesso",
        upstream="paint",
        opened_at=timezone.now(),
        probe_at=timezone.now() + timedelta(minutes=5),
    )
    card = cards(as_alice)[PAINT]
    assert 'class="chip why down"' in card
    assert re.search(r"Down since \d\d:\d\d</p>", card)
    assert 'class="use"' not in card
    services.pause(dana, "gesso", reason="their maintenance")
    card = cards(as_alice)[SKETCH]
    assert 'class="chip why paused"' in card
    assert "Paused since" in card
    assert "0 available" in page_of(as_alice)


def test_retired_models_are_folded_away_with_what_took_their_place(
    as_alice: Client, as_dana: Client, settings: Any
) -> None:
    assert "retired model" not in page_of(as_alice)
    settings.PROVIDER_KEYS = {"openai": "k"}
    folded = page_of(as_alice).partition('<details class="retired">')[2]
    assert "DALL·E 2" in folded
    assert "Retired on 12 May 2026" in folded
    assert "openai/dall-e-2" not in cards(as_alice)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?can=mask", {STUDIO}),
        ("?can=edit&can=seed", {PAINT, STUDIO, PRESS}),
        ("?tier=budget&tier=premium", {SKETCH, STUDIO}),
        ("?can=edit&tier=budget", set()),
        ("?q=PRE", {PRESS}),
        ("?q=aspect+ratio", {PAINT}),
        ("?q=gesso+transparent", {STUDIO}),
        ("?q=%00&can=flying&tier=free&sort=luck&view=wall", {SKETCH, PAINT, STUDIO, PRESS}),
    ],
)
def test_the_address_narrows_it_and_works_without_scripts(
    as_alice: Client, query: str, found: set[str]
) -> None:
    assert set(cards(as_alice, query)) == found


def test_nothing_found_leads_back(as_alice: Client) -> None:
    page = page_of(as_alice, "?q=submarine&sort=name")
    assert "No model can do all of this." in page
    assert '<a class="button" href="/models/?sort=name">' in page


def test_filters_that_are_on_are_checked_and_a_script_is_told_the_plain_address(as_alice: Client) -> None:
    page = page_of(as_alice, "?can=mask&q=st")
    assert '<input type="checkbox" name="can" value="mask" checked>' in page
    assert "1 of 4 models" in page
    answer = as_alice.get("/models/?q=st&can=mask&sort=used&view=grid", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/models/?q=st&can=mask"
    assert "<html" not in answer.content.decode()


def test_the_order_is_by_use_name_price_or_speed(as_alice: Client, alice: User) -> None:
    for _turn in range(2):
        ended(alice, PRESS, seconds=8)
    ended(alice, STUDIO, seconds=4)
    assert list(cards(as_alice))[:2] == [PRESS, STUDIO]
    assert list(cards(as_alice, "?sort=name")) == [PAINT, PRESS, SKETCH, STUDIO]
    assert list(cards(as_alice, "?sort=price")) == [SKETCH, PRESS, PAINT, STUDIO]
    assert list(cards(as_alice, "?sort=speed"))[:2] == [STUDIO, PRESS]


@pytest.mark.parametrize("sort", ["used", "name", "price", "speed"])
def test_every_model_of_the_catalogue_can_be_shown_in_every_order(
    as_dana: Client, settings: Any, sort: str
) -> None:
    settings.PROVIDER_KEYS = dict.fromkeys(registry.ADAPTERS, "k")
    settings.PROVIDER_URLS = dict.fromkeys(registry.ADAPTERS, "https://vendor.test")
    known = [entry for entry in loader.catalog().entries.values() if not entry.retired(date(2026, 11, 20))]
    assert set(cards(as_dana, f"?sort={sort}")) == {entry.id for entry in known}


def many(count: int) -> Catalog:
    """A catalogue with so many more models that can be used."""
    known = loader.catalog()
    sketch = known.entries[SKETCH]
    more = {f"gesso/more-{n}": replace(sketch, id=f"gesso/more-{n}", label=f"More {n}") for n in range(count)}
    return Catalog({**known.entries, **more}, known.names, known.vendors)


def test_it_asks_no_more_for_many_models_and_many_pictures(
    as_dana: Client, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries() -> int:
        page_of(as_dana)
        with CaptureQueriesContext(connection) as captured:
            page_of(as_dana)
        return len(captured)

    make_image(dana, model=SKETCH)
    few = queries()
    catalog, blob = many(150), make_blob()
    monkeypatch.setattr(loader, "catalog", lambda: catalog)
    for model in catalog.entries:
        make_image(dana, model=model, blob=blob)
    assert Image.objects.count() > 150
    assert queries() <= few
    assert len(cards(as_dana)) > 150


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (31.2, "31 s"), (125, "2:05 min")],
)
def test_times_are_as_exact_as_they_matter(value: float | None, text: str) -> None:
    assert weather_words.seconds(value) == text


@pytest.mark.parametrize(
    ("delivered", "runs", "text", "mood"),
    [
        (200, 200, "100%", "good"),
        (9999, 10_000, "99.9%", "good"),
        (97, 100, "97%", "slow"),
        (824, 1000, "82.4%", "failed"),
        (0, 3, "0%", "failed"),
    ],
)
def test_a_share_is_never_rounded_up_to_everything(delivered: int, runs: int, text: str, mood: str) -> None:
    said = weather_words.words(Weather(runs, delivered, 1.0, 2.0))
    assert (said.success, said.mood) == (text, mood)


VENDOR = re.compile(r'<li id="vendor-(\w+)">')
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/models/?q=sketch"}


def move(client: Client, name: str, to: str, **headers: str) -> Any:
    return client.post("/models/order", {"provider": name, "to": to, "back": "q=sketch"}, headers=headers)


def test_staff_alone_see_at_which_vendors_a_bare_name_is_looked_for(
    as_dana: Client, as_alice: Client
) -> None:
    shown = VENDOR.findall(page_of(as_dana))
    assert set(shown) == set(registry.ADAPTERS)
    assert shown.index("bfl") < shown.index("replicate")
    assert "without its vendor" not in page_of(as_alice)
    assert move(as_alice, "bfl", "back").status_code == 404
    assert AuditRow.objects.count() == 0


def test_a_press_moves_a_vendor_by_one_place_and_leads_back_to_where_it_was_pressed(as_dana: Client) -> None:
    first, second, *_rest, last = VENDOR.findall(page_of(as_dana))
    answer = move(as_dana, second, "front")
    assert answer.headers["Location"] == "/models/?q=sketch#vendor-order"
    page = page_of(as_dana)
    assert VENDOR.findall(page)[:2] == [second, first]
    label = loader.catalog().vendors[second].label
    assert f"{label} is number 1 now" in page
    assert AuditRow.objects.get().action == "catalog.order"
    assert page.count('aria-disabled="true"') == 2
    move(as_dana, last, "back")
    assert VENDOR.findall(page_of(as_dana))[-1] == last


def test_htmx_gets_the_order_and_the_models_that_the_filter_left(as_dana: Client) -> None:
    answer = move(as_dana, "openai", "front", **HTMX).content.decode()
    assert VENDOR.findall(answer)[0] == "openai"
    assert 'role="status">OpenAI is number 1 now<' in answer
    assert [model for model, _html in CARD.findall(answer)] == [SKETCH]
    assert "<h1" not in answer


@pytest.mark.parametrize(("name", "to"), [("nobody", "front"), ("bfl", "up"), ("", ""), ("bfl", "")])
def test_a_move_that_makes_no_sense_is_not_made(as_dana: Client, name: str, to: str) -> None:
    assert move(as_dana, name, to).status_code == 404
    assert AuditRow.objects.count() == 0


def test_a_card_says_by_which_names_a_script_reaches_the_model(as_dana: Client, settings: Any) -> None:
    settings.PROVIDER_KEYS = {"bfl": "sk-test", "replicate": "sk-test"}
    assert ">In scripts: flux-2-pro</li>" in cards(as_dana)["bfl/flux-2-pro"]
    assert "In scripts" not in cards(as_dana)["replicate/flux-2-pro"]
    while VENDOR.findall(page_of(as_dana)).index("replicate") > 2:
        move(as_dana, "replicate", "front")
    assert ">In scripts: flux-2-pro</li>" in cards(as_dana)["replicate/flux-2-pro"]
    assert "In scripts" not in cards(as_dana)["bfl/flux-2-pro"]
