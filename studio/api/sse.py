"""A job as Server-Sent Events: its previews while it is worked on, each picture in an event of its own, and an end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase

from studio.api import running
from studio.api.endpoints import STREAM
from studio.api.http import ApiRequest
from studio.api.running import Work
from studio.api.streams import WAIT, Pieces, give_back, streamed
from studio.core.errors import StudioError
from studio.images.models import Image
from studio.jobs.listening import Preview
from studio.jobs.models import Job

BEAT = b": still working\n\n"
"""A comment: every client passes over it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: a document, and in its field ``holds`` a picture's text, which comes in pieces."""

    name: str
    document: Mapping[str, Any]
    holds: str = ""
    text: Iterable[bytes] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """How a dialect tells of a job, event by event.

    ``preview`` gets one that came, and its number among those of its picture from 0; at most ``previews`` of each
    picture are told. ``picture`` gets the job that is over, one of its pictures, its place from 0, and whether it is
    the last. ``ending`` is sent after it.
    """

    preview: Callable[[Preview, int], Event]
    picture: Callable[[Job, Image, int, bool], Event]
    previews: int = 0
    ending: bytes = b""


def followed(request: ApiRequest, work: Work, telling: Telling) -> HttpResponseBase:
    """The events of a job; of one that was over before, its last alone.

    Raises StudioError where it ends without pictures before there was anything to tell: the client then hears of it by
    the status. Later it stands in an event ``error``, after which the stream ends.
    """
    give_back(request)
    heard = work.bell.wait if telling.previews else work.over
    heard(settings.API_QUIET_SECONDS)
    if work.over():
        running.delivered(work.job())
    return streamed(request, _events(request, work, telling), STREAM, bell=work.bell, beat=BEAT)


def _events(request: ApiRequest, work: Work, telling: Telling) -> Pieces:
    yield BEAT
    told: Counter[int] = Counter()
    over = False
    while not over:
        # Asked before the previews are looked at: none comes after it is over.
        over = work.over()
        for preview in work.previews():
            if told[preview.index] < telling.previews:
                yield from written(telling.preview(preview, told[preview.index]))
                told[preview.index] += 1
        if not over:
            yield WAIT
    try:
        job = work.job()
        pictures = running.delivered(job)
    except StudioError as error:
        _status, document = request.dialect.document(error)
        yield from written(Event("error", {"type": "error", **document}))
        return
    for place, image in enumerate(pictures):
        yield from written(telling.picture(job, image, place, image is pictures[-1]))
    if telling.ending:
        yield telling.ending


def written(event: Event) -> Iterator[bytes]:
    """The event as it is sent, in pieces: one line of JSON, the picture at its end."""
    head = f"event: {event.name}\ndata: {json.dumps(event.document)}".encode()
    if not event.holds:
        yield head + b"\n\n"
        return
    yield head.removesuffix(b"}") + f', "{event.holds}": "'.encode()
    yield from event.text
    yield b'"}\n\n'
