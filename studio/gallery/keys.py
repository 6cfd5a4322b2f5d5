"""API keys with all that hangs on them, made as one: the cap on what they spend, and the collection that their pictures
go into.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from studio.accounts import keys
from studio.accounts.actors import Actor, OwnedQuerySet, actor_for_key, may_edit
from studio.accounts.models import ApiKey
from studio.core import db
from studio.core.errors import Invalid
from studio.core.micros import Micros
from studio.core.statements import Given, Rows
from studio.credits import caps
from studio.gallery import collections
from studio.gallery.models import Collection, KeyCollection, RunCollection
from studio.images.models import Image
from studio.jobs.models import Job, Run


def make(*, cap: Micros | None, collection: Collection | None, **facts: Any) -> tuple[ApiKey, str]:
    """A new key and its text, as ``accounts.keys.make`` makes it from ``facts``.

    Raises what that raises, and Invalid at ``cap`` or ``collection``; nothing is made then.
    """
    with db.atomic():
        key, text = keys.make(**facts)
        caps.set_limit(caps.KEY, str(key.pk), cap)
        set_collection(key=key, collection=collection)
    return key, text


def set_collection(*, key: ApiKey, collection: Collection | None) -> None:
    """Put what this key makes from now on into the collection, or into none.

    Raises Invalid for a collection of another workspace, or one that the key's owner may not change.
    """
    if collection is None:
        KeyCollection.objects.filter(key=key).delete()
        return
    with db.atomic():
        there = Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).first()
        if there is None or not _takes(there, key, key):
            raise Invalid(
                _("Check the form."),
                fields={"collection": _("Choose a collection of the key's workspace that you may change.")},
            )
        KeyCollection.objects.update_or_create(key=key, defaults={"collection": there})


def collections_of(actor: Actor, of: Iterable[ApiKey]) -> dict[UUID, str]:
    """The name of the collection of each key that has one, by the key's id, in one query.

    It is empty for a collection that the actor may not see: somebody's private one, on a key of a team that they lead.
    """
    seen: QuerySet[Collection] = OwnedQuerySet(Collection).visible_to(actor)
    aims = KeyCollection.objects.filter(key__in=[key.pk for key in of]).annotate(
        seen=Exists(seen.filter(pk=OuterRef("collection")))
    )
    named = aims.values_list("key_id", "collection__name", "seen")
    return {key_id: name if visible else "" for key_id, name, visible in named}


def set_run_collection(run: Run, *, collection: Collection) -> None:
    """Put what this run makes into the collection, in the transaction that writes the run. Raises Invalid for one of
    another workspace, or that is gone."""
    there = Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk).first()
    if there is None or not collections.fits(there, run.project):
        text = _("Choose a collection of the project's workspace.")
        raise Invalid(text, fields={"collection": text})
    RunCollection.objects.create(run=run, collection=there)


def file_delivered(sender: type[Job], *, job: Job, image: Image, **_more: Any) -> None:
    """Put a picture that a key asked for into the run's collection, else into the key's, if the key's owner may still
    change it. A retry of a run has that one's.

    The collection's row is held until the end of the transaction, so that it is not deleted meanwhile. Jobs that no
    key asked for cost no query.
    """
    if job.run.api_key_id is None:
        return
    aim = _aim(job.run)
    # Read now: the key of a run that was read before says nothing of what its owner may do since.
    key = keys.named(job.run.api_key_id) if aim else None
    if aim and key and _takes(aim, key, image):
        collections.add(collection=aim, images=[image])


def _aim(run: Run) -> Collection | None:
    """Where the pictures of a run that a key asked for go, held; one query."""
    return _NEAREST.first(run=run.pk, parent=run.parent_id or run.pk, key=run.api_key_id)


def _nearest() -> QuerySet[Collection]:
    runs = RunCollection.objects.filter(Q(run=Given("run")) | Q(run=Given("parent")))
    aims = runs.values("collection").union(
        KeyCollection.objects.filter(key=Given("key")).values("collection")
    )
    of_this = runs.filter(collection=OuterRef("pk"))
    of_run = of_this.filter(run=Given("run"))
    nearest = Case(When(Exists(of_run), then=0), When(Exists(of_this), then=1), default=2)
    found = Collection.objects.filter(pk__in=aims).order_by(nearest)
    return found.select_for_update(of=("self",), no_key=True)[:1]


_NEAREST = Rows(_nearest)


def _takes(collection: Collection, key: ApiKey, what: ApiKey | Image) -> bool:
    return collections.fits(collection, what) and may_edit(actor_for_key(key), collection)
