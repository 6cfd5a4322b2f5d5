"""The one answer to a request that waits: a document once the job is over, and signs of life until then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpResponseBase

from studio.api.http import ApiRequest
from studio.api.running import Work
from studio.api.streams import WAIT, Pieces, give_back, streamed
from studio.core.errors import StudioError
from studio.jobs.models import Job

JSON = "application/json"
Answer = Callable[[Job], Iterator[bytes]]
"""Makes the document of a job that is over, in pieces; raises at once where there is none."""


class BrokenOff(Exception):
    """The job failed after the answer had begun: the connection ends without an end, so that no client takes what it
    got for a whole answer."""


def answered(request: ApiRequest, work: Work, answer: Answer) -> HttpResponseBase:
    """The answer of a job; raises StudioError where it ends without pictures.

    A job that takes longer than API_QUIET_SECONDS gets a 200 and white space, which JSON allows before a document: a
    proxy that ends silent connections lets it live. Should it fail after that, the error stands in the document, and
    the connection is broken off: the client's own repeat then gets the error with its status.
    """
    give_back(request)
    if work.over(settings.API_QUIET_SECONDS):
        return streamed(request, answer(work.job()), JSON)
    return streamed(request, _late(request, work, answer), JSON, bell=work.bell, beat=b" ")


def _late(request: ApiRequest, work: Work, answer: Answer) -> Pieces:
    yield b" "
    while not work.over():
        yield WAIT
    try:
        yield from answer(work.job())
    except StudioError as error:
        _status, document = request.dialect.document(error)
        yield json.dumps(document).encode()
        raise BrokenOff(error.code) from error
