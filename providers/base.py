"""What every adapter promises: one request in, pictures or a ticket out.

Sizes are in pixels, times in seconds, money in micros (millionths of a US dollar).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, runtime_checkable

from providers import errors

GENERATE, EDIT, INPAINT = "generate", "edit", "inpaint"
UPSCALE, CUTOUT, EXPAND = "upscale", "cutout", "expand"
"""The kinds of work. A cutout is a picture without its background; to expand is to paint on beyond its edges."""


@dataclass(frozen=True, slots=True)
class InputImage:
    """A picture that goes along: ``role`` is one of style, subject, palette, layout, pose, source, mask."""

    data: bytes
    mime: str
    width: int
    height: int
    role: str = "subject"


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One job in the terms every vendor shares; an adapter translates it and refuses what it cannot do.

    ``model`` is the vendor's own id. ``width`` and ``height`` are None where the vendor chooses the size.
    A mask is a PNG with alpha as large as the first reference; fully transparent marks what is repainted.
    ``partials`` is how many previews of each picture are wanted. ``client_ref`` is unique per paid call.
    """

    model: str
    prompt: str
    kind: str = GENERATE
    negative_prompt: str = ""
    n: int = 1
    width: int | None = None
    height: int | None = None
    aspect_ratio: str = ""
    resolution: str = ""
    preset: str = ""
    quality: str = ""
    seed: int | None = None
    output_format: str = "png"
    output_compression: int | None = None
    background: str = ""
    moderation: str = ""
    style: str = ""
    strength: float | None = None
    references: tuple[InputImage, ...] = ()
    mask: InputImage | None = None
    partials: int = 0
    user: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    client_ref: str = ""
    deadline_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Partial:
    """A preview of picture ``index`` (0-based); ``step`` of ``steps`` previews."""

    index: int
    data: bytes
    mime: str
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the call is, 0.0 to 1.0."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Alive:
    """The call goes on, and nobody can say how far it is."""


@dataclass(frozen=True, slots=True)
class Output:
    """One finished picture as the vendor sent it."""

    data: bytes
    mime: str
    seed: int | None = None
    revised_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Picture ``index`` (0-based) is finished before the others; ``Finished`` holds it once more."""

    index: int
    output: Output


Event = Partial | Progress | Alive | Delivered
Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the vendor reports them."""

    input_text: int = 0
    input_image: int = 0
    output_image: int = 0
    output_text: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The call is over; ``outputs`` may be fewer than asked. ``billed_micros`` is what the vendor says it took."""

    outputs: tuple[Output, ...]
    usage: Usage | None = None
    billed_micros: int | None = None
    vendor_ref: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A task that goes on at the vendor. ``data`` is all that ``poll`` needs; it is kept as JSON."""

    id: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not finished; look again after ``seconds``."""

    seconds: float
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of ``check``: a sentence for staff, never a key."""

    ok: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a vendor is like; the failure policy reads these and no vendor's name.

    ``address`` is where it is called unless the server's owner names another; ``needs_url``: it has none of its own, so
    the owner says where it is. ``free``: it bills nobody, so a call whose answer is lost leaves nothing to wait for.
    """

    address: str = ""
    needs_key: bool = True
    needs_url: bool = False
    free: bool = False
    idempotent: bool = False
    resumable: bool = False
    cancellable: bool = False
    billed_when_cancelled: bool = True
    billed_when_failed: bool = False
    result_seconds: int | None = None
    result_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """Where a vendor is and how it is paid. ``repr`` never shows the key.

    ``hosts`` are those that the server allows result links to point to, beside the vendor's own.
    """

    key: str = field(default="", repr=False)
    url: str = ""
    hosts: tuple[str, ...] = ()

    def required_key(self) -> str:
        """Raises AuthError where no key is set."""
        if not self.key:
            raise errors.AuthError("No key is set for this vendor.")
        return self.key

    def bearer(self) -> dict[str, str]:
        """The header in which most vendors want the key. Raises AuthError where none is set."""
        return {"Authorization": f"Bearer {self.required_key()}"}

    def require_address(self) -> None:
        """Raises AuthError where no address is set, of a vendor that has none of its own."""
        if not self.url:
            raise errors.AuthError("No address is set for this vendor.")


class Provider(Protocol):
    """One vendor. Every method raises ``providers.errors.ProviderError`` and nothing else.

    Only ``submit`` costs money; it is called once per Attempt and never repeated by an adapter.
    """

    facts: Facts

    def submit(self, request: ImageRequest, emit: Emit) -> Finished | Ticket: ...

    def poll(self, ticket: Ticket) -> Waiting | Finished: ...

    def cancel(self, ticket: Ticket) -> bool: ...

    def estimate(self, request: ImageRequest) -> int | None: ...

    def check(self) -> Health: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A model on a vendor's own list. ``id`` is the vendor's; None is what the list does not tell.

    ``price`` is micros of one picture, whatever its size. ``ends`` is the first day on which the vendor refuses it.
    ``pictures``: whether it makes pictures at all.
    """

    id: str
    prompt_limit: int | None = None
    max_references: int | None = None
    price: int | None = None
    ends: date | None = None
    pictures: bool | None = None


@runtime_checkable
class Lists(Protocol):
    """What an adapter also has whose vendor tells which models there are; asking costs nothing."""

    def models(self) -> Sequence[Listed]: ...


class Synchronous:
    """The parts of ``Provider`` that a vendor without tickets and quotes does not have."""

    def poll(self, ticket: Ticket) -> Waiting | Finished:
        """A synchronous vendor hands out no tickets."""
        raise TypeError(f"{type(self).__name__} has no tickets")

    def cancel(self, ticket: Ticket) -> bool:
        """Nothing can be stopped at the vendor once sent."""
        return False

    def estimate(self, request: ImageRequest) -> int | None:
        """The vendor quotes nothing."""
        return None


class Ticketed:
    """The parts of ``Provider`` that a vendor with tickets may not have: most quote nothing, and some stop nothing."""

    def cancel(self, ticket: Ticket) -> bool:
        """The vendor has no way to stop a task."""
        return False

    def estimate(self, request: ImageRequest) -> int | None:
        """The vendor quotes nothing before the paid call."""
        return None
