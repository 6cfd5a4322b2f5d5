"""The pages of the API: every address is on them, and whatever can be copied from them works as it stands."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import httpx
import pytest
from django.test import Client

from providers.base import Emit, Finished, ImageRequest, Output
from providers.painter.adapter import Painter
from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.openapi import path_of
from studio.api.routes import SPOKEN
from studio.api.snippets import VARIABLE
from tests.images.samples import file_of, scene
from tests.jobs.conftest import SKETCH, Desk
from tests.providers.simulators.pictures import picture

DIALECTS = [dialect for dialect, _endpoints in SPOKEN]
PROGRAM = re.compile(r'<pre tabindex="0" aria-label="[^"]*: ([^":]*)"><code>(.*?)</code></pre>', re.DOTALL)
WEB = "https://example.com/photo.png"
TASK = "tsk_01jdwm6c2ke0sbt7q2f8v9xyz4"
PICTURE = "img_01jdwm6c2ke0sbt7q2f8v9xyz4"
RUN = "run_01jdwm6c2ke0sbt7q2f8v9xyz4"
"""What the examples name that is not on this server."""
WAIT = '"wait": 30'
"""Nobody works on the runs of a test."""


def programs(text: str) -> list[tuple[str, str]]:
    """Everything that can be copied, and in which language it is."""
    return [(name, unescape(program)) for name, program in PROGRAM.findall(text)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Painters that take no time."""

    def painted(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        return Finished(tuple(Output(picture(64, 64, (n, 9, 9)), "image/png") for n in range(request.n)))

    monkeypatch.setattr(Painter, "submit", painted)


@pytest.fixture
def here(
    raw: httpx.Client, key: str, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """A folder with a photo and the key where the programs look for them; what stands for what they only name."""
    (tmp_path / "photo.png").write_bytes(file_of(scene(), "PNG"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, key)
    small = {"model": SKETCH, "prompt": "a stair", "size": "256x256", "response_format": "url"}
    made = raw.post("/d/openai/v1/images/generations", json=small).json()
    task = raw.post("/d/async/v1/images/generations", json={"model": SKETCH, "prompt": "a stair"}).json()
    found = made["data"][0]
    image = found["artifact_id"].replace("art_", "img_")
    return {WEB: found["url"], PICTURE: image, TASK: task["task_id"], WAIT: '"wait": 0'}


def run_for(raw: httpx.Client, program: str) -> str:
    """A run that the program can do with what it says: none is twice cancelled, and what is retried has to lack
    something."""
    wish = {"prompt": "a stair", "models": [SKETCH]}
    run: str = raw.post("/api/runs", json=wish).json()["id"]
    if "/retry" in program:
        raw.post(f"/api/runs/{run}/cancel").raise_for_status()
    return run


@pytest.mark.parametrize(("dialect", "endpoints"), SPOKEN, ids=[each.name for each in DIALECTS])
def test_a_page_has_every_address_of_its_dialect(
    client: Client, dialect: Dialect, endpoints: list[Endpoint]
) -> None:
    text = client.get(f"/api/docs/{dialect.name}").content.decode()
    for endpoint in endpoints:
        section = text.partition(f'<section class="endpoint card" id="{endpoint.name}"')[2].partition(
            "</section>"
        )[0]
        assert f"<code>/{dialect.base}{path_of(endpoint)}</code>" in section
        assert endpoint.summary in unescape(section)
        for model in (endpoint.body, endpoint.query, endpoint.form):
            names = model.model_fields if model else {}
            missing = [name for name in names if f"<code>{name}</code>" not in section]
            assert not missing


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_whatever_can_be_copied_from_a_page_works_as_it_stands(
    raw: httpx.Client, desk: Desk, here: dict[str, str], dialect: Dialect
) -> None:
    found = programs(raw.get(f"/api/docs/{dialect.name}").text)
    assert found
    for name, program in found:
        for shown, real in here.items():
            program = program.replace(shown, real)
        if RUN in program:
            program = program.replace(RUN, run_for(raw, program))
        if name.startswith("curl"):
            run_by_shell(program)
        else:
            exec(compile(program, name, "exec"), {})


def run_by_shell(program: str) -> None:
    told = subprocess.run(
        ["bash", "-c", program.replace("curl ", "curl -sS --noproxy '*' -w '\n%{http_code}' -o answer ", 1)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stdout.strip()[:1] == "2", (program, told.stdout, Path("answer").read_text()[:400])


def test_the_overview_has_every_dialect_and_every_path_that_answers_without_a_base(client: Client) -> None:
    text = client.get("/api/docs").content.decode()
    for dialect, endpoints in SPOKEN:
        assert f"http://testserver/{dialect.base}" in text
        missing = [end.name for end in endpoints if f"<code>{path_of(end)}</code>" not in text]
        assert dialect.rootless or not missing


def test_a_dialect_that_there_is_not_has_no_page(client: Client) -> None:
    assert client.get("/api/docs/klingon").status_code == 404


def test_the_pages_name_this_servers_public_address(client: Client, settings: object) -> None:
    settings.PUBLIC_URL = "https://studio.example"  # type: ignore[attr-defined]
    assert "curl https://studio.example/d/openai/v1/models" in client.get("/api/docs/openai").content.decode()
