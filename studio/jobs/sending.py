"""Turns a job's snapshot into the request that a vendor's adapter understands."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.crypto import salted_hmac

from providers.base import ImageRequest, InputImage
from studio.catalog import extras
from studio.catalog import selectors as catalog
from studio.images import services as images
from studio.jobs.models import Attempt, Job, Reference


def image_request(job: Job, attempt: Attempt, *, seconds: float, previews: int | None = None) -> ImageRequest:
    """The whole request; notes on each reference the hash of the bytes that go out.

    Of each picture as many ``previews`` are asked for, or as the model has.
    """
    given: dict[str, Any] = job.parameters
    most = catalog.entry(job.model).supports.partials
    inputs = [(ref, _input(ref)) for ref in job.references.all()]
    pictures = sorted(
        ((ref, data) for ref, data in inputs if ref.role != Reference.Role.MASK),
        # The picture to be changed goes first: a mask belongs to the first reference.
        key=lambda pair: (pair[0].role != Reference.Role.SOURCE, pair[0].position),
    )
    return ImageRequest(
        model=job.upstream,
        prompt=job.prompt,
        kind=job.kind,
        negative_prompt=job.negative_prompt,
        n=job.n,
        width=job.width,
        height=job.height,
        aspect_ratio=given.get("aspect_ratio") or "",
        resolution=given.get("resolution") or "",
        preset=given.get("preset") or "",
        quality=given.get("quality") or "",
        seed=job.seed,
        output_format=given.get("output_format") or "png",
        output_compression=given.get("output_compression"),
        background=given.get("background") or "",
        style=given.get("style") or "",
        moderation=given.get("moderation") or "",
        strength=given.get("strength"),
        references=tuple(data for _, data in pictures),
        mask=next((data for ref, data in inputs if ref.role == Reference.Role.MASK), None),
        partials=most if previews is None else min(previews, most),
        user=_pseudonym(job),
        extra=extras.on_the_wire(given.get("extra") or {}),
        client_ref=attempt.client_ref,
        deadline_seconds=seconds,
    )


def _pseudonym(job: Job) -> str:
    """The same for all that one person asks for, so that a vendor can tell people apart and know none."""
    return salted_hmac("studio.jobs.user", str(job.run.owner_id), algorithm="sha256").hexdigest()


def _input(reference: Reference) -> InputImage:
    data, mime, width, height = images.source_bytes(reference.image)
    sha256 = hashlib.sha256(data).hexdigest()
    if reference.sent_sha256 != sha256:
        Reference.objects.filter(pk=reference.pk).update(sent_sha256=sha256)
    return InputImage(data, mime, width, height, reference.role)
