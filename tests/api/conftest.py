"""A script with a key, and OpenAI's own client pointed at the studio."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import openai
import pytest
from pytest_django.live_server_helper import LiveServer

from providers.http.public import PublicWeb
from studio.accounts import keys
from studio.accounts.models import User
from studio.core import safe_fetch
from tests.images.samples import file_of, scene
from tests.jobs.conftest import Desk, desk_of
from tests.providers.simulators.base import Reply
from tests.providers.web import Website

__all__ = ["Desk"]


@pytest.fixture
def desk(transactional_db: None, alice: User) -> Desk:
    """Alice with credits; what she does is committed, as the server's threads see it."""
    return desk_of(alice)


@pytest.fixture
def key(desk: Desk, alice: User) -> str:
    return keys.make(owner=alice, name="Nightly")[1]


@pytest.fixture
def sdk(live_server: LiveServer, key: str) -> Iterator[openai.OpenAI]:
    """The vendor's own client, unmodified, with only base URL and key changed."""
    with openai.OpenAI(api_key=key, base_url=f"{live_server.url}/v1", max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def raw(live_server: LiveServer, key: str) -> Iterator[httpx.Client]:
    """A script without a client library."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=live_server.url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Website]:
    """The web, in which every address has one picture."""
    with Website() as website:
        website.says(Reply(200, file_of(scene(), "PNG")))
        monkeypatch.setattr(safe_fetch, "public_web", PublicWeb(website.network))
        yield website
