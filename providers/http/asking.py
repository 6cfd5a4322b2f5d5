"""What adapters do alike around their calls: ask what is free, fetch pictures, and tell failures in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from providers import errors
from providers.base import Config, Facts, Health, Output
from providers.http.answer import Answer
from providers.http.client import Client
from providers.http.failures import failure
from providers.http.transport import Deadline

NOWHERE = "https://vendor.invalid"
"""Where a vendor is that needs an address and has none set; ``Config.require_address`` tells before it is asked."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a vendor's error says, unredacted: its words, its own code for them, and its name for the call.

    ``kind`` is what they mean where they say more than the status, ``wait`` the seconds to wait where they tell
    better than the headers.
    """

    words: object = ""
    code: object = ""
    reference: object = ""
    kind: type[errors.ProviderError] | None = None
    wait: float | None = None


def client_of(config: Config, facts: Facts, api_hosts: Sequence[str] = ()) -> Client:
    """The client of a vendor, at the address that is set or at its own."""
    return Client(
        config.url or facts.address or NOWHERE,
        secrets=(config.key,),
        result_hosts=facts.result_hosts,
        trusted_hosts=config.hosts,
        api_hosts=api_hosts,
    )


def failed(
    client: Client, told: Complaint, status: int | None = None, headers: Mapping[str, str] | None = None
) -> errors.ProviderError:
    """The failure that a vendor tells of. Without a status it came within a success, as some tell them."""
    words = client.redacted(told.words) or ("" if status else "The vendor reported a failure.")
    by_status = failure(status or 500, headers or {}, words)
    return (told.kind or type(by_status))(
        by_status.message,
        status=status,
        vendor_code=client.redacted(told.code),
        vendor_ref=client.redacted(told.reference),
        retry_after=by_status.retry_after if told.wait is None else told.wait,
    )


def refused(client: Client, answer: Answer, read: Callable[[Any], Complaint]) -> errors.ProviderError:
    """The failure that an error's answer tells of. Where it is no JSON, ``read`` gets None, so the status speaks."""
    try:
        told = answer.decode_json(read)
    except errors.UpstreamError:
        told = read(None)
    return failed(client, told, answer.status, answer.headers)


def begun(problem: errors.ProviderError) -> errors.ProviderError:
    """A failure told within a success: the work had begun, so whatever its kind it is no leave to pay once more."""
    if not problem.safe_to_resend:
        return problem
    return errors.UpstreamError(
        problem.message, vendor_code=problem.vendor_code, vendor_ref=problem.vendor_ref
    )


def asked(
    client: Client,
    path: str,
    *,
    headers: Mapping[str, str],
    seconds: float,
    error: Callable[[Answer], errors.ProviderError],
) -> Any:
    """The JSON that answers a question which costs nothing; of any status but 200 its ``error`` is raised."""
    with client.send("GET", path, deadline=Deadline(seconds), headers=headers) as answer:
        if answer.status != 200:
            raise error(answer)
        return answer.json()


def health(ask: Callable[[], str]) -> Health:
    """What ``ask`` says of a vendor that answers, or what goes wrong meanwhile."""
    try:
        return Health(ok=True, message=ask())
    except errors.ProviderError as error:
        return Health(ok=False, message=error.message)


def fetched[T](
    entries: Iterable[T], fetch: Callable[[T], Output], missing: errors.ProviderError | None = None
) -> tuple[Output, ...]:
    """The picture of each entry, without those that cannot be had. Fails only if not one is left.

    Then it raises the last failure; ``missing`` where there was no entry, which is EmptyResult if it is not said.
    """
    problem = missing or errors.EmptyResult("The vendor answered without a picture.")
    outputs = []
    for entry in entries:
        try:
            outputs.append(fetch(entry))
        except errors.ProviderError as error:
            problem = error
    if not outputs:
        raise problem
    return tuple(outputs)


@contextmanager
def about(reference: str) -> Iterator[None]:
    """Whatever fails inside is told with the vendor's name for the call or the task."""
    try:
        yield
    except errors.ProviderError as error:
        error.vendor_ref = reference
        raise
