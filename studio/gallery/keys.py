"""API keys with all that hangs on them, made as one: the cap on what they spend, and the collection that their pictures
go into.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from studio.accounts import keys
from studio.accounts.actors import Actor, OwnedQuerySet, actor_for_key, may_edit
from studio.accounts.models import ApiKey
from studio.core import db
from studio.core.errors import Invalid
from studio.core.micros import Micros
from studio.credits import caps
from studio.gallery import collections
from studio.gallery.models import Collection, KeyCollection
from studio.images.models import Image
from studio.jobs.models import Job


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


def file_delivered(sender: type[Job], *, job: Job, image: Image, **_more: Any) -> None:
    """Put a picture that a key asked for into the key's collection, if the key's owner may still change it.

    The collection's row is held until the end of the transaction, so that it is not deleted meanwhile. Jobs that no
    key asked for cost no query.
    """
    if job.run.api_key_id is None:
        return
    rows = KeyCollection.objects.select_related("collection", "key__owner")
    aim = rows.select_for_update(of=("collection",), no_key=True).filter(key=job.run.api_key_id).first()
    if aim and _takes(aim.collection, aim.key, image):
        collections.add(collection=aim.collection, images=[image])


def _takes(collection: Collection, key: ApiKey, what: ApiKey | Image) -> bool:
    return collections.fits(collection, what) and may_edit(actor_for_key(key), collection)
