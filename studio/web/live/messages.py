"""What a change looks like on a page: partials of the page's own templates, rendered once for all who see the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, may_edit
from studio.core import events
from studio.core.events import Notice
from studio.gallery import selectors as gallery
from studio.jobs import notices as topics
from studio.jobs import presence
from studio.jobs import selectors as jobs
from studio.jobs.models import Run
from studio.sample import services as sample
from studio.web import rows
from studio.web.context import shell_of
from studio.web.live import kept
from studio.web.live.hub import Subscription, encode

BALANCE = "balance"
RUN_TOPICS = (topics.RUN, topics.RUNS_ADDED)


def present_state(actor: Actor, wanted: str, last_seen: int | None) -> bytes:
    """The first message of a stream: every open run, and those that changed since the browser last heard."""
    # Read before the rows: what changes in between is told once more, never missed.
    last_id = events.latest_id()
    ids, missed = set(jobs.open_runs(actor)), list[Notice]()
    if last_seen is not None:
        missed = events.around(last_seen)
        changed = {UUID(notice.ref) for notice in missed if notice.topic in RUN_TOPICS}
        ids |= {run.pk for run in jobs.by_ids(changed) if _may_see(actor, run)}
    parts = [_run_part(run, actor) for run in jobs.by_ids(ids)]
    state = encode([*parts, _shell_part(actor, wanted), _workers_part()], last_id)
    return state + kept.missed(actor, missed, last_seen)


def render(notices: list[Notice], listeners: list[Subscription]) -> list[tuple[Subscription, bytes]]:
    """The messages for these changes, each browser's in one event."""
    parts: dict[Subscription, list[str]] = defaultdict(list)
    for run_id, channels in _changed_runs(notices).items():
        concerned = [listener for listener in listeners if listener.channels & channels]
        for run in jobs.by_ids([run_id]) if concerned else []:
            _add_run(parts, run, concerned)
    _add_shells(parts, notices, listeners)
    for listener, texts in kept.parts(notices, listeners).items():
        parts[listener] += texts
    if any(notice.topic == presence.WORKERS for notice in notices):
        text = _workers_part()
        for listener in listeners:
            parts[listener].append(text)
    last_id = max(notice.id for notice in notices)
    told = [(listener, encode(texts, last_id)) for listener, texts in parts.items()]
    return told + kept.toasts(notices, listeners) + _sample_ready(notices, listeners)


def _sample_ready(notices: list[Notice], listeners: list[Subscription]) -> list[tuple[Subscription, bytes]]:
    """A toast for whoever loaded the sample studio."""
    channels = {notice.channel for notice in notices if notice.topic == sample.TOPIC}
    words = {"kind": "good", "title": _("The sample studio is ready"), "label": _("Open the gallery")}
    toast = f"event: toast\ndata: {json.dumps(words | {'href': reverse('gallery')})}\n\n".encode()
    return [(listener, toast) for listener in listeners if listener.channels & channels]


def _changed_runs(notices: Iterable[Notice]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for notice in notices:
        if notice.topic in RUN_TOPICS:
            found[UUID(notice.ref)].add(notice.channel)
    return found


def _add_run(parts: dict[Subscription, list[str]], run: Run, concerned: list[Subscription]) -> None:
    """One rendering for all who may change the run, one for those who may not, one for each who has a heart on it."""
    hearts = gallery.favourites_by_user(jobs.picture_ids([run]))
    rendered: dict[tuple[bool, int | None], str] = {}
    for listener in concerned:
        if not _may_see(listener.actor, run) or listener.actor.user is None:
            continue
        user_id = listener.actor.user.pk
        # The owner's name is shown to others alone, and hearts are each person's own.
        personal = user_id in hearts or user_id == run.owner_id
        key = (may_edit(listener.actor, run), user_id if personal else None)
        if key not in rendered:
            rendered[key] = _run_part(run, listener.actor, frozenset(hearts.get(user_id, ())))
        parts[listener].append(rendered[key])


def _add_shells(
    parts: dict[Subscription, list[str]], notices: list[Notice], listeners: list[Subscription]
) -> None:
    """The balance and the running count of those whose credits or runs moved."""
    channels = {notice.channel for notice in notices if notice.topic in (BALANCE, *RUN_TOPICS)}
    rendered: dict[tuple[int, str], str] = {}
    for listener in listeners:
        user = listener.actor.user
        if user is None or not listener.channels & channels:
            continue
        key = (user.pk, listener.wanted)
        if key not in rendered:
            rendered[key] = _shell_part(listener.actor, listener.wanted)
        parts[listener].append(rendered[key])


def _may_see(actor: Actor, run: Run) -> bool:
    if actor.user is not None and run.owner_id == actor.user.pk and run.team_id is None:
        return True
    return run.team_id in actor.roles and (
        run.visibility != "private" or run.owner_id == getattr(actor.user, "pk", 0)
    )


def _run_part(run: Run, actor: Actor, favourites: frozenset[UUID] | None = None) -> str:
    if favourites is None:
        favourites = gallery.favourites_of(actor, jobs.picture_ids([run]))
    row = rows.rows([run], actor, favourites)[0]
    return render_to_string("studio/page.html#run_answer", {"run": row})


def _shell_part(actor: Actor, wanted: str) -> str:
    return render_to_string("components/_live_shell.html", shell_of(actor, wanted))


def _workers_part() -> str:
    page = {"worker_alive": presence.anyone_working(), "worker_command": presence.COMMAND}
    return render_to_string("studio/_live_workers.html", {"page": page})
