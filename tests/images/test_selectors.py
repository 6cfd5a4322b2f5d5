from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.actors import GUEST, Visibility, actor_for
from studio.accounts.models import Team, User
from studio.images import selectors, services
from tests.factories import make_blob, make_image


def test_a_card_asks_nothing_of_the_database(alice: User, django_assert_num_queries: object) -> None:
    for _turn in range(3):
        make_image(alice)
    rows = list(selectors.outputs(actor_for(alice)))
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert len(selectors.cards(rows)) == 3


def test_a_card_names_the_copies_that_there_are_and_their_true_widths(alice: User) -> None:
    blob = make_blob(width=1024, height=512, renditions=[320, 640, 1280])
    image = make_image(alice, blob=blob)
    card = selectors.card(image)
    assert card.src == f"/media/{image.pk}/640"
    assert card.thumb == f"/media/{image.pk}/320"
    assert card.full == f"/media/{image.pk}/1280"
    assert [part.split()[1] for part in card.srcset.split(", ")] == ["320w", "640w", "1024w"]
    assert card.ratio == "2.0000"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"prompt": "a stair"}, "Generated image: a stair"),
        ({"prompt": "a stair", "operation": "edit"}, "Edited image: a stair"),
        ({"prompt": ""}, "Generated image"),
        ({"prompt": "a stair", "alt": "Ada's own words"}, "Ada's own words"),
        ({"kind": "upload", "prompt": "", "name": "plan.png"}, "Uploaded image: plan.png"),
        ({"kind": "upload", "prompt": "", "name": ""}, "Uploaded image"),
    ],
)
def test_alternative_text_says_the_kind_and_the_prompt(
    alice: User, fields: dict[str, Any], expected: str
) -> None:
    assert selectors.alt_text(make_image(alice, **{"alt": ""} | fields)) == expected


def test_a_guest_is_told_nothing_of_the_prompt(alice: User) -> None:
    images = [
        make_image(alice),
        make_image(alice, alt="", operation="edit"),
        make_image(alice, kind="upload", name="stair.png", alt=""),
    ]
    for image in images:
        assert "stair" not in repr(selectors.card(image, prompts=False))


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 160, "short"),
        ("one two three", 8, "one two…"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        ("a  b\nc", 160, "a b c"),
        ("x" * 200, 160, "x" * 159 + "…"),
    ],
)
def test_long_texts_end_with_a_whole_word(text: str, length: int, expected: str) -> None:
    assert selectors.cut(text, length) == expected
    assert len(selectors.cut(text, length)) <= length


def test_outputs_are_those_the_person_may_see_and_not_the_binned(
    northwind: Team, alice: User, bob: User, charlie: User
) -> None:
    of_team = make_image(alice, northwind)
    private = make_image(alice, northwind, visibility=Visibility.PRIVATE)
    make_image(alice, northwind, binned_at=timezone.now())
    make_image(alice, northwind, kind="upload")
    assert list(selectors.outputs(actor_for(alice))) == [private, of_team]
    assert list(selectors.outputs(actor_for(bob))) == [of_team]
    assert list(selectors.outputs(actor_for(charlie))) == []
    assert list(selectors.outputs(GUEST)) == []


def test_a_family_shows_the_line_before_and_what_came_after(alice: User) -> None:
    grandparent, parent, this, child, other = (make_image(alice) for _turn in range(5))
    services.link(grandparent, parent, "reference")
    services.link(parent, this, "edit")
    services.link(this, child, "vary")
    services.link(this, other, "edit")
    family = selectors.family(this, actor_for(alice))
    assert [(step.operation, step.card and step.card.id) for step in family.before] == [
        ("reference", grandparent.pk),
        ("edit", parent.pk),
    ]
    assert [(step.operation, step.card and step.card.id) for step in family.after] == [
        ("vary", child.pk),
        ("edit", other.pk),
    ]


def test_an_ancestor_that_the_viewer_may_not_see_is_there_without_its_picture(
    northwind: Team, alice: User, bob: User
) -> None:
    hidden = make_image(alice, prompt="hidden prompt")
    this = make_image(alice, northwind)
    child = make_image(alice)
    services.link(hidden, this, "reference")
    services.link(this, child, "vary")
    family = selectors.family(this, actor_for(bob))
    assert family.before == [selectors.Relative("reference", None)]
    assert family.after == []


def test_a_picture_that_is_its_own_ancestor_ends_the_line(alice: User) -> None:
    first, second = make_image(alice), make_image(alice)
    services.link(first, second, "edit")
    services.link(second, first, "edit")
    assert len(selectors.family(first, actor_for(alice)).before) == 1


def test_the_picture_that_was_edited_is_the_ancestor_before_any_reference(alice: User) -> None:
    lent, source, child = make_image(alice), make_image(alice), make_image(alice)
    services.link(lent, child, "reference")
    services.link(source, child, "edit")
    before = selectors.family(child, actor_for(alice)).before
    assert [(step.operation, step.card and step.card.id) for step in before] == [("edit", source.pk)]
