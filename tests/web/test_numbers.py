from __future__ import annotations

import pytest
from django.test import Client

from studio.accounts.models import User
from studio.web.numbers import whole
from tests.factories import make_image, make_project


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("42", 42), ("", None), ("-1", None), ("٣", None), ("1e3", None), ("9" * 19, None)],
)
def test_only_plain_digits_of_a_bounded_length_are_a_number(text: str, number: int | None) -> None:
    assert whole(text) == number


def test_a_number_of_thousands_of_digits_breaks_no_page(as_alice: Client, alice: User) -> None:
    endless, image = "9" * 5000, make_image(alice)
    addresses = [
        f"/projects/{make_project(alice).pk}/?before={endless}",
        f"/gallery/?pages={endless}",
        f"/credits/?before={endless}",
        f"/media/{image.pk}/{endless}",
    ]
    statuses = [as_alice.get(each, headers={"HX-Request": "true"}).status_code for each in addresses]
    assert statuses == [200, 200, 200, 404]
