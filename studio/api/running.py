"""A job asked for by a program: put in, worked on in this process, and waited for.

It is worked on in a thread of its own, so that a client that is slow or gone loses nothing: what was paid for is
stored, and the same request finds it again.
"""

from __future__ import annotations

import contextvars
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from django.db import Error, connections
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from studio.accounts.models import ApiKey
from studio.api import repeats, underway
from studio.api.errors import Kind, Refused, without_pictures
from studio.api.http import ApiRequest
from studio.api.streams import Bell
from studio.catalog import automatic
from studio.core import db
from studio.core.errors import StudioError
from studio.core.micros import Micros
from studio.credits import services as credits
from studio.gallery.keys import set_run_collection
from studio.gallery.models import Collection
from studio.images.models import Image
from studio.jobs import execution, projects, quoting, reading, services
from studio.jobs.errors import ModelNotOffered
from studio.jobs.execution import Waiter
from studio.jobs.listening import Preview
from studio.jobs.models import FINAL, Job, Project, Run, State
from studio.jobs.specs import JobSpec

log = logging.getLogger(__name__)

LOOK_SECONDS, LOOK_SHARE, LONGEST_LOOK = 0.1, 0.05, 1.0
"""A job that others work on, or that has no turn yet, is looked at again after this share of the time that it took so
far, and at least and at most so many seconds: hundreds that wait long may not keep the queue busy with their looks."""
WAIT_SECONDS = 900.0
"""How long a request waits for a job that others work on, or that its vendor has no room for."""
ENDS = FINAL | {State.UNCONFIRMED}


@dataclass(frozen=True, slots=True)
class Wish:
    """A request in the studio's own terms.

    ``otherwise`` is meant where the model of ``spec`` cannot be used and none may stand in: for one that nobody named.
    """

    spec: JobSpec
    otherwise: JobSpec | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Wishes that are one run of a job each, whose pictures go into the ``collection``, and which may cost ``most``
    micros. It goes to ``project``, else to the one that is ``called`` so in the key's workspace, else to the one that
    bears the key's name.
    """

    wishes: Sequence[Wish]
    project: Project | None = None
    called: str = ""
    collection: Collection | None = None
    most: Micros | None = None


def submitted(
    request: ApiRequest, asking: Callable[[], Wish], *, user: str = "", workers: bool = False
) -> Run:
    """The run of one wish; see ``ordered``."""
    return ordered(request, lambda: Order((asking(),)), user=user, workers=workers)


def ordered(
    request: ApiRequest, asking: Callable[[], Order], *, user: str = "", workers: bool = False
) -> Run:
    """The run in its project, paid as that one's workspace pays. Raises what ``submit`` raises.

    The same ``Idempotency-Key`` means the same run, and so does a repeat that the client's library made by itself:
    without a key, the run that the same API key asked for in the same words is meant, if it is no older than
    repeats.KNOWN_FOR and another try would not help. ``asking`` is called only for a new run: what is fetched for it is
    not fetched for a repeat. ``user`` is whom the program names as its own user. With ``workers`` they hear of it;
    else the caller makes a ``Work`` of the run, for which one of the person's places is taken here. Raises Refused
    where there is none, before anything costs.
    """
    if workers:
        return repeats.known(request) or _new(request, asking, user, workers=True)
    person = request.actor.require_user().pk
    underway.take_place(person)
    with ExitStack() as unless_it_runs:
        unless_it_runs.callback(underway.give_back, person)
        run = repeats.known(request) or _new(request, asking, user, workers=False)
        unless_it_runs.pop_all()
    return run


def _new(request: ApiRequest, asking: Callable[[], Order], user: str, *, workers: bool) -> Run:
    key, actor, order = request.key, request.actor, asking()
    meant = [understood(request, wish) for wish in order.wishes]
    project = order.project or projects.project_called(order.called or key.name, actor=actor, team=key.team)
    return services.submit(
        actor=actor,
        payer=payer_of(request, project),
        project=project,
        specs=[spec for spec, _most in meant],
        wish=request.wish,
        key=repeats.name_of(request),
        quoted_high=at_most([most for _spec, most in meant], order.most),
        via=services.Via(key, end_user(key.pk, user)),
        along=partial(set_run_collection, collection=order.collection) if order.collection else None,
        hint=workers,
    )


def payer_of(request: ApiRequest, project: Project) -> services.Payer:
    """Who pays for what is run in the project."""
    account = credits.paying_account(user=request.actor.require_user(), team=project.team)
    return services.Payer(account.pk, project.team)


def at_most(mosts: Sequence[Micros | None], said: Micros | None) -> Micros | None:
    """What a run may cost in micros where its jobs may cost these, and somebody ``said`` a most; None for any price."""
    known = [most for most in mosts if most is not None]
    bounds = ([Micros(sum(known))] if len(known) == len(mosts) else []) + ([] if said is None else [said])
    return min(bounds, default=None)


def understood(request: ApiRequest, wish: Wish) -> tuple[JobSpec, Micros | None]:
    """The wish to the model that its name means today, and the micros that it may cost where another stands in.

    Raises Refused where the key is not for the model. ``auto`` chooses among the key's models, or among all where the
    key is for ``auto`` by name.
    """
    allowed = request.key.allowed_models or None
    dialect = request.dialect
    try:
        found, name = quoting.named(wish.spec, prefer=dialect.prefers, among=allowed, fit=dialect.fit)
    except ModelNotOffered:
        if wish.otherwise is None:
            raise
        return understood(request, Wish(wish.otherwise))
    if allowed and found.model == automatic.ID not in allowed:
        return replace(found, among=tuple(allowed)), name.most
    if not may_use(request.key, found.model):
        text = _("This key is not for %(model)s.") % {"model": wish.spec.model}
        raise Refused(Kind.MODEL_DENIED, text, param="model")
    return found, name.most


def may_use(key: ApiKey, model_id: str) -> bool:
    """Whether the key is for this model; one that names none is for all."""
    return not key.allowed_models or model_id in key.allowed_models


def end_user(key_id: uuid.UUID, user: str) -> str:
    """A keyed hash of a program's user: equal for the same name under the same key, and nobody's name."""
    return salted_hmac("studio.api.user", f"{key_id}:{user}", algorithm="sha256").hexdigest() if user else ""


class Work:
    """A run that is worked on in a thread of its own until it is over or nobody can tell, and has the place that
    ``submitted`` took for it until then.

    ``bell`` rings whenever there is something new: a preview, of which each picture has at most ``previews``, or the
    end.
    """

    def __init__(self, run: Run, *, previews: int = 0) -> None:
        self.run = run
        self._waiter = Waiter(self._tell, previews)
        self.bell = Bell()
        self._previews: queue.SimpleQueue[Preview] = queue.SimpleQueue()
        self._over = threading.Event()
        self._job: Job | None = None
        self._refused: StudioError | None = None
        # The thread takes up the connection that wrote the run, and what that has read.
        db.release()
        inside = contextvars.copy_context()
        thread = threading.Thread(target=inside.run, args=(self._go,), name="api job", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # The system has no thread left; a worker gets the job from the sweep.
            underway.give_back(run.owner_id)
            raise

    def over(self, seconds: float = 0.0) -> bool:
        """Whether it ended, or does within ``seconds``."""
        return self._over.wait(seconds)

    def job(self) -> Job:
        """How it ended; waits for that. Raises Refused where it takes too long."""
        self._over.wait()
        if self._job is None:
            raise self._refused or Refused(Kind.BROKEN, _("Something went wrong here. Try again."))
        return self._job

    def previews(self) -> Iterator[Preview]:
        """Those that came since the last time, oldest first; waits for none."""
        while not self._previews.empty():
            yield self._previews.get()

    def _go(self) -> None:
        try:
            self._job = ended(self.run, self._waiter)
        except StudioError as refused:
            self._refused = refused
        except Error as error:
            # Whatever it was at, the sweep gives it to a worker, and the client's repeat waits for that.
            log.error("the database failed in run %s", self.run.pk, exc_info=error)
            text = _("The studio is busy or restarting. Try again in a moment.")
            self._refused = Refused(Kind.UNAVAILABLE, text)
        finally:
            underway.give_back(self.run.owner_id)
            self._over.set()
            self.bell.ring()
            connections.close_all()

    def _tell(self, preview: Preview) -> None:
        self._previews.put(preview)
        self.bell.ring()


def ended(run: Run, waiter: Waiter | None = None) -> Job:
    """The run's last job once it is over or nobody can tell; worked on here if no worker has it.

    The same claim, lease and fence as a worker's: should this process die, the sweep gives the job to one. No
    connection is held while somebody else works on it. ``waiter`` hears of each preview that comes in this process.
    Raises Refused where it takes too long.
    """
    began = time.monotonic()
    while True:
        job_id, state = reading.last_state(run)
        if state in ENDS:
            return reading.last_job(run)
        if execution.run_one(job_id, waiter):
            continue
        waited = time.monotonic() - began
        if waited >= WAIT_SECONDS:
            text = _(
                "It is not finished yet. Send the same request with the same Idempotency-Key to wait on."
            )
            raise Refused(Kind.STILL_RUNNING, text)
        db.release()
        time.sleep(max(LOOK_SECONDS, min(LONGEST_LOOK, waited * LOOK_SHARE)))


def settled(run: Run, seconds: float) -> bool:
    """Whether every job of the run is over, or nobody can tell of it, within ``seconds``; others work on them.

    Where the person has no place left to wait in, it is looked at once.
    """
    with underway.place_if_free(run.owner_id) as may_wait:
        until = time.monotonic() + (seconds if may_wait else 0)
        while run.jobs.exclude(state__in=ENDS).exists():
            left = until - time.monotonic()
            if left <= 0:
                return False
            db.release()
            time.sleep(min(LOOK_SECONDS, left))
    return True


def delivered(job: Job) -> list[Image]:
    """The pictures that the job delivered and that are still there. Raises Refused where there are none."""
    made = [output.image for output in job.outputs.all()]
    there = [image for image in made if image and not image.discarded]
    if made and not there:
        raise Refused(Kind.GONE, _("These pictures were deleted."))
    if not there:
        raise without_pictures(job)
    return there
