"""How this door gets a row: only through here, by the key that asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from studio.accounts import keys
from studio.accounts.actors import Actor, Owned, actor_for_key, may_edit
from studio.accounts.models import ApiKey
from studio.api import ids
from studio.core.errors import Forbidden, NotFound
from studio.gallery.models import Collection
from studio.images import selectors as images
from studio.images.models import Image
from studio.jobs import listing
from studio.jobs import selectors as runs
from studio.jobs.models import Project, Run


def picture_for(actor: Actor, kind: ids.Kind, image_id: UUID) -> Image:
    """A picture, in the bin or not, with its stored bytes' facts. Raises NotFound in the words of the kind of id."""
    image = images.seen(actor, image_id)
    if image is None:
        raise ids.missing(kind)
    return image


def result_for(key_id: UUID, image_id: UUID) -> Image:
    """A picture by its signed address, as the key that asked for it sees it now: not in the bin. Raises NotFound.

    Three queries.
    """
    key = keys.named(key_id)
    image = images.seen(actor_for_key(key), image_id) if key else None
    if image is None or image.binned_at is not None:
        raise no_result()
    return image


def no_result() -> NotFound:
    return NotFound(_("There is no picture at this address, or not any more."))


def run_called(actor: Actor, name: str) -> Run | None:
    """The run that was asked for under this very idempotency key."""
    return Run.objects.filter(owner=actor.require_user(), key=name).first()


def same_wish(key: ApiKey, *, wish: str, since: datetime) -> Run | None:
    """The newest run that this very key asked for since then, in words whose hash is ``wish``."""
    lately = Run.objects.filter(api_key=key, created_at__gt=since, body_hash=wish)
    return lately.order_by("-created_at").first()


def task_for(actor: Actor, run_id: UUID) -> Run:
    """A run that a program asked for, read whole. Raises NotFound; four queries, five with references."""
    asked = runs.whole().visible_to(actor).filter(origin=Run.Origin.API)
    found = asked.filter(pk=run_id).first()
    if found is None:
        raise ids.missing("tsk")
    return found


def changeable_task_for(actor: Actor, run_id: UUID) -> Run:
    """As ``task_for``; raises Forbidden where the run may be seen and not be changed."""
    found = task_for(actor, run_id)
    _check_change(actor, found)
    return found


def run_for(actor: Actor, run_id: UUID) -> Run:
    """Any run that the actor may see, read whole and with its state. Raises NotFound."""
    found = listing.stated(actor).filter(pk=run_id).first()
    if found is None:
        raise ids.missing("run")
    return found


def changeable_run_for(actor: Actor, run_id: UUID) -> Run:
    """As ``run_for``; raises Forbidden where the run may be seen and not be changed."""
    found = run_for(actor, run_id)
    _check_change(actor, found)
    return found


def project_for(actor: Actor, project_id: UUID) -> Project:
    """Raises NotFound."""
    found = Project.objects.visible_to(actor).select_related("team").filter(pk=project_id).first()
    if found is None:
        raise ids.missing("prj")
    return found


def changeable_project_for(actor: Actor, project_id: UUID) -> Project:
    """As ``project_for``; raises Forbidden where it may be seen and not be changed."""
    found = project_for(actor, project_id)
    _check_change(actor, found)
    return found


def collection_for(actor: Actor, collection_id: UUID) -> Collection:
    """Raises NotFound."""
    found = Collection.objects.visible_to(actor).select_related("team").filter(pk=collection_id).first()
    if found is None:
        raise ids.missing("col")
    return found


def changeable_collection_for(actor: Actor, collection_id: UUID) -> Collection:
    """As ``collection_for``; raises Forbidden where it may be seen and not be changed."""
    found = collection_for(actor, collection_id)
    _check_change(actor, found)
    return found


def changeable_picture_for(actor: Actor, image_id: UUID) -> Image:
    """As ``picture_for``; raises Forbidden where it may be seen and not be changed."""
    found = picture_for(actor, "img", image_id)
    _check_change(actor, found)
    return found


def _check_change(actor: Actor, row: Owned) -> None:
    if not may_edit(actor, row):
        raise Forbidden(_("You may see this, but your role in the team does not let you change it."))


def seen(actor: Actor, wanted: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the pictures that the actor may see, in the bin or not."""
    there = Image.objects.visible_to(actor).filter(pk__in=list(wanted), discarded=False)
    return frozenset(there.values_list("pk", flat=True))


def sides_of(actor: Actor, wanted: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Width and height in pixels of those of the pictures that the actor may use."""
    if not wanted:
        return {}
    there = Image.objects.visible_to(actor).filter(discarded=False).select_related("blob")
    return {key: image.blob.sides for key, image in there.in_bulk(list(wanted)).items()}
