"""One client per vendor and process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from providers import errors, slots, wire
from providers.http.answer import ANSWER_BYTES, Answer
from providers.http.failures import border, failure
from providers.http.public import INTERNET, Network, open_public_client
from providers.http.transport import CALL_DEADLINE, Deadline, OnePerProcess, open_client

Part = tuple[str, str | tuple[str, bytes, str]]
"""One part of a form: a name, and a text or (file name, bytes, media type)."""


class Client:
    """Speaks to one vendor at ``base_url``.

    ``secrets`` are kept out of every exception. ``result_hosts`` are where its results may be
    fetched from over HTTPS, ``trusted_hosts`` what the server's owner allows beside them. ``api_hosts`` are where
    our key may go over HTTPS beside the base URL. ``*.vendor.example`` stands for every host below it.
    What the owner named, the base URL's origin among it, may lie in the server's own network; every other host must
    have public addresses alone, which ``network`` finds and dials.
    Raises InvalidRequest for an address that is not http(s) or that has a user, a query or a fragment.
    """

    def __init__(
        self,
        base_url: str,
        *,
        secrets: Sequence[str] = (),
        result_hosts: Sequence[str] = (),
        trusted_hosts: Sequence[str] = (),
        api_hosts: Sequence[str] = (),
        network: Network = INTERNET,
    ) -> None:
        self._base = _base(base_url)
        self._secrets = tuple(secret for secret in secrets if secret)
        self._result_hosts = frozenset(result_hosts)
        self._trusted_hosts = frozenset(trusted_hosts)
        self._api_hosts = frozenset(api_hosts)
        self._own = OnePerProcess(open_client)
        self._public = OnePerProcess(lambda: open_public_client(network))

    def __repr__(self) -> str:
        return f"Client({str(self._base)!r})"

    @contextmanager
    def send(
        self,
        method: str,
        path: str,
        *,
        deadline: Deadline,
        headers: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        form: Sequence[Part] | None = None,
        cap: int = ANSWER_BYTES,
    ) -> Iterator[Answer]:
        """One request with a JSON ``document`` or a multipart ``form``; the answer is open inside.

        Raises NotSent where it surely did not arrive, UpstreamTimeout or AnswerLost where nobody can tell.
        """
        url = httpx.URL(str(self._base).rstrip("/") + path)
        sent = _carried(headers or {}, self._secrets)
        content: bytes | None = None
        if document is not None:
            content = _dumped(document)
            sent["Content-Type"] = "application/json"
        with self._exchange(method, url, sent, content, form and _parts(form), deadline, cap) as answer:
            yield answer

    def is_own(self, url: object) -> bool:
        """Whether our key may go to this address that an answer named: the base URL's origin or an API host."""
        target = _read(url)
        return not target.userinfo and (
            _origin(target) == _origin(self._base) or _listed(target, self._api_hosts)
        )

    @contextmanager
    def follow(
        self,
        url: str,
        *,
        deadline: Deadline,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        cap: int = ANSWER_BYTES,
    ) -> Iterator[Answer]:
        """A request without a body to an address that an answer named. Raises AnswerLost where it is not ``is_own``."""
        if not self.is_own(url):
            raise errors.AnswerLost("The address to ask at is not one of this vendor's.")
        sent = _carried(headers or {}, self._secrets)
        with self._exchange(method, httpx.URL(url), sent, None, None, deadline, cap) as answer:
            yield answer

    def reachable(self, url: str) -> str:
        """The address as it stands where a result may be fetched from it, else its path at the base URL's origin.

        A server behind a proxy names itself as it sees itself, and that name often leads nowhere from here.
        """
        try:
            self._allowed(url)
        except errors.ProviderError:
            return str(self._base.copy_with(raw_path=_read(url).raw_path))
        return url

    def download(self, url: str, *, deadline: Deadline, cap: int = ANSWER_BYTES) -> tuple[bytes, str]:
        """The bytes and media type behind a result's address; our key never goes along.

        https on the vendor's result hosts, or the very origin of the base URL. Raises ResultExpired where the
        address no longer answers, and AnswerLost for all else, since the picture was made and paid.
        """
        try:
            target = self._allowed(url)
            with self._exchange("GET", target, {}, None, None, deadline, cap) as answer:
                if answer.status in (403, 404, 410):
                    raise errors.ResultExpired("The result's address is gone.", status=answer.status)
                if answer.status != 200:
                    raise failure(answer.status, answer.headers)
                return answer.decode(bytes), answer.media_type()
        except (errors.ResultExpired, errors.AnswerLost):
            raise
        except errors.ProviderError as error:
            raise errors.AnswerLost("The result could not be fetched.", status=error.status) from error

    def redacted(self, text: object) -> str:
        """A vendor's own words, fit to be shown: without secrets, on one line, not long."""
        return wire.sentence(text, self._secrets)

    @contextmanager
    def _exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        files: Any,
        deadline: Deadline,
        cap: int,
    ) -> Iterator[Answer]:
        if deadline.remaining <= 0:
            raise errors.NotSent("The time for this call was over before it began.")
        slots.let_go()
        token = CALL_DEADLINE.set(deadline)
        try:
            with border(self._secrets):
                http = self._clients(url).client()
                request = http.build_request(method, url, headers=headers, content=content, files=files)
                response = http.send(request, stream=True)
            try:
                yield Answer(response, deadline, cap, self._secrets)
            finally:
                response.close()
        finally:
            CALL_DEADLINE.reset(token)

    def _clients(self, url: httpx.URL) -> OnePerProcess:
        """Where a vendor's answer leads elsewhere than its owner said, the address rule for strangers holds."""
        owned = _origin(url) == _origin(self._base) or self._trusted(url)
        return self._own if owned else self._public

    def _allowed(self, url: str) -> httpx.URL:
        target = _read(url)
        own = _origin(target) == _origin(self._base)
        listed = _listed(target, self._result_hosts)
        if target.userinfo or not (own or listed or self._trusted(target)):
            raise errors.InvalidRequest("The result's address is not one of this vendor's.")
        return target

    def _trusted(self, target: httpx.URL) -> bool:
        """A host that this server's owner named, with or without its port; it may speak plain HTTP."""
        named = {target.host, f"{target.host}:{target.port}"}
        return target.scheme in ("http", "https") and not named.isdisjoint(self._trusted_hosts)


def _read(url: object) -> httpx.URL:
    """The address, or an empty one where it is none."""
    try:
        address = httpx.URL(url if isinstance(url, str) else "")
        # A host in the ASCII form of international names is decoded here, and not every one can be.
        str(address.host)
        return address
    except (httpx.InvalidURL, UnicodeError):
        return httpx.URL("")


def _listed(url: httpx.URL, hosts: frozenset[str]) -> bool:
    """Whether the address is https on its usual port at one of ``hosts``."""
    below = tuple(host[1:] for host in hosts if host.startswith("*."))
    named = url.host in hosts or url.host.endswith(below)
    return url.scheme == "https" and url.port in (None, 443) and named


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _base(url: str) -> httpx.URL:
    base = _read(url)
    if base.scheme not in ("http", "https") or not base.host or base.userinfo or base.query or base.fragment:
        raise errors.InvalidRequest("A vendor's address is http(s)://host/path, with no user and no query.")
    return base


def _carried(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """The headers, if HTTP can carry them; the library's own complaint would quote the key."""
    for value in headers.values():
        if not re.fullmatch(r"([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?", value):
            if any(secret in value for secret in secrets):
                raise errors.AuthError("The key holds characters that a header cannot carry.")
            raise errors.InvalidRequest("A header holds characters that cannot be sent.")
    return dict(headers)


def _dumped(document: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise errors.InvalidRequest("A parameter cannot be written as JSON.") from error


def _parts(form: Sequence[Part]) -> list[tuple[str, Any]]:
    """The library's shape of a form, in order; a text is a file without a name."""
    try:
        return [(n, (None, v.encode()) if isinstance(v, str) else v) for n, v in form]
    except UnicodeEncodeError as error:
        raise errors.InvalidRequest("A text holds characters that cannot be sent.") from error
