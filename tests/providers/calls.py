"""One call of an adapter, to its pictures or to its failure."""

from __future__ import annotations

import traceback

import pytest

from providers import errors
from providers.base import Event, Finished, ImageRequest, Provider, Ticket
from tests.providers.cases import KEY

LOOKS = 100
"""How often a ticket is asked about; a simulator that is not told to take its time is done at the first."""


def silent(event: Event) -> None:
    """For a call whose events do not matter."""


def ended(adapter: Provider, answer: Finished | Ticket) -> Finished:
    """What a submit's answer comes to, asked about until it is done where it is a ticket."""
    if isinstance(answer, Finished):
        return answer
    looks = (adapter.poll(answer) for _ in range(LOOKS))
    return next(found for found in looks if isinstance(found, Finished))


def finished(adapter: Provider, request: ImageRequest) -> Finished:
    """One request from its submit to its pictures."""
    return ended(adapter, adapter.submit(request, silent))


def failed(adapter: Provider, request: ImageRequest) -> errors.ProviderError:
    """What a request raises, at its submit or later; it has words, and the key is nowhere in it."""
    with pytest.raises(errors.ProviderError) as caught:
        finished(adapter, request)
    assert KEY not in told_by(caught.value)
    assert caught.value.message
    return caught.value


def told_by(error: BaseException) -> str:
    """All that a log or an error page could show of an exception."""
    seen: list[str] = []
    link: BaseException | None = error
    while link is not None:
        seen.append(f"{link} {link!r} {vars(link)}")
        link = link.__cause__ or link.__context__
    return "".join(traceback.format_exception(error)) + " ".join(seen)
