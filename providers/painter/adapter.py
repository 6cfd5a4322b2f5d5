"""The offline models as a provider: sketch, paint, studio, press."""

from __future__ import annotations

import time

from providers.base import (
    GENERATE,
    Config,
    Delivered,
    Emit,
    Facts,
    Finished,
    Health,
    ImageRequest,
    InputImage,
    Output,
    Partial,
    Synchronous,
)
from providers.errors import InvalidRequest, UpstreamError, UpstreamTimeout
from providers.painter import models, tokens
from providers.painter.commission import Commission, Preview, Refusal
from providers.painter.noise import number
from providers.painter.pool import Died, Overdue, Unpaintable, shared

SEEDS = 2**31


class Painter(Synchronous):
    """Paints on this machine, without a key and without a network."""

    facts = Facts(needs_key=False, idempotent=True, billed_when_cancelled=False)

    def __init__(self, config: Config) -> None:
        self.config = config

    def check(self) -> Health:
        """The painter is part of the studio and needs nothing else."""
        return Health(True, "Paints on this server; no key needed.")

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """All pictures of the request, one after another; previews and finished pictures come in the caller's thread.

        Raises ModelUnavailable, InvalidRequest, UpstreamTimeout, or UpstreamError when painting keeps failing.
        """
        model = models.model_of(request)
        models.check(model, request)
        first = request.seed if request.seed is not None else number("client", request.client_ref) % SEEDS
        deadline = time.monotonic() + request.deadline_seconds
        outputs: list[Output] = []
        for index in range(request.n):
            order = commission(request, model, first + index)
            outputs.append(_paint(order, index, deadline - time.monotonic(), emit))
            emit(Delivered(index, outputs[-1]))
        usage = tokens.usage(request, first) if model.tokens else None
        return Finished(
            tuple(outputs), usage=usage, vendor_ref=f"gesso-{number(request.client_ref, first):016x}"
        )


def commission(request: ImageRequest, model: models.Model, seed: int) -> Commission:
    """One picture of ``request`` as an order to the painting process."""
    width, height = models.size_of(request)
    source = source_of(request)
    as_large = source is not None and request.width is None and request.preset in ("", "auto")
    return Commission(
        prompt=request.prompt,
        negative=request.negative_prompt,
        seed=seed,
        width=0 if as_large else width,
        height=0 if as_large else height,
        quality=models.QUALITIES[request.quality] if model.quality else "medium",
        format=request.output_format,
        compression=request.output_compression,
        transparent=request.background == "transparent",
        references=tuple(r for r in request.references if r is not source),
        source=source,
        mask=request.mask,
        strength=request.strength,
        style=request.style,
        previews=request.partials if model.partials else 0,
    )


def source_of(request: ImageRequest) -> InputImage | None:
    """The picture that is worked on: the one called source, else the first of an edit; None when painting anew."""
    if request.kind == GENERATE and request.mask is None:
        return None
    named = (r for r in request.references if r.role == "source")
    return next(named, request.references[0])


def _paint(order: Commission, index: int, seconds: float, emit: Emit) -> Output:
    def show(preview: Preview) -> None:
        emit(Partial(index, preview.data, preview.mime, preview.step, preview.steps))

    try:
        picture = shared().paint(order, show, seconds)
    except Refusal as refusal:
        raise InvalidRequest(str(refusal)) from refusal
    except Overdue as overdue:
        raise UpstreamTimeout(f"It was given {seconds:.0f} s.") from overdue
    except (Died, Unpaintable) as failure:
        raise UpstreamError(
            "The painter failed on this picture.", vendor_code=type(failure).__name__
        ) from failure
    return Output(picture.data, picture.mime, order.seed, picture.read_as)
