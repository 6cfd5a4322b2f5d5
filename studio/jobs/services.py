"""Submit and cancel: the only way in to the queue. What is run once more goes through ``again`` and comes here.

Order of locks in a submit: the project's number, what is written along (a collection), then the payer's account (see
``credits.models``). A delivery locks a collection before the account, too: the other way round the two would wait for
each other, and a paid picture be lost to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import ApiKey, Team
from studio.catalog import automatic
from studio.catalog.fields import MAX_SEED
from studio.core import clock, db
from studio.core.errors import Invalid
from studio.core.statements import Change, Given, Rows, insert
from studio.credits import caps
from studio.credits import selectors as balances
from studio.credits import services as credits
from studio.images.models import Image
from studio.jobs import billing, dispatch, failpoints, notices, outcomes, quoting
from studio.jobs.errors import KeyReused, NotCancellable, NothingToRetry, QuoteChanged
from studio.jobs.models import Job, Project, Reference, Run, State
from studio.jobs.quoting import Priced
from studio.jobs.specs import JobSpec, body_hash, missing_pictures

KEY_LENGTH = 80

_OF_KEY = Rows(lambda: Run.objects.filter(owner=Given("owner"), key=Given("key")))
_ONE_MORE = Change(
    lambda: Project.objects.filter(pk=Given("project")),
    last_number=F("last_number") + 1,
    used_at=Given("now"),
)
_NUMBER = Rows(lambda: Project.objects.filter(pk=Given("project")).values_list("last_number", flat=True))


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose workspace a run is made in, and which account pays; both are fixed at submit."""

    account_id: UUID
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class Via:
    """The API key that a run was asked for with; ``end_user`` is a keyed hash of whom its program named."""

    key: ApiKey
    end_user: str = ""


def submit(
    *,
    actor: Actor,
    payer: Payer,
    project: Project,
    specs: Sequence[JobSpec],
    key: str,
    quoted_high: int | None = None,
    parent: Run | None = None,
    via: Via | None = None,
    wish: str = "",
    retry_of: Job | None = None,
    along: Callable[[Run], None] | None = None,
    hint: bool = True,
) -> Run:
    """Check, quote, hold and write one run with its jobs, all or nothing; the workers hear of it after commit.

    The same ``key`` with the same wish gives the same run and costs nothing. ``quoted_high`` (micros) is
    what the person was shown. ``wish`` is a hash of what was sent, where ``specs`` say what that means
    today: a repeat is known by it. What a room above keeps of the run it writes ``along``, in the same transaction.
    Without a ``hint`` the caller works on the jobs itself. Raises Invalid, ModelNotOffered, QuoteChanged, KeyReused,
    InsufficientCredits, CapReached, AccountBlocked; ValueError where the payer is not of the project's workspace.
    """
    _check(payer, project, key)
    owner, wish = actor.require_user(), wish or body_hash(project.pk, specs)
    if repeat := _OF_KEY.first(owner=owner.pk, key=key):
        return _repeated(repeat, wish)
    if not specs:
        raise Invalid(_("Choose a model to run."), fields={"model": _("Choose a model.")})
    images = _reference_images(actor, specs, retry_of)
    wishes = [spec.measured({key: each.blob.sides for key, each in images.items()}) for spec in specs]
    # Quoted before the transaction: it may write a price version, and nobody should wait for that behind a lock.
    priced = _priced(payer, wishes, retry_of, quoted_high)
    run = Run(
        project=project,
        owner=owner,
        team=project.team,
        visibility=project.visibility,
        parent=parent,
        prompt=specs[0].prompt,
        origin=Run.Origin.API if via else Run.Origin.STUDIO,
        api_key=via.key if via else None,
        end_user=via.end_user if via else "",
        key=key,
        body_hash=wish,
    )
    try:
        with db.atomic():
            _write(run, payer, priced, images, along, hint=hint)
    except IntegrityError:
        # Two presses at once: the other one won between our look and our insert.
        winner = _OF_KEY.first(owner=owner.pk, key=key)
        if winner is None:
            raise
        return _repeated(winner, wish)
    return run


def _check(payer: Payer, project: Project, key: str) -> None:
    if (payer.team.pk if payer.team else None) != project.team_id:
        raise ValueError("the payer is of another workspace than the project")
    if not 0 < len(key) <= KEY_LENGTH or "\0" in key:
        raise Invalid(_("An idempotency key has 1 to 80 characters."))


def _write(
    run: Run,
    payer: Payer,
    priced: Sequence[Priced],
    images: dict[UUID, Image],
    along: Callable[[Run], None] | None,
    *,
    hint: bool,
) -> None:
    run.number = _next_number(run.project)
    insert([run])
    if along:
        along(run)
    # Retries of one job go to one project, whose number is ours until the commit: nobody retries beside us now.
    if any(item.retry_of and missing_pictures(item.retry_of) < item.parameters.n for item in priced):
        raise NothingToRetry
    jobs = [add_job(run, position, item, payer, images) for position, item in enumerate(priced)]
    notices.run_added(run)
    if hint:
        dispatch.wake([job.pk for job in jobs])
    failpoints.reach("submitting")


def _priced(
    payer: Payer, specs: Sequence[JobSpec], retry_of: Job | None, quoted_high: int | None
) -> list[Priced]:
    """Raises QuoteChanged where all of it costs more than was quoted."""
    available = _available(payer, specs)
    priced = [quoting.price(spec=spec, retry_of=retry_of, available=available) for spec in specs]
    high = sum(item.most for item in priced)
    if quoted_high is not None and high > quoted_high:
        raise QuoteChanged(high)
    return priced


def _available(payer: Payer, specs: Sequence[JobSpec]) -> int | None:
    """What the payer has in micros, where a choice between models depends on it; None saves the question."""
    if all(spec.model != automatic.ID for spec in specs):
        return None
    return balances.balance(payer.account_id).available


def _repeated(run: Run, wish: str) -> Run:
    if run.body_hash != wish:
        raise KeyReused
    return run


def _next_number(project: Project) -> int:
    _ONE_MORE.make(project=project.pk, now=clock.now())
    project.last_number = _NUMBER.all(project=project.pk)[0]
    return project.last_number


def _reference_images(actor: Actor, specs: Sequence[JobSpec], retry_of: Job | None) -> dict[UUID, Image]:
    """The referenced pictures that the actor may see. Raises Invalid for any other.

    One that was deleted for good is kept for its own runs alone: a retry has it, no new wish does.
    """
    wanted = {ref.image_id for spec in specs for ref in spec.references}
    if not wanted:
        return {}
    kept = Reference.objects.filter(job=retry_of).values("image")
    there = Image.objects.visible_to(actor).filter(Q(discarded=False) | Q(pk__in=kept))
    found = there.select_related("blob").in_bulk(list(wanted))
    if missing := wanted - set(found):
        text = _("%(count)d reference is no longer available. Remove it or add it again.")
        raise Invalid(text % {"count": len(missing)}, fields={"references": text % {"count": len(missing)}})
    return dict(found)


def add_job(run: Run, position: int, item: Priced, payer: Payer, images: Mapping[UUID, Image]) -> Job:
    """One job of the run, with its hold and references, inside the caller's transaction.

    Raises InsufficientCredits, CapReached, AccountBlocked.
    """
    checked = item.parameters
    job = Job(
        run=run,
        position=position,
        payer_id=payer.account_id,
        model=item.entry.id,
        model_label=item.entry.label,
        provider=item.entry.provider,
        upstream=item.entry.upstream,
        kind=item.entry.does(item.spec.kind),
        prompt=item.spec.prompt,
        negative_prompt=checked.negative_prompt,
        n=checked.n,
        seed=_seed(item),
        width=checked.width,
        height=checked.height,
        parameters=checked.as_json(),
        price_version=item.version,
        quote=billing.snapshot(item.quote, item.ask),
        route=item.route,
        retry_of=item.retry_of,
        due_at=clock.now(),
    )
    if billing.is_held(job):
        credits.hold(
            account_id=payer.account_id,
            amount=item.quote.high,
            key=job.hold_key,
            label=_label(run, job),
            under=caps.Under(caps.KEY, str(run.api_key_id)) if run.api_key_id else None,
        )
    insert([job])
    if references := [
        Reference(job=job, position=index, role=ref.role, image=images[ref.image_id])
        for index, ref in enumerate(item.spec.references)
    ]:
        insert(references)
    return job


def _seed(item: Priced) -> int | None:
    """The seed that was asked for, or one drawn now, so that what was made can be made again."""
    if not item.entry.supports.seed:
        return None
    return item.parameters.seed if item.parameters.seed is not None else secrets.randbelow(MAX_SEED)


def _label(run: Run, job: Job) -> str:
    return f"#{run.number} {job.model_label} × {job.n}"


@db.atomic()
def cancel(*, job: Job) -> Job:
    """Stop a job. A queued one ends at once; a running one ends when its worker sees the wish.

    Raises NotCancellable when it is over.
    """
    if outcomes.cancel_waiting(job):
        return job
    if Job.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel_requested=True):
        notices.run_changed(job.run)
    elif not outcomes.cancel_waiting(job):
        # The second look is for a job that its worker put back into the queue between the first and the update.
        raise NotCancellable
    return job


def cancel_run(*, run: Run) -> None:
    """Stop every job of the run that is not over. Raises NotCancellable when all are."""
    working = run.jobs.filter(state__in=[State.ASKED, State.QUEUED, State.RUNNING]).select_related("run")
    jobs = list(working)
    if not jobs:
        raise NotCancellable
    while jobs:
        for job in jobs:
            # One that ends between our look and our wish needs no cancelling.
            with suppress(NotCancellable):
                cancel(job=job)
        # Of those that ended so, one may have gone on to another model.
        jobs = list(working.filter(cancel_requested=False))
