"""Every address of the site: it resolves, and it carries the headers. Who may open it: see tests/access."""

from __future__ import annotations

import re
from uuid import uuid4

from django.test import Client

from studio.accounts.models import Team, User
from tests.access.site import Address, named
from tests.architecture.tree import code, files, place
from tests.factories import make_image, signed_in

LINK = re.compile(r"{%\s*url\s+[\"']([\w:-]+)[\"']")
CALL = re.compile(r"\b(?:reverse|redirect|resolve_url)\(\s*[\"']([\w:-]+)[\"']")


def test_every_name_that_a_template_or_a_view_uses_is_on_the_map() -> None:
    known = set(named())
    used = [(path, name) for path in files("*.html", "templates") for name in LINK.findall(path.read_text())]
    used += [(path, name) for path in code("studio/web") for name in CALL.findall(path.read_text())]
    assert len(used) > 50
    assert not {f"{place(path)}: {name}" for path, name in used if name not in known}


def example(address: Address, ids: dict[str, object]) -> str:
    """An address with real ids where the test has them."""
    kinds = address.parameters.items()
    return address.url(
        {name: ids.get(kind) or {"uuid": uuid4(), "int": 1}.get(kind, "1") for name, kind in kinds}
    )


def test_every_page_carries_the_policy_and_none_fails(alice: User, dana: User, northwind: Team) -> None:
    ids: dict[str, object] = {"uuid": make_image(dana).pk, "int": alice.pk}
    pages = {
        name: each for name, each in named().items() if each.view.startswith(("studio.web.", "allauth."))
    }
    for client in (Client(), signed_in(dana)):
        for name, address in pages.items():
            response = client.get(example(address, ids))
            assert response.status_code < 500, name
            policy = response["Content-Security-Policy"]
            assert "default-src 'none'" in policy, name
            assert "unsafe" not in policy, name
            assert response["X-Frame-Options"] == "DENY", name
            assert response["Referrer-Policy"] == "same-origin", name
            assert response["X-Content-Type-Options"] == "nosniff", name
