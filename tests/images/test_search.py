"""Pictures found by their words, the same on both databases."""

from __future__ import annotations

import pytest
from django.utils import timezone

from studio.accounts.models import User
from studio.core.ids import uuid7
from studio.images import search, words
from studio.images.models import Image
from tests.factories import make_image

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[str]:
    """Prompts of what is found in the person's own studio."""
    own = Image.objects.filter(binned_at=None).order_by("-pk")
    return [image.prompt for image in search.matching(own, words.workspace_word(user.pk, None), text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Café au lait, 85mm", ["cafe", "au", "lait", "85mm"]),
        ("  «ŁÓDŹ»—Straße_2 ", ["łodz", "strasse", "2"]),
        ("a\x00b 'OR' \"NEAR\" * : ( )", ["a", "b", "or", "near"]),
        ("!?…", []),
    ],
)
def test_a_text_becomes_plain_words(text: str, parts: list[str]) -> None:
    assert words.words(text) == parts


def test_every_word_must_be_there_and_the_last_may_be_a_beginning(alice: User) -> None:
    make_image(alice, prompt="Perfume bottle on wet basalt, amber backlight")
    make_image(alice, prompt="Dunes in amber haze")

    assert found(alice, "amber") == ["Dunes in amber haze", "Perfume bottle on wet basalt, amber backlight"]
    assert found(alice, "AMBER basalt") == ["Perfume bottle on wet basalt, amber backlight"]
    assert found(alice, "wet bas") == ["Perfume bottle on wet basalt, amber backlight"]
    assert found(alice, "bas wet") == []


@pytest.mark.parametrize(
    "text",
    [
        "amber OR",
        "NEAR(amber)",
        '"',
        "amber*",
        "-amber",
        "words:amber",
        "amber & !",
        "amber <-> ",
        "😀 amber",
        "a" * 300,
    ],
)
def test_what_a_database_could_read_as_its_own_language_is_only_words(alice: User, text: str) -> None:
    make_image(alice, prompt="amber or near words")

    assert len(found(alice, text)) <= 1


def test_an_accent_does_not_hide_a_word(alice: User) -> None:
    make_image(alice, prompt="Un café à Łódź")

    assert found(alice, "cafe") == found(alice, "CAFÉ") == ["Un café à Łódź"]


def test_the_newest_comes_first_and_paging_goes_on_where_it_stopped(alice: User) -> None:
    made = [make_image(alice, prompt=f"amber {number}") for number in range(5)]
    own = Image.objects.order_by("-pk")
    matches = search.matching(own, words.workspace_word(alice.pk, None), "amber")

    assert [image.pk for image in matches[:2]] == [made[4].pk, made[3].pk]
    older = search.older_than(matches, "amber", made[3].pk)
    assert [image.pk for image in older] == [made[2].pk, made[1].pk, made[0].pk]


def test_a_word_that_fills_a_page_means_itself_alone(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    make_image(alice, prompt="cats")
    make_image(alice, prompt="cat one")
    assert found(alice, "cat") == ["cat one", "cats"]

    make_image(alice, prompt="cat two")
    assert found(alice, "cat") == ["cat two", "cat one"]


def test_pictures_in_the_bin_do_not_fill_a_page(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    make_image(alice, prompt="cats")
    for _turn in range(2):
        make_image(alice, prompt="cat", binned_at=timezone.now())

    assert found(alice, "cat") == ["cats"]


def test_a_forgotten_picture_is_not_found(alice: User) -> None:
    image = make_image(alice, prompt="amber")

    search.forget([image])
    image.delete()

    assert found(alice, "amber") == []


def test_the_index_can_be_written_anew(alice: User) -> None:
    make_image(alice, prompt="amber one")
    make_image(alice, prompt="amber two")

    search.rebuild()

    assert found(alice, "amber") == ["amber two", "amber one"]


def test_two_ids_of_one_instant_have_each_their_place(alice: User) -> None:
    first = make_image(alice, prompt="amber one")
    twin = type(first.pk)(int=first.pk.int ^ 1)
    make_image(alice, prompt="amber two", id=twin)

    assert sorted(found(alice, "amber")) == ["amber one", "amber two"]


def test_a_rank_grows_with_the_id() -> None:
    ids = [uuid7() for _ in range(200)]

    assert [search.rank(each) for each in ids] == sorted(search.rank(each) for each in ids)
    assert all(0 < search.rank(each) < 2**63 for each in ids)
