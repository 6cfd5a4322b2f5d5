"""What each vendor's adapter is tried with: one module per registry line, found by its name.

A module says ``CASE``; the contract and every fault are then tried by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module

from providers import errors, registry
from providers.base import ImageRequest
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Simulator

KEY = "canary-key-0123456789"
REMOTE = sorted(set(registry.ADAPTERS) - {"gesso"})
"""Every adapter that speaks to somebody else; each has a case."""

UNCONFIRMED, FAILED, PARTIAL, SUCCEEDED = "unconfirmed", "failed", "partial", "succeeded"
PAST, FAR = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2065 07:28:00 GMT"
WAITS: Mapping[str, float | None] = {"": None, PAST: 0.0, FAR: 900.0}
"""What a Retry-After comes to in seconds; others are seconds already."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One fault: what the adapter calls it (None where it delivers all the same), how many calls the vendor had
    billed by then, and how a job ends."""

    fault: Fault
    kind: type[errors.ProviderError] | None
    billed: int
    state: str

    @property
    def name(self) -> str:
        """For a test's id."""
        detail = f"-{self.fault.status}" if self.fault.kind in (base.STATUS, base.UNASKABLE) else ""
        wait = {"": "", PAST: "-past", FAR: "-far"}.get(self.fault.retry_after, "-wait")
        return f"{self.fault.kind}{detail}{wait}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A job that sends pictures along: the catalogue's model, how many references, and whether a mask."""

    model: str
    references: int = 1
    mask: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """``sample`` is a small request that the adapter can do; a job asks ``model`` of the catalogue for ``n`` pictures.

    ``without`` names the faults that it is not tried with, and why: this vendor cannot have them, or a file of its
    own tries them. ``patches`` are set while it is tried. ``no_object`` is what the adapter calls a success whose
    JSON is no object.
    """

    simulator: type[Simulator]
    sample: ImageRequest
    model: str
    faults: tuple[Expected, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    n: int = 1
    edits: tuple[Edit, ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    patches: Mapping[str, object] = field(default_factory=dict)
    no_object: type[errors.ProviderError] = errors.AnswerLost


def case(name: str) -> Case:
    """The case of the adapter called ``name``."""
    found: Case = import_module(f"tests.providers.cases.{name}").CASE
    return found


def common(*, lost: str = UNCONFIRMED) -> tuple[Expected, ...]:
    """The faults that every vendor can have. A job whose answer was ``lost`` fails where a repeat costs nothing."""
    return (
        Expected(Fault(base.REFUSED), errors.NotSent, 0, FAILED),
        Expected(Fault(base.TIMEOUT), errors.UpstreamTimeout, 1, lost),
        Expected(Fault(base.HANG_UP), errors.AnswerLost, 1, lost),
        Expected(Fault(base.RESET), errors.AnswerLost, 1, lost),
        Expected(Fault(base.DRIP, seconds=0.02), errors.UpstreamTimeout, 1, lost),
        Expected(Fault(base.STATUS, 400), errors.InvalidRequest, 0, FAILED),
        Expected(Fault(base.STATUS, 401), errors.AuthError, 0, FAILED),
        Expected(Fault(base.STATUS, 404), errors.ModelUnavailable, 0, FAILED),
        Expected(Fault(base.STATUS, 429), errors.RateLimited, 0, FAILED),
        Expected(Fault(base.STATUS, 429, retry_after="3"), errors.RateLimited, 0, FAILED),
        Expected(Fault(base.STATUS, 429, retry_after=PAST), errors.RateLimited, 0, FAILED),
        Expected(Fault(base.STATUS, 429, retry_after=FAR), errors.RateLimited, 0, FAILED),
        Expected(Fault(base.STATUS, 500), errors.UpstreamError, 0, FAILED),
        Expected(Fault(base.STATUS, 502), errors.UpstreamError, 0, FAILED),
        Expected(Fault(base.STATUS, 503, retry_after="3"), errors.UpstreamError, 0, FAILED),
        Expected(Fault(base.STATUS, 529), errors.UpstreamError, 0, FAILED),
        Expected(Fault(base.BAD_JSON), errors.AnswerLost, 1, lost),
        Expected(Fault(base.WRONG_TYPE), errors.AnswerLost, 1, lost),
    )


def tickets() -> tuple[Expected, ...]:
    """The faults of vendors that hand out tickets, beside the common ones."""
    return (
        Expected(Fault(base.LOST), errors.TaskFailed, 1, FAILED),
        Expected(Fault(base.NEVER_ENDS), None, 1, UNCONFIRMED),
        Expected(Fault(base.UNASKABLE, 503), errors.UpstreamError, 1, UNCONFIRMED),
        Expected(Fault(base.UNASKABLE, 429, retry_after="900"), errors.RateLimited, 1, UNCONFIRMED),
    )
