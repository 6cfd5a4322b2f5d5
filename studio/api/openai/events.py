"""The events of a stream: looks at each picture while it forms, and then the pictures.

Looks are counted from 0 for each of several pictures, each of which has one event at its end: how several mix is a
guess [?].
"""

from __future__ import annotations

from typing import Any

from studio.api import encoded, running
from studio.api.openai import documents
from studio.api.openai.answers import Looks
from studio.api.running import Work
from studio.api.sse import Event, Telling
from studio.catalog.entries import AUTO
from studio.catalog.fields import OPAQUE
from studio.images.models import Image
from studio.jobs.listening import Preview
from studio.jobs.models import Job

HOLDS = documents.HOLDS


def telling(work: Work, kind: str, partials: int) -> Telling:
    """Events called ``kind``.partial_image, of each picture at most ``partials``, and ``kind``.completed."""

    def preview(look: Preview, number: int) -> Event:
        job = running.last_job(work.run)
        shape = Looks(
            size=f"{job.width}x{job.height}" if job.width and job.height else AUTO,
            quality=documents.quality(job),
            background=job.parameters.get("background") or OPAQUE,
            # What its bytes are: a look may be of another format than the picture.
            output_format=documents.format_of(look.mime),
        )
        known = _known(f"{kind}.partial_image", job, shape) | {"partial_image_index": number}
        return Event(known["type"], known, HOLDS, encoded.in_base64(look.data))

    def picture(job: Job, image: Image, place: int, _is_last: bool) -> Event:
        known = _known(f"{kind}.completed", job, documents.looks(job, image.blob))
        known |= {"model": job.model, **documents.named(image)}
        known["usage"] = documents.usage(job, place, len(running.delivered(job))).model_dump()
        return Event(known["type"], known, HOLDS, encoded.picture(image))

    return Telling(preview, picture, previews=partials)


def _known(name: str, job: Job, shape: Looks) -> dict[str, Any]:
    return {"type": name, "created_at": int(job.created_at.timestamp()), **shape.model_dump()}
