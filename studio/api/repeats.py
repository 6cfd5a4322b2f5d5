"""Which request is the same as one before: by the key that a program gave it, or as its client's own repeat."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from studio.api import access
from studio.api.errors import Kind, Refused, without_pictures
from studio.api.http import ApiRequest
from studio.core import clock
from studio.jobs.models import Run, State

KNOWN_FOR = timedelta(minutes=10)
"""How long a client's own repeat is known as one."""
KEY_LENGTH = 60


def idempotency_key(request: ApiRequest) -> str:
    """What makes this request the same as another; empty where nothing does. Raises Refused."""
    text = request.headers.get("Idempotency-Key", "").strip()
    if len(text) > KEY_LENGTH or not text.isprintable():
        words = _("An Idempotency-Key has 1 to %(most)s printable characters.") % {"most": KEY_LENGTH}
        raise Refused(Kind.BAD_VALUE, words, param="Idempotency-Key")
    return text


def _sent_again(request: ApiRequest) -> bool:
    """Whether the vendor's own client repeats this by itself: it counts its tries in a header."""
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isascii() and count.isdigit() and int(count[:9]) > 0


def known(request: ApiRequest) -> Run | None:
    """The run that this request repeats. Raises Refused where its key came with other words."""
    if idempotency_key(request):
        before = access.run_called(request.actor, name_of(request))
        if before and before.body_hash != request.wish:
            text = _("This Idempotency-Key came with another request before. Send each request with its own.")
            raise Refused(Kind.KEY_REUSED, text)
        return before
    if not _sent_again(request):
        return None
    newest = access.same_wish(request.key, wish=request.wish, since=clock.now() - KNOWN_FOR)
    return newest if newest and not _worth_another_try(newest) else None


def name_of(request: ApiRequest) -> str:
    """What a run is known by among its owner's: by the ``Idempotency-Key``, or by a name of its own."""
    return f"{request.key.prefix}:{idempotency_key(request) or uuid.uuid4().hex}"


def _worth_another_try(run: Run) -> bool:
    job = run.jobs.order_by("-position")[0]
    return job.state == State.FAILED and without_pictures(job).status >= 500
