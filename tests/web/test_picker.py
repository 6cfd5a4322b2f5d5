"""The groups of the model picker: what is used here comes first, what cannot be picked says why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from studio.accounts.models import Team, User
from studio.catalog import loader, services
from tests.factories import make_image
from tests.web.test_models import PAINT, PRESS, SKETCH, STUDIO, ended, stand_in

GROUP = re.compile(r'role="presentation">([^<]+)</p>(.*?)\n      </div>', re.DOTALL)
ROW = re.compile(
    r'<div class="picker-row".*?data-value="([^"]+)" data-can="([^"]*)".*?\n          </div>', re.DOTALL
)


@pytest.fixture(autouse=True)
def no_keys(settings: Any) -> None:
    settings.PROVIDER_KEYS = {}


def picker(client: Client) -> str:
    return client.get("/").content.decode().partition('id="model-list"')[2].partition("</dialog>")[0]


def groups(client: Client) -> dict[str, list[str]]:
    """The models of each group, in order."""
    return {name: [row[1] for row in ROW.finditer(rows)] for name, rows in GROUP.findall(picker(client))}


def rows(client: Client) -> dict[str, str]:
    return {row[1]: row[0] for row in ROW.finditer(picker(client))}


def test_without_a_picture_there_is_one_group(as_alice: Client) -> None:
    assert groups(as_alice) == {"Ready to use": ["auto", SKETCH, PAINT, STUDIO, PRESS]}


def test_what_this_workspace_used_comes_first_the_most_used_before_the_rest(
    as_bob: Client, alice: User, bob: User, northwind: Team
) -> None:
    for model in (SKETCH, PRESS):
        make_image(alice, northwind, model=model)
    make_image(alice, northwind, model=STUDIO, visibility="private")
    make_image(bob, model=PAINT)
    ended(alice, PRESS)
    stand_in(as_bob, northwind)
    assert groups(as_bob) == {
        "Used by your team": [PRESS, SKETCH],
        "All models": ["auto", PAINT, STUDIO],
    }
    as_bob.post("/workspace/", {"workspace": ""})
    assert groups(as_bob)["Used by you"] == [PAINT]


def test_a_row_says_how_long_a_picture_takes(as_alice: Client, alice: User) -> None:
    ended(alice, PAINT, seconds=9.1)
    shown = rows(as_alice)
    assert "Median time </span>9.1 s" in shown[PAINT]
    assert "Median time </span>–" in shown[SKETCH]


def test_what_cannot_be_picked_stays_with_its_reason(as_alice: Client, alice: User, dana: User) -> None:
    make_image(alice, model=PAINT)
    services.set_offered(dana, loader.catalog().entries[PAINT], offered=False)
    assert groups(as_alice)["Not available now"] == [PAINT]
    row = rows(as_alice)[PAINT]
    assert 'aria-disabled="true"' in row
    assert "Gesso · Switched off on this server" in row


def test_staff_also_see_what_could_be_set_up(as_alice: Client, as_dana: Client) -> None:
    assert "openai/gpt-image-2" not in rows(as_alice)
    assert "Add PROVIDER_OPENAI_KEY to use" in rows(as_dana)["openai/gpt-image-2"]


def test_every_chip_finds_something_to_narrow_by(as_alice: Client) -> None:
    page = as_alice.get("/").content.decode()
    asked = re.findall(r'data-need="([^"]+)"', page)
    assert asked == ["edit", "mask", "seed", "transparency", "partials", "upscale", "budget", "under"]
    can = {model: row.split() for model, row in ((row[1], row[2]) for row in ROW.finditer(picker(as_alice)))}
    assert "mask" in can[STUDIO]
    assert can[SKETCH] == ["seed", "budget", "under"]
    assert "under" not in can["auto"]
