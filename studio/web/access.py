"""How a page gets a row: only through here, so that what is missing and what is foreign look the same.

``…_for`` answers a row that the person may see, ``editable_…_for`` one that they may change, ``led_…_for``
one that they lead. All raise NotFound; the last two raise Forbidden when the person may see the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from studio.accounts import selectors as accounts
from studio.accounts.actors import Actor, Owned, OwnedQuerySet
from studio.accounts.models import ApiKey, Team, User
from studio.accounts.teams import LEADING_ROLES
from studio.catalog.models import Breaker
from studio.core.errors import Forbidden, NotFound
from studio.gallery.models import Collection, Export
from studio.images.models import Image
from studio.jobs import selectors as runs
from studio.jobs.models import Job, Project, Run
from studio.sample import selectors as sample
from studio.web.http import StudioRequest


def image_for(request: StudioRequest, id: UUID) -> Image:  # noqa: A002 (the URL's own word)
    """A picture, in the bin or not, with its stored bytes' facts."""
    return _seen(_images(), request.actor, id)


def editable_image_for(request: StudioRequest, id: UUID) -> Image:  # noqa: A002
    return _changed(_images(), request.actor, id)


def images_for(request: StudioRequest, ids: Sequence[UUID]) -> list[Image]:
    """All of these pictures, in the order of the ids. Raises NotFound if one is not to be seen. One query."""
    return _all(_images().visible_to(request.actor), ids)


def editable_images_for(request: StudioRequest, ids: Sequence[UUID]) -> list[Image]:
    """As ``images_for``; raises Forbidden if the person sees them all and may not change one."""
    found = images_for(request, ids)
    if _images().editable_by(request.actor).filter(pk__in=list(ids)).count() < len(found):
        raise unchangeable()
    return found


def collection_for(request: StudioRequest, id: UUID) -> Collection:  # noqa: A002
    return _seen(OwnedQuerySet(Collection), request.actor, id)


def editable_collection_for(request: StudioRequest, id: UUID) -> Collection:  # noqa: A002
    return _changed(OwnedQuerySet(Collection), request.actor, id)


def export_for(request: StudioRequest, id: UUID) -> Export:  # noqa: A002
    """One's own; nobody else's exists."""
    found = Export.objects.filter(pk=id, owner=request.user).first()
    if found is None:
        raise missing()
    return found


def project_for(request: StudioRequest, id: UUID) -> Project:  # noqa: A002
    return _seen(OwnedQuerySet(Project), request.actor, id)


def editable_project_for(request: StudioRequest, id: UUID) -> Project:  # noqa: A002
    return _changed(OwnedQuerySet(Project), request.actor, id)


def run_for(request: StudioRequest, id: UUID) -> Run:  # noqa: A002
    """A run with its project."""
    return _seen(_runs(), request.actor, id)


def whole_run_for(request: StudioRequest, id: UUID) -> Run:  # noqa: A002
    """A run with all that its row shows."""
    return _seen(runs.whole(), request.actor, id)


def editable_run_for(request: StudioRequest, id: UUID) -> Run:  # noqa: A002
    return _changed(_runs(), request.actor, id)


def job_for(request: StudioRequest, id: UUID) -> Job:  # noqa: A002
    """A job with its run and project; it is seen by whoever sees the run."""
    job = Job.objects.select_related("run__project").filter(pk=id).first()
    if job is None or not OwnedQuerySet(Run).visible_to(request.actor).filter(pk=job.run_id).exists():
        raise missing()
    return job


def jobs_for(request: StudioRequest, ids: Sequence[UUID]) -> list[Job]:
    """Those of the jobs that the person may see, with run, project and outputs: three queries at most."""
    if not ids:
        return []
    seen: OwnedQuerySet[Run] = OwnedQuerySet(Run).visible_to(request.actor)
    jobs = Job.objects.filter(pk__in=ids, run__in=seen)
    return list(jobs.select_related("run__project").prefetch_related("outputs"))


def editable_job_for(request: StudioRequest, id: UUID) -> Job:  # noqa: A002
    job = job_for(request, id)
    editable_run_for(request, job.run_id)
    return job


def key_for(request: StudioRequest, id: UUID) -> ApiKey:  # noqa: A002
    """A key of the person's own, or of a team that they lead; who sees it may revoke it."""
    found = accounts.keys_visible_to(request.actor).filter(pk=id).first()
    if found is None:
        raise missing()
    return found


def team_for(request: StudioRequest, id: UUID) -> Team:  # noqa: A002
    """One of the person's own teams."""
    found = next((team for team in request.workspace.teams if team.pk == id), None)
    if found is None:
        raise missing()
    return found


def led_team_for(request: StudioRequest, id: UUID) -> Team:  # noqa: A002
    """A team that the person leads; its other members are told that they may not."""
    found = team_for(request, id)
    if request.actor.roles[found.pk] not in LEADING_ROLES:
        raise Forbidden(_("Only the team's owners and admins can do that."))
    return found


def member_for(request: StudioRequest, team: Team, user_id: int) -> User:
    """Somebody in a team that ``team_for`` gave."""
    user = User.objects.filter(pk=user_id, memberships__team=team).first()
    if user is None:
        raise missing()
    return user


def person_for(request: StudioRequest, user_id: int) -> User:
    """Anybody on this server who may sign in one day, for staff."""
    staff(request)
    user = User.objects.filter(pk=user_id).exclude(pk__in=sample.stand_ins()).first()
    if user is None:
        raise missing()
    return user


def any_team_for(request: StudioRequest, id: UUID) -> Team:  # noqa: A002
    """Any team on this server, for staff."""
    staff(request)
    found = Team.objects.filter(pk=id).first()
    if found is None:
        raise missing()
    return found


def id_of(text: str) -> UUID:
    """An id that came in a form. Raises NotFound for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise missing() from error


def staff(request: StudioRequest) -> User:
    """The person, who runs this server. To everybody else the page does not exist."""
    if not request.actor.is_staff:
        raise missing()
    return request.actor.require_user()


def breaker_for(request: StudioRequest, number: int) -> Breaker | None:
    """What stopped a vendor, for who runs the server; None once it is gone. To everybody else there is none."""
    staff(request)
    return Breaker.objects.filter(pk=number).first()


def missing() -> NotFound:
    return NotFound(_("The link may be old, or the page is not yours to see."))


def unchangeable() -> Forbidden:
    return Forbidden(_("You may see this, but your role in the team does not let you change it."))


def _images() -> OwnedQuerySet[Image]:
    """Every picture that is still somebody's to see; one deleted for good is nobody's."""
    return OwnedQuerySet(Image).select_related("blob").filter(discarded=False)


def _runs() -> OwnedQuerySet[Run]:
    return OwnedQuerySet(Run).select_related("project")


def _seen[Row: Owned](rows: OwnedQuerySet[Row], actor: Actor, id: UUID) -> Row:  # noqa: A002
    row = rows.visible_to(actor).filter(pk=id).first()
    if row is None:
        raise missing()
    return row


def _changed[Row: Owned](rows: OwnedQuerySet[Row], actor: Actor, id: UUID) -> Row:  # noqa: A002
    row = rows.editable_by(actor).filter(pk=id).first()
    if row is not None:
        return row
    _seen(rows, actor, id)
    raise unchangeable()


def _all[Row: Owned](rows: OwnedQuerySet[Row], ids: Sequence[UUID]) -> list[Row]:
    found = {row.pk: row for row in rows.filter(pk__in=list(ids))}
    if any(wanted not in found for wanted in ids):
        raise missing()
    return [found[wanted] for wanted in dict.fromkeys(ids)]
