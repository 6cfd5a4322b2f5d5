"""What went wrong on the way to a vendor, in our words and without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import httpx

from providers import errors, wire

KINDS: dict[type[Exception], type[errors.ProviderError]] = {
    httpx.ConnectError: errors.NotSent,
    httpx.ConnectTimeout: errors.NotSent,
    httpx.PoolTimeout: errors.NotSent,
    httpx.ProxyError: errors.NotSent,
    httpx.UnsupportedProtocol: errors.InvalidRequest,
    httpx.InvalidURL: errors.InvalidRequest,
    httpx.ReadTimeout: errors.UpstreamTimeout,
    httpx.WriteTimeout: errors.UpstreamTimeout,
    httpx.TimeoutException: errors.UpstreamTimeout,
    httpx.ReadError: errors.AnswerLost,
    httpx.WriteError: errors.AnswerLost,
    httpx.CloseError: errors.AnswerLost,
    httpx.NetworkError: errors.AnswerLost,
    httpx.RemoteProtocolError: errors.AnswerLost,
    httpx.LocalProtocolError: errors.AnswerLost,
    httpx.ProtocolError: errors.AnswerLost,
    httpx.TransportError: errors.AnswerLost,
    httpx.DecodingError: errors.AnswerLost,
    httpx.TooManyRedirects: errors.AnswerLost,
    httpx.RequestError: errors.AnswerLost,
    httpx.HTTPStatusError: errors.AnswerLost,
    httpx.HTTPError: errors.AnswerLost,
    httpx.CookieConflict: errors.AnswerLost,
    httpx.StreamError: errors.AnswerLost,
    httpx.StreamConsumed: errors.AnswerLost,
    httpx.StreamClosed: errors.AnswerLost,
    httpx.ResponseNotRead: errors.AnswerLost,
    httpx.RequestNotRead: errors.AnswerLost,
}
SENTENCES: dict[type[errors.ProviderError], str] = {
    errors.NotSent: "The vendor could not be reached.",
    errors.InvalidRequest: "The vendor's address cannot be used.",
    errors.UpstreamTimeout: "The vendor did not answer in time.",
    errors.AnswerLost: "The vendor's answer was lost on its way.",
}
STATUSES: dict[int, type[errors.ProviderError]] = {
    401: errors.AuthError,
    402: errors.BillingError,
    403: errors.AuthError,
    404: errors.ModelUnavailable,
    408: errors.UpstreamError,
    409: errors.UpstreamError,
    425: errors.UpstreamError,
    429: errors.RateLimited,
    504: errors.UpstreamTimeout,
    524: errors.UpstreamTimeout,
}


@contextmanager
def border(secrets: Iterable[str] = ()) -> Iterator[None]:
    """Whatever the library raises inside leaves as a ``ProviderError``, its scrubbed cause kept.

    It reads where a redirect leads although it does not follow, and lets through what its reader of names raises.
    """
    try:
        yield
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.CookieConflict,
        httpx.StreamError,
        UnicodeError,
    ) as error:
        raise mapped(error, secrets) from error


def mapped(error: Exception, secrets: Iterable[str] = ()) -> errors.ProviderError:
    """The library's ``error`` in our words, scrubbed of ``secrets`` together with everything behind it."""
    kind = next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), errors.AnswerLost)
    _scrub(error, tuple(secrets))
    return kind(SENTENCES[kind])


def _scrub(error: BaseException | None, secrets: tuple[str, ...]) -> None:
    """Redacts the texts of a chain of exceptions, and lets go of the requests that hold our headers."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.args = tuple(wire.redact(arg, secrets) if isinstance(arg, str) else arg for arg in error.args)
        if isinstance(error, httpx.RequestError):
            error.request = httpx.Request("GET", "https://vendor.invalid/")
        error = error.__cause__ or error.__context__


def failure(status: int, headers: Mapping[str, str], message: str = "") -> errors.ProviderError:
    """What an HTTP status alone says, for an answer whose words the adapter does not know."""
    kind = STATUSES.get(status, errors.UpstreamError if status >= 500 else errors.InvalidRequest)
    return kind(
        message or f"The vendor answered with status {status}.",
        status=status,
        retry_after=wire.retry_after(headers),
    )
