"""The events of a stream: looks at each picture while it forms, and then the pictures.

Looks are counted from 0 for each of several pictures, each of which has one event at its end: how several mix is a
guess [?].
"""

from __future__ import annotations

from collections.abc import Iterable

from studio.api import encoded, running
from studio.api.openai import documents
from studio.api.openai.answers import CompletedImage, PartialImage
from studio.api.openai.documents import HOLDS
from studio.api.running import Work
from studio.api.sse import Event, Telling
from studio.catalog.entries import AUTO
from studio.catalog.fields import OPAQUE
from studio.images.models import Image
from studio.jobs import reading
from studio.jobs.listening import Preview
from studio.jobs.models import Job


def telling(work: Work, kind: str, partials: int) -> Telling:
    """Events called ``kind``.partial_image, of each picture at most ``partials``, and ``kind``.completed."""

    def preview(look: Preview, number: int) -> Event:
        job = reading.last_job(work.run)
        known = PartialImage(
            type=f"{kind}.partial_image",
            partial_image_index=number,
            created_at=documents.created(job),
            b64_json="",
            size=f"{job.width}x{job.height}" if job.width and job.height else AUTO,
            quality=documents.quality(job),
            background=job.parameters.get("background") or OPAQUE,
            # What its bytes are: a look may be of another format than the picture.
            output_format=documents.format_of(look.mime),
        )
        return _event(known, encoded.in_base64(look.data))

    def picture(job: Job, image: Image, place: int, _is_last: bool) -> Event:
        known = CompletedImage(
            type=f"{kind}.completed",
            created_at=documents.created(job),
            b64_json="",
            model=job.model,
            usage=documents.usage(job, place, len(running.delivered(job))),
            **documents.named(image),
            **documents.looks(job, image.blob).model_dump(),
        )
        return _event(known, encoded.picture(image))

    return Telling(preview, picture, previews=partials)


def _event(known: PartialImage | CompletedImage, text: Iterable[bytes]) -> Event:
    """What is known, and the picture as ``text`` in pieces where its field is still empty."""
    return Event(known.type, known.model_dump(exclude={HOLDS}, exclude_none=True), HOLDS, text)
