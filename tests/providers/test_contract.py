"""What every registered adapter keeps to. A new registry line is tested by this file as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from providers import errors, registry
from providers.base import (
    GENERATE,
    Config,
    Facts,
    Finished,
    ImageRequest,
    Provider,
    Synchronous,
    Ticket,
)
from tests.providers.calls import failed, finished, silent, told_by
from tests.providers.cases import KEY, REMOTE, case
from tests.providers.simulators.base import Reply, Request, Simulator

OFFLINE = ImageRequest(model="sketch", prompt="a boat", n=2, width=256, height=256, client_ref="c-1")

every_adapter = pytest.mark.parametrize("name", sorted(registry.ADAPTERS))
every_remote_adapter = pytest.mark.parametrize("name", REMOTE)
NEED_AN_ADDRESS = [name for name in REMOTE if registry.facts(name).needs_url]


def sample(name: str) -> ImageRequest:
    """A small request that the adapter can do."""
    return case(name).sample if name in REMOTE else OFFLINE


class Parrot(Simulator):
    """The worst vendor: whatever it is asked, it answers with one status and repeats the request's secrets."""

    status = 500

    def answer(self, request: Request) -> Reply:
        words = f"{dict(request.headers)} {request.query}"
        document = {"error": {"message": words, "code": words}, "message": words, "detail": words}
        return Reply(self.status, json.dumps(document).encode(), {"x-request-id": words[:200]})


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    with Parrot() as simulator:
        yield simulator


@every_adapter
def test_the_facts_of_an_adapter_make_sense(name: str) -> None:
    facts = registry.facts(name)
    assert isinstance(facts, Facts)
    assert registry.load(name, Config(key=KEY)).facts == facts
    assert (facts.needs_key or facts.needs_url) == (name in REMOTE)
    assert not (facts.free and facts.needs_key)
    assert facts.result_seconds is None or facts.result_seconds > 0
    assert all(re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in facts.result_hosts)


@every_adapter
def test_an_adapter_shows_no_key_when_printed(name: str) -> None:
    config = Config(key=KEY)
    provider = registry.load(name, config)
    assert KEY not in repr(config) + str(config) + repr(provider)


@every_adapter
def test_what_an_adapter_says_of_tickets_is_what_it_does(name: str) -> None:
    provider = registry.load(name, Config(key=KEY))
    if not provider.facts.cancellable:
        assert provider.cancel(Ticket("none")) is False
    if isinstance(provider, Synchronous):
        assert not provider.facts.resumable
        with pytest.raises(TypeError):
            provider.poll(Ticket("none"))


@every_adapter
def test_an_adapter_brings_as_many_pictures_as_asked(name: str) -> None:
    request = sample(name)
    if name not in REMOTE:
        check(finished(registry.load(name, Config()), request), request)
        return
    with case(name).simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        assert provider.check().ok
        assert vendor.bills == []
        check(finished(provider, request), request)
        assert len(vendor.bills) == 1


def check(found: Finished, request: ImageRequest) -> None:
    assert len(found.outputs) == request.n
    for output in found.outputs:
        assert output.mime in ("image/png", "image/jpeg", "image/webp")
        assert output.data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF"))


@every_adapter
@pytest.mark.parametrize(
    "change", [{"n": 0}, {"kind": "dance"}, {"output_format": "bmp"}, {"width": 256, "height": None}]
)
def test_an_adapter_refuses_what_it_cannot_do_before_it_costs(name: str, change: dict[str, object]) -> None:
    request = replace(sample(name), **change)  # type: ignore[arg-type]
    if name not in REMOTE:
        with pytest.raises(errors.InvalidRequest):
            registry.load(name, Config()).submit(request, silent)
        return
    with case(name).simulator() as vendor:
        with pytest.raises(errors.InvalidRequest):
            registry.load(name, Config(key=KEY, url=vendor.url)).submit(request, silent)
        assert vendor.bills == []


@every_adapter
def test_an_unknown_model_is_unavailable(name: str) -> None:
    request = replace(sample(name), model="no-such-model", kind=GENERATE, partials=0)
    if name not in REMOTE:
        with pytest.raises(errors.ModelUnavailable):
            registry.load(name, Config()).submit(request, silent)
        return
    with case(name).simulator() as vendor, pytest.raises(errors.ModelUnavailable):
        registry.load(name, Config(key=KEY, url=vendor.url)).submit(request, silent)


@every_remote_adapter
def test_without_a_key_nothing_is_sent_where_one_is_needed(name: str, parrot: Parrot) -> None:
    if registry.facts(name).needs_key:
        refuses_to_ask(registry.load(name, Config(key="", url=parrot.url)), name)
        assert parrot.requests == []
    else:
        with case(name).simulator() as vendor:
            provider = registry.load(name, Config(url=vendor.url))
            assert provider.check().ok
            check(finished(provider, sample(name)), sample(name))


@pytest.mark.parametrize("name", NEED_AN_ADDRESS)
def test_without_an_address_nothing_is_sent_by_an_adapter_that_has_none_of_its_own(name: str) -> None:
    refuses_to_ask(registry.load(name, Config(key=KEY)), name)


def refuses_to_ask(provider: Provider, name: str) -> None:
    with pytest.raises(errors.AuthError):
        provider.submit(sample(name), silent)
    assert not provider.check().ok


@every_remote_adapter
def test_a_vendor_that_is_not_there_is_surely_not_reached(name: str) -> None:
    with Parrot() as gone:
        url = gone.url
    with pytest.raises(errors.NotSent) as caught:
        registry.load(name, Config(key=KEY, url=url)).submit(sample(name), silent)
    assert caught.value.__cause__ is not None
    assert KEY not in told_by(caught.value)


@every_remote_adapter
@pytest.mark.parametrize(
    "status", [200, 202, 302, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 529]
)
def test_whatever_a_vendor_answers_no_key_comes_back(name: str, status: int, parrot: Parrot) -> None:
    parrot.status = status
    provider = registry.load(name, Config(key=KEY, url=parrot.url))
    with pytest.raises(errors.ProviderError) as caught:
        finished(provider, sample(name))
    assert KEY not in told_by(caught.value)
    assert caught.value.message
    health = provider.check()
    assert KEY not in health.message
    if status >= 300:
        assert not health.ok
    if status == 429:
        assert isinstance(caught.value, errors.RateLimited)
    if status in (400, 401, 402, 403, 413, 422):
        assert not caught.value.retryable


@every_remote_adapter
def test_a_paid_call_is_sent_once_whatever_comes_back(name: str, parrot: Parrot) -> None:
    with pytest.raises(errors.ProviderError):
        registry.load(name, Config(key=KEY, url=parrot.url)).submit(sample(name), silent)
    assert len(parrot.requests) == 1


@every_remote_adapter
def test_a_success_that_is_no_object_is_an_answer_lost_or_empty_and_no_leave_to_pay_again(name: str) -> None:
    what = case(name)
    with what.simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        finished(provider, what.sample)
        for body in (b"[]", b"7", b"null", b'"text"'):
            vendor.dictated = Reply(200, body)
            problem = failed(provider, what.sample)
            assert (type(problem), problem.safe_to_resend) == (what.no_object, False)
