"""OpenAI's own client, unmodified: asynchronous too, with its exceptions and its own repeats."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import openai
import pytest
from pytest_django.live_server_helper import LiveServer

from providers.errors import EmptyResult, InvalidRequest, ModerationInput
from studio.accounts.models import ApiKey
from studio.jobs.models import Job, Run, State
from tests.api.openai.conftest import Easel
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH, START, Desk
from tests.providers.simulators.pictures import picture

PNG, HOLE = file_of(scene(), "PNG"), picture(96, 64, (0, 0, 0), transparent=True)
STUDIO = "gesso/studio"
ASKED: dict[str, Any] = {"model": SKETCH, "prompt": "a stair", "size": "256x256"}
Ask = Callable[[openai.OpenAI], object]


def generate(client: openai.OpenAI, **more: Any) -> Any:
    return client.images.generate(**ASKED | more)


def test_openais_asynchronous_client_generates_edits_and_reads_streams(
    live_server: LiveServer, key: str, easel: Easel, desk: Desk
) -> None:
    async def all_of_it() -> list[str]:
        async with openai.AsyncOpenAI(api_key=key, base_url=f"{live_server.url}/v1", max_retries=0) as client:
            made = await client.images.generate(**ASKED)
            edited = await client.images.edit(model=PAINT, prompt="a tower", image=[PNG, PNG])
            looks = await client.images.generate(model=PAINT, prompt="a stair", stream=True, partial_images=1)
            kinds: list[str] = [event.type async for event in looks]
            changes = await client.images.edit(model=PAINT, prompt="a tower", image=PNG, stream=True)
            kinds += [event.type async for event in changes]
            assert made.data
            assert edited.data
            return kinds

    assert asyncio.run(all_of_it()) == [
        "image_generation.partial_image",
        "image_generation.completed",
        "image_edit.completed",
    ]
    assert desk.balance == (START - 3_000 - 3 * 30_000, 0)


def streamed_to_the_end(client: openai.OpenAI) -> str:
    with client.images.with_streaming_response.generate(**ASKED) as answer:
        return b"".join(answer.iter_bytes()).decode()


def raw_and_parsed(client: openai.OpenAI) -> Any:
    answer = client.images.with_raw_response.generate(**ASKED)
    assert (answer.retries_taken, len(answer.request_id or "")) == (0, 32)
    assert answer.headers["x-ratelimit-remaining-requests"] == "599"
    return answer.parse()


def edited(client: openai.OpenAI, image: Any, **more: Any) -> Any:
    return client.images.edit(model=STUDIO, prompt="a tower", image=image, **more)


WAYS: list[Ask] = [
    raw_and_parsed,
    streamed_to_the_end,
    lambda client: generate(client, extra_body={"user": "eve"}, extra_query={"api-version": "1"}),
    lambda client: generate(client, response_format="b64_json"),
    lambda client: client.with_options(timeout=30, max_retries=5).images.generate(**ASKED),
    # Many a program hands on what it has, and says nothing by None.
    lambda client: generate(client, n=None, size=None, quality=None, style=None, stream=None, user=""),
    lambda client: edited(client, io.BytesIO(PNG)),
    lambda client: edited(client, ("a photo", PNG, "application/octet-stream")),
    lambda client: edited(client, [io.BytesIO(PNG), ("b.png", PNG)], mask=io.BytesIO(HOLE)),
    lambda client: edited(client, PNG, response_format="b64_json", extra_body={"moderation": "auto"}),
    lambda client: edited(client, [PNG], n=1, size="1024x1024", quality="low", user="eve", stream=False),
]


@pytest.mark.parametrize("ask", WAYS, ids=range(len(WAYS)))
def test_whatever_way_the_client_has_to_ask_gets_its_picture(
    sdk: openai.OpenAI, easel: Easel, desk: Desk, ask: Ask
) -> None:
    answer: Any = ask(sdk)
    text = answer if isinstance(answer, str) else answer.data[0].b64_json
    assert "iVBORw0KGgo" in text
    assert desk.balance == (START - Job.objects.get().charged, 0)


@pytest.mark.parametrize("more", [{"seed": 1}, {"metadata": {"a": "b"}}], ids=str)
def test_what_the_client_sends_beside_the_documented_fields_is_refused_by_name(
    sdk: openai.OpenAI, easel: Easel, more: dict[str, Any]
) -> None:
    asks: list[Ask] = [
        lambda client: generate(client, extra_body=more),
        lambda client: edited(client, PNG, extra_body=more),
    ]
    for ask in asks:
        with pytest.raises(openai.BadRequestError) as caught:
            ask(sdk)
        assert (caught.value.code, (caught.value.param or "")[:4]) == (
            "unknown_parameter",
            next(iter(more))[:4],
        )


def lacks_the_scope(client: openai.OpenAI) -> None:
    ApiKey.objects.update(scopes=["read"])
    generate(client)


def names_another_model_than_its_own(client: openai.OpenAI) -> None:
    ApiKey.objects.update(allowed_models=[PAINT])
    generate(client)


def says_other_words_under_the_same_key(client: openai.OpenAI) -> None:
    for prompt in ("a stair", "a tower"):
        generate(client, prompt=prompt, extra_headers={"Idempotency-Key": "order-1"})


def asks_for_what_was_cancelled(client: openai.OpenAI) -> None:
    once = {"Idempotency-Key": "order-2"}
    generate(client, extra_headers=once)
    Job.objects.update(state=State.CANCELLED)
    Job.objects.get().outputs.all().delete()
    generate(client, extra_headers=once)


EXCEPTIONS: list[tuple[Ask, type[openai.APIStatusError], int, str]] = [
    (lambda client: generate(client, size="9x9"), openai.BadRequestError, 400, "invalid_value"),
    (
        lambda client: generate(client.with_options(api_key="gs_live_no")),
        openai.AuthenticationError,
        401,
        "invalid_api_key",
    ),
    (lacks_the_scope, openai.PermissionDeniedError, 403, "missing_scope"),
    (names_another_model_than_its_own, openai.PermissionDeniedError, 403, "model_not_allowed"),
    (lambda client: generate(client, model="no-such"), openai.NotFoundError, 404, "model_not_found"),
    (lambda client: client.models.retrieve("no-such"), openai.NotFoundError, 404, "model_not_found"),
    (asks_for_what_was_cancelled, openai.ConflictError, 409, "cancelled"),
    (says_other_words_under_the_same_key, openai.UnprocessableEntityError, 422, "idempotency_key_reused"),
]


@pytest.mark.parametrize(
    ("ask", "kind", "status", "code"), EXCEPTIONS, ids=lambda each: getattr(each, "__name__", each)
)
def test_a_refusal_is_the_clients_own_exception(
    sdk: openai.OpenAI, easel: Easel, ask: Ask, kind: type[openai.APIStatusError], status: int, code: str
) -> None:
    with pytest.raises(kind) as caught:
        ask(sdk)
    assert (type(caught.value), caught.value.status_code, caught.value.code) == (kind, status, code)
    assert caught.value.request_id
    assert caught.value.message


FAILURES: list[tuple[Exception, type[openai.APIStatusError], str]] = [
    (ModerationInput("No."), openai.BadRequestError, "moderation_blocked"),
    (InvalidRequest("No."), openai.BadRequestError, "invalid_value"),
    (EmptyResult("No."), openai.InternalServerError, "server_error"),
]


@pytest.mark.parametrize(("failure", "kind", "code"), FAILURES, ids=lambda each: type(each).__name__)
def test_a_failure_is_the_clients_own_exception_and_charges_nothing(
    sdk: openai.OpenAI, easel: Easel, desk: Desk, failure: Any, kind: type[openai.APIStatusError], code: str
) -> None:
    easel.fails = failure
    with pytest.raises(kind) as caught:
        generate(sdk)
    assert caught.value.code == code
    assert "charged" in caught.value.message
    assert desk.balance == (START, 0)


def test_a_request_too_many_is_told_how_long_to_wait(sdk: openai.OpenAI, settings: Any) -> None:
    settings.API_PER_MINUTE = 1
    sdk.models.list()
    with pytest.raises(openai.RateLimitError) as caught:
        sdk.models.list()
    headers = caught.value.response.headers
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
    assert int(headers["retry-after-ms"]) == 1000 * int(headers["retry-after"]) > 0
    assert headers["x-should-retry"] == "true"
    assert headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize("body", [{}, {"size": "9x9"}], ids=["good", "refused"])
def test_every_answer_has_the_vendors_headers(raw: httpx.Client, easel: Easel, body: dict[str, str]) -> None:
    headers = raw.post("/v1/images/generations", json=ASKED | body).headers
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert headers["openai-processing-ms"].isdigit()
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]) == (
        "600",
        "599",
    )
    assert re.fullmatch(r"(\d+m)?\d+s", headers["x-ratelimit-reset-requests"])


def test_variations_are_not_served(raw: httpx.Client) -> None:
    answer = raw.post("/v1/images/variations", files={"image": PNG})
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


class Losing(httpx2.HTTPTransport):
    """A network on which the first answer is lost on its way back."""

    lost = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = super().handle_request(request)
        if self.lost:
            return answer
        self.lost += 1
        answer.read()
        raise httpx2.ReadError("the connection was lost")


ORDERS: list[Ask] = [
    lambda client: generate(client),
    lambda client: client.images.edit(model=PAINT, prompt="a tower", image=[PNG, PNG]),
    lambda client: list(client.images.generate(model=PAINT, prompt="a stair", stream=True)),
]


@pytest.mark.parametrize("order", ORDERS, ids=["generation", "edit", "stream"])
def test_what_the_client_sends_again_by_itself_is_one_order(
    live_server: LiveServer, key: str, easel: Easel, desk: Desk, order: Ask
) -> None:
    with (
        httpx2.Client(transport=Losing()) as network,
        openai.OpenAI(api_key=key, base_url=f"{live_server.url}/v1", http_client=network) as client,
    ):
        assert order(client)
    assert (len(easel.asked), Run.objects.count()) == (1, 1)
    assert desk.balance == (START - Job.objects.get().charged, 0)


def test_a_busy_vendor_is_asked_again_by_the_client_and_paid_once(
    live_server: LiveServer, key: str, easel: Easel, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel.fails = EmptyResult("Down.")
    painted = easel.painted

    def better_the_next_time(request: Any, emit: Any) -> Any:
        if easel.asked:
            easel.fails = None
        return painted(request, emit)

    monkeypatch.setattr(easel, "painted", better_the_next_time)
    with openai.OpenAI(api_key=key, base_url=f"{live_server.url}/v1", max_retries=2) as client:
        assert generate(client).data
    assert desk.balance == (START - 3_000, 0)
