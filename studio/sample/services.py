"""The sample studio: thirty days of a small team, painted and written through the same services as real work.

``begin`` makes the team within the caller's transaction and asks a worker for the rest; ``load`` does it, oldest
run first, each in a transaction of its own. Whoever loads holds a lease. A load that ends in the middle is gone on
with by the next one: a run that is there is not told again, and the money's keys see to it that it moves once.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from providers.base import InputImage
from studio.accounts.actors import Actor
from studio.accounts.models import User
from studio.core import clock, db, events, leases
from studio.core.micros import from_credits
from studio.credits import services as credits
from studio.gallery import services as gallery
from studio.images import services as images
from studio.jobs import projects, quoting
from studio.jobs.models import Run
from studio.jobs.quoting import Priced
from studio.jobs.specs import ReferenceSpec
from studio.sample import cast as casting
from studio.sample import painting, shelving, story, telling
from studio.sample.cast import Cast
from studio.sample.models import Sample
from studio.sample.story import Given, Moved, Told

log = logging.getLogger(__name__)

TASK = "studio.worker.tasks.load_sample"
TOPIC = "sample"
LEASE, LEASE_SECONDS = "sample", 60.0
REST, MOST_DOUBLED = timedelta(seconds=15), 10
AHEAD = 6
"""Runs that are painted before their turn: enough for both hands, and no more than the memory should hold."""

TIME = re.compile(r"(?:(\d+)d (\d\d):(\d\d)|(\d+)m)")
NO_IMAGE = UUID(int=0)

type Progress = Callable[[int, int], object]
"""Told how many pictures of how many are there."""


@transaction.atomic
def begin(owner: User) -> Sample:
    """The team, which ``owner`` owns, with its people and the project that the studio opens with.

    The rest comes from a worker, soon after the commit. Where there is a sample already, it is that one.
    """
    if there := Sample.objects.first():
        return there
    sample = casting.gather(owner, timezone.now())
    cast = casting.cast_of(sample)
    newest = next(told for told in story.RUNS if told.project == story.AMBER)
    with clock.at(moment(sample, newest.at)):
        projects.new_project(actor=cast.actor(newest.who), team=cast.team, name=newest.project)
    transaction.on_commit(ask)
    return sample


def ask() -> None:
    """Tell a worker that there is a sample to load. With the broker down ``remind`` does it later."""
    try:
        current_app.send_task(TASK, ignore_result=True, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, the sample studio waits: %s", error)


def remind() -> None:
    """Ask once more where a sample is not all there and nobody is at it; after each try twice as long in between."""
    sample = Sample.objects.filter(ready_at=None).first()
    if sample and leases.is_free(LEASE) and _rested(sample):
        ask()


def _rested(sample: Sample) -> bool:
    rest = REST * 2 ** min(sample.tries, MOST_DOUBLED)
    return sample.tried_at is None or timezone.now() >= sample.tried_at + rest


def load(*, runs: Sequence[Told] = story.RUNS, progress: Progress | None = None) -> bool:
    """Paint and write what is missing of the sample; True once all of it is there.

    False where there is none to load, or another process is at it. Safe to call at any time.
    """
    holder = uuid4().hex
    sample = Sample.objects.filter(ready_at=None).select_related("team", "owner").first()
    if sample is None or not leases.hold(LEASE, holder=holder, seconds=LEASE_SECONDS):
        return Sample.objects.filter(ready_at__isnull=False).exists()
    Sample.objects.filter(pk=sample.pk).update(tries=F("tries") + 1, tried_at=timezone.now())
    try:
        return _load(sample, holder, runs, progress)
    finally:
        leases.let_go(LEASE, holder=holder)


def _load(sample: Sample, holder: str, runs: Sequence[Told], progress: Progress | None) -> bool:
    """Whether it came to the end: who took longer over one picture than the lease lasts leaves it to the next."""
    cast = casting.cast_of(sample)
    before = set(Run.objects.filter(team=sample.team).values_list("key", flat=True))
    missing = [told for told in runs if telling.key_of(sample, told) not in before]
    moves = sorted(enumerate(story.POOL), key=lambda pair: moment(sample, pair[1].at))
    total, done = sum(pictures(told) for told in runs), 0
    done = total - sum(pictures(told) for told in missing)
    sources = {given.of for told in runs for given in told.given}
    with painting.studio(partial(_read, sample)) as studio:
        for place, told in enumerate(missing):
            for coming in missing[:AHEAD] if not place else missing[place + AHEAD - 1 : place + AHEAD]:
                studio.begin(coming, _priced(coming), pictures(coming), coming.name in sources)
            when = moment(sample, told.at)
            while moves and moment(sample, moves[0][1].at) <= when:
                _move(sample, cast, *moves.pop(0))
            telling.tell(sample, cast, told, when, studio.finish(told))
            if not leases.hold(LEASE, holder=holder, seconds=LEASE_SECONDS):
                return False
            done += pictures(told)
            if progress:
                progress(done, total)
    for move in moves:
        _move(sample, cast, *move)
    _close(sample, cast)
    return True


@db.atomic()
def _close(sample: Sample, cast: Cast) -> None:
    """Hearts, stars and collections; then all is there, and the person is told."""
    owner = Actor(user=sample.owner, roles={sample.team_id: "owner"})
    for name in story.FAVOURITES:
        if image := telling.made_by(sample, name):
            gallery.set_favourite(actor=owner, image=image, on=True)
    for name, stars in story.STARS.items():
        if image := telling.made_by(sample, name):
            gallery.rate(actor=owner, image=image, stars=stars)
    shelving.collect(sample, cast)
    Sample.objects.filter(pk=sample.pk).update(ready_at=timezone.now())
    events.publish([f"user:{sample.owner_id}"], TOPIC, sample.pk)


def pictures(told: Told) -> int:
    """How many pictures come of a run."""
    asked = sum(int(wish.settings.get("n", "1")) for wish in told.wishes)
    return asked if told.delivered is None else told.delivered


TOTAL = sum(pictures(told) for told in story.RUNS)


def moment(sample: Sample, at: str) -> datetime:
    """When something of the story happened, in the owner's zone for a time of day."""
    found = TIME.fullmatch(at)
    if found is None:
        raise ValueError(f"not a time of the story: {at}")
    days, hour, minute, ago = found.groups()
    if ago:
        return sample.told_at - timedelta(minutes=int(ago))
    day = sample.told_at.astimezone(ZoneInfo(sample.owner.timezone)) - timedelta(days=int(days))
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def _priced(told: Told) -> list[Priced]:
    # Which pictures go along is not known before they are painted, and no price depends on it.
    stand_ins = [ReferenceSpec(NO_IMAGE, given.role) for given in told.given]
    return [quoting.price(spec=spec) for spec in telling.specs_of(told, stand_ins)]


def _read(sample: Sample, given: Given) -> InputImage:
    """A picture that an earlier load told of."""
    image = telling.made_by(sample, given.of, given.index)
    if image is None:
        raise LookupError(f"{given.of} is not there")
    return InputImage(*images.source_bytes(image), given.role)


def _move(sample: Sample, cast: Cast, place: int, moved: Moved) -> None:
    """A grant, or a correction, by the studio itself."""
    amount, key = from_credits(Decimal(moved.credits)), f"sample:{sample.pk}:{place}"
    when = moment(sample, moved.at)
    with clock.at(when):
        if amount < 0:
            credits.adjust(account_id=cast.pool_id, amount=amount, key=key, actor=None, reason=moved.reason)
            return
        expires_at = when + timedelta(days=moved.days) if moved.days else None
        credits.grant(
            account_id=cast.pool_id,
            amount=amount,
            key=key,
            actor=None,
            reason=moved.reason,
            expires_at=expires_at,
        )
