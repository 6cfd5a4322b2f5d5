"""What a browser hears of pictures that moved to the bin or back, and of files that are ready."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from studio.accounts.actors import Actor
from studio.core.events import Notice
from studio.gallery import exports
from studio.gallery import notices as topics
from studio.images import selectors as images
from studio.images.models import Image
from studio.web import picture
from studio.web.export_words import words
from studio.web.live.hub import Subscription

FRESH = timedelta(seconds=5)
"""A file that was ready while its person went from page to page is told on the next."""


def parts(notices: Iterable[Notice], listeners: list[Subscription]) -> dict[Subscription, list[str]]:
    """Partials for the pages on which a moved picture is, or may be, shown."""
    named = _channels(notices, topics.PICTURE)
    anything = {channel for channels in _channels(notices, topics.PICTURES).values() for channel in channels}
    found: dict[Subscription, list[str]] = defaultdict(list)
    moved = images.with_binner([UUID(ref) for ref in named]) if named else []
    for listener in listeners:
        if listener.channels & anything:
            seen = [image for image in moved if listener.channels & named[str(image.pk)]]
            found[listener].append(_part(seen, listener.actor))
    return found


def toasts(notices: Iterable[Notice], listeners: list[Subscription]) -> list[tuple[Subscription, bytes]]:
    """A toast on every page of whoever asked for a file that is ready now, or never will be."""
    named = _channels(notices, topics.EXPORT)
    over = exports.by_ids([UUID(ref) for ref in named]) if named else []
    return [
        (listener, toast(asdict(words(export))))
        for export in over
        for listener in listeners
        if listener.actor.user is not None and listener.actor.user.pk == export.owner_id
    ]


def missed(actor: Actor, notices: Iterable[Notice], last_seen: int | None) -> bytes:
    """The toasts that a browser did not hear: since its last message, or, on a new page, in the last seconds."""
    if actor.user is None:
        return b""
    if last_seen is None:
        over = exports.finished_since(actor, timezone.now() - FRESH)
    else:
        new = [notice for notice in notices if notice.id > last_seen]
        ids = [UUID(ref) for ref in _channels(new, topics.EXPORT)]
        over = [export for export in exports.by_ids(ids) if export.owner_id == actor.user.pk]
    return b"".join(toast(asdict(words(export))) for export in over)


def toast(message: dict[str, str]) -> bytes:
    """An event of its own, for it is shown once and is no region's state."""
    return f"event: toast\ndata: {json.dumps(message)}\n\n".encode()


def _channels(notices: Iterable[Notice], topic: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        if notice.topic == topic:
            found[notice.ref].add(notice.channel)
    return found


def _part(moved: list[Image], actor: Actor) -> str:
    shown = [{"image": image, "binned": picture.binned(image, actor)} for image in moved]
    return render_to_string("images/_live_moved.html", {"moved": shown})
