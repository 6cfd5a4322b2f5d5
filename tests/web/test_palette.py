"""What the palette finds for whom, and that the keys of the interface are those that it lists."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.accounts.actors import Visibility
from studio.accounts.models import Team, User
from studio.gallery.models import Collection
from studio.images.models import Image
from studio.jobs.models import Output
from tests.architecture.tree import ROOT
from tests.factories import make_image, make_job, make_project, make_run

OPTION = re.compile(
    r'<a role="option"[^>]* href="([^"]+)"[^>]*>.*?<span class="clip">(.*?)</span>', re.DOTALL
)
DECLARED = re.compile(r'data-keys="([^"]+)"(?: data-does="([^"]+)")?')
HANDLED = re.compile(r"^const KEYS = {([^}]*)}", re.MULTILINE)
ENTRY = re.compile(r'(\w+): "(\w+)"')


def found(client: Client, words: str) -> list[str]:
    """The names of what the palette shows for these words, in order."""
    response = client.get("/palette", {"q": words})
    assert response.status_code == 200
    return [name for _href, name in OPTION.findall(response.content.decode())]


def stand_in(client: Client, team: Team) -> None:
    client.post("/workspace/", {"workspace": str(team.pk)})


def painted(owner: User, prompt: str, team: Team | None = None) -> Image:
    """A picture of a run of its own."""
    image = make_image(owner, team, prompt=prompt, alt="")
    Output.objects.create(job=make_job(make_run(owner, team)), image=image, position=0)
    return image


def test_pictures_are_found_by_every_word_of_their_prompt_newest_first(as_alice: Client, alice: User) -> None:
    for prompt in ("Dunes in amber haze", "Amber glitter on a sea", "A blue door"):
        painted(alice, prompt)
    assert found(as_alice, "amber") == ["Amber glitter on a sea", "Dunes in amber haze"]
    assert found(as_alice, "HAZE amber") == ["Dunes in amber haze"]
    assert found(as_alice, "amber submarine") == []


def test_projects_and_collections_are_found_by_name_with_their_counts(as_alice: Client, alice: User) -> None:
    made = make_project(alice, name="Amber glass study")
    make_run(alice, project=made)
    kept = Collection.objects.create(owner=alice, name="Amber basalt launch")
    kept.images.add(make_image(alice), make_image(alice))
    page = as_alice.get("/palette", {"q": "amber"}).content.decode()
    assert [name for _href, name in OPTION.findall(page)] == ["Amber basalt launch", "Amber glass study"]
    assert "2 images" in page
    assert "1 run<" in page
    assert f'href="/projects/{made.pk}/"' in page


def test_models_are_found_once_something_is_typed(as_alice: Client) -> None:
    assert "Gesso Paint" in found(as_alice, "paint gesso")
    assert found(as_alice, "") == []


def test_a_models_row_leads_to_the_studio_with_that_model(as_alice: Client) -> None:
    page = as_alice.get("/palette", {"q": "gesso press"}).content.decode()
    ((href, name),) = OPTION.findall(page)
    assert name == "Gesso Press"
    assert 'id="model" name="model" value="gesso/press"' in as_alice.get(href).content.decode()
    assert as_alice.get("/", {"model": "no/such"}).status_code == 404


def test_without_words_the_latest_pictures_and_projects_are_shown(as_alice: Client, alice: User) -> None:
    painted(alice, "Dunes")
    assert found(as_alice, "") == ["Dunes", "Stairs"]


def test_nobody_finds_what_is_not_theirs_to_see(
    as_bob: Client, as_charlie: Client, alice: User, northwind: Team
) -> None:
    """Not another's, not a private one in the team, not what is in the bin, and not the count of it."""
    shared = painted(alice, "Amber of the team", northwind)
    hidden = painted(alice, "Amber in private", northwind)
    Image.objects.filter(pk=hidden.pk).update(visibility=Visibility.PRIVATE)
    kept = Collection.objects.create(owner=alice, team=northwind, name="Amber kept")
    kept.images.add(shared, hidden)
    Collection.objects.create(owner=alice, team=northwind, name="Amber secret", visibility=Visibility.PRIVATE)
    painted(alice, "Amber of her own")
    make_project(alice, name="Amber of her own")
    stand_in(as_bob, northwind)
    assert found(as_bob, "amber") == ["Amber of the team", "Amber kept"]
    assert "1 image<" in as_bob.get("/palette", {"q": "kept"}).content.decode()
    assert found(as_charlie, "amber") == []


def test_ones_own_picture_bears_its_runs_number_and_anothers_their_name(
    as_alice: Client, as_bob: Client, alice: User, northwind: Team
) -> None:
    painted(alice, "Amber", northwind)
    for client, words in ((as_alice, "#1<"), (as_bob, "Alice, just now<")):
        stand_in(client, northwind)
        assert words in client.get("/palette", {"q": "amber"}).content.decode()


def test_the_questions_to_the_database_do_not_grow_with_what_is_found(as_alice: Client, alice: User) -> None:
    def queries(words: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            found(as_alice, words)
        return len(captured)

    def more() -> None:
        painted(alice, "Amber")
        Collection.objects.create(owner=alice, name="Amber")

    more()
    few = queries("amber")
    for _turn in range(8):
        more()
    assert queries("amber") == few <= 9


@pytest.mark.parametrize(
    "words", ["\0", "%", "_", "'; DROP", "<script>", "x" * 5000, " ".join("abcdefghijk")]
)
def test_crooked_words_are_only_words(as_alice: Client, alice: User, words: str) -> None:
    painted(alice, "Amber")
    assert "Amber" not in found(as_alice, words) or not words.strip("\0 ")


def test_hostile_names_are_shown_as_text(as_alice: Client, alice: User) -> None:
    painted(alice, "<script>alert(1)</script>")
    page = as_alice.get("/palette", {"q": "script"}).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_every_page_has_the_commands_and_staff_alone_theirs(as_alice: Client, as_dana: Client) -> None:
    commands = re.compile(r'data-command="([^"]+)"')
    mine = set(commands.findall(as_alice.get("/credits/").content.decode()))
    assert {"Open studio", "Open gallery", "Open credits", "New project", "Switch to light theme"} <= mine
    assert "Manage people" not in mine
    assert "Manage people" in as_dana.get("/credits/").content.decode()


def listed(page: str, scope: str) -> dict[str, str]:
    """What each key does by the sections of this scope in the dialog, as far as a name is given."""
    sections = [part.partition("</section>")[0] for part in page.split(f'data-scope="{scope}"')[1:]]
    rows = [row for part in sections for row in DECLARED.findall(part)]
    return {key: does for keys, does in rows if does for key in keys.lower().split(" or ")}


def test_the_keys_that_pictures_answer_to_are_those_that_the_dialog_lists(as_alice: Client) -> None:
    """A module that keeps a map of its keys for itself keeps the dialog's: of any picture, and of its own page."""
    page = as_alice.get("/").content.decode()
    of_any = listed(page, "picture")
    sources = [path.read_text() for path in (ROOT / "static/js").glob("*.js")]
    maps = [dict(ENTRY.findall(found)) for source in sources for found in HANDLED.findall(source)]
    assert len(maps) == 2
    for handled in maps:
        here = {key.lower(): does for key, does in handled.items()}
        assert of_any.items() <= here.items()
        assert here.items() <= (of_any | listed(page, "gallery")).items()


def test_whatever_the_dialog_says_is_done_has_a_hand_that_does_it(as_alice: Client) -> None:
    page = as_alice.get("/").content.decode()
    shell = (ROOT / "static/js/shell.js").read_text().partition("const DOES = {")[2].partition("\n};")[0]
    hands = set(re.findall(r"^  (\w+):", shell, re.MULTILINE))
    assert hands == set(listed(page, "everywhere").values())
