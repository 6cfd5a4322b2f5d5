"""A script with a key, and OpenAI's own client pointed at the studio."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import openai
import pytest
import uvicorn
from pytest_django.live_server_helper import LiveServer

from providers.base import Emit, Finished, ImageRequest, Output
from providers.http.public import PublicWeb
from providers.painter.adapter import Painter
from studio.accounts import keys
from studio.accounts.models import User
from studio.core import safe_fetch
from tests.images.samples import file_of, scene
from tests.jobs.conftest import Desk, desk_of
from tests.providers.simulators.base import Reply
from tests.providers.simulators.pictures import picture
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


@pytest.fixture
def uvicorn_url(transactional_db: None) -> Iterator[str]:
    """The studio behind the server that it runs on, in this process: an answer leaves as it is made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config("studio.asgi:application", lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The painter begins and finishes only once this is set."""
    done = threading.Event()

    def painted(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        assert done.wait(30)
        return Finished(tuple(Output(picture(64, 64, (n, 9, 9)), "image/png") for n in range(request.n)))

    monkeypatch.setattr(Painter, "submit", painted)
    yield done
    done.set()
