"""What happens to pictures: stored, added, taken in, linked.

Files are written before the rows that name them and outside any transaction, so a crash leaves files
without rows, which ``images.orphans`` removes, and never a row without its files.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, Visibility
from studio.accounts.models import Team, User
from studio.core import clock, db
from studio.core.errors import Forbidden
from studio.core.ids import uuid7_at
from studio.core.statements import Change, Given, insert
from studio.images import intake, search, shelves, storage, words
from studio.images.bare import is_bare, says_nothing
from studio.images.errors import NotKept
from studio.images.headers import Header
from studio.images.intake import Prepared
from studio.images.limits import MAX_BYTES, rendition_widths
from studio.images.models import Blob, Image, Lineage
from studio.images.unseen import see

log = logging.getLogger(__name__)

_ONE_MORE_USE = Change(lambda: Blob.objects.filter(sha256=Given("sha256")), uses=F("uses") + 1)

UNSEEN_COLOR = "#808080"
"""What stands for a picture that nobody has decoded yet."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture whose files are written under ``key``; ``add`` makes rows of it. One that is not ``seen`` yet has no
    display copies so far, and its facts are those of its header.
    """

    key: str
    sha256: str
    mime: str
    size: int
    width: int
    height: int
    color: str
    placeholder: str
    transparent: bool
    renditions: tuple[int, ...]
    bare: bool
    seen: bool = True


def store(prepared: Prepared, *, durable: bool = True) -> Stored:
    """Write the files, and wait until the disk has them unless told not to. Call it outside any transaction.

    Raises NotKept where the disk is full or cannot be written, and leaves nothing of the picture behind then.
    """
    key = storage.new_key()
    files = {storage.original_name(key, prepared.mime): prepared.data}
    files |= {storage.rendition_name(key, width): data for width, data in prepared.renditions.items()}
    _write(key, files, durable=durable)
    return Stored(
        key=key,
        sha256=prepared.sha256,
        mime=prepared.mime,
        size=len(prepared.data),
        width=prepared.width,
        height=prepared.height,
        color=prepared.color,
        placeholder=prepared.placeholder,
        transparent=prepared.transparent,
        renditions=tuple(sorted(prepared.renditions)),
        bare=says_nothing(prepared.data, prepared.mime),
    )


def store_unseen(data: bytes, header: Header) -> Stored:
    """Write a vendor's picture of which only the header was read, and wait until the disk has it. Outside any
    transaction. Its display copies are planned and not made: whoever needs one before makes it (see ``images.unseen``).

    Raises NotKept as ``store`` does.
    """
    key = storage.new_key()
    _write(key, {storage.original_name(key, header.mime): data})
    return Stored(
        key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=header.mime,
        size=len(data),
        width=header.width,
        height=header.height,
        color=UNSEEN_COLOR,
        placeholder="",
        transparent=False,
        renditions=tuple(rendition_widths(header.width)),
        bare=says_nothing(data, header.mime),
        seen=False,
    )


def _write(key: str, files: Mapping[str, bytes], *, durable: bool = True) -> None:
    """All files of a key, or none. Raises NotKept."""
    try:
        for name, data in files.items():
            storage.put(name, data, durable=durable)
    except OSError as error:
        storage.delete_blob(key)
        log.error("a picture of %d bytes was not kept: %s", len(next(iter(files.values()))), error)
        raise NotKept(error) from error


def add(
    *,
    stored: Stored,
    kind: str,
    owner: User,
    team: Team | None,
    visibility: str = Visibility.TEAM,
    name: str = "",
    prompt: str = "",
    revised_prompt: str = "",
    model: str = "",
    model_label: str = "",
    operation: str = "",
    seed: int | None = None,
    cost: int = 0,
    alt: str = "",
    at: datetime | None = None,
) -> Image:
    """Make the picture's rows, inside the caller's transaction. ``cost`` is in micros; ``at`` is when it was made,
    now if nothing else is said.

    Bytes that are in the store already are shared; the copy written for nothing goes after the commit.
    """
    blob, made = _hold_blob(stored), at or clock.now()
    image = Image(
        id=uuid7_at(made),
        created_at=made,
        ratio=blob.ratio,
        words=words.indexed(owner.pk, team.pk if team else None, prompt, alt, name),
        blob=blob,
        kind=kind,
        owner=owner,
        team=team,
        visibility=visibility,
        name=name[:200],
        prompt=prompt,
        revised_prompt=revised_prompt,
        model=model,
        model_label=model_label,
        operation=operation,
        seed=seed,
        cost=cost,
        alt=alt,
    )
    insert([image])
    register([image])
    return image


def register(images: list[Image]) -> None:
    """Put new pictures where they are found and counted, in the transaction that makes them."""
    search.index(images)
    shelves.count_in(images)


def hand_over(image: Image, *, owner: User, team: Team | None) -> None:
    """Make the picture somebody else's, or another workspace's, where it is found and counted from now on."""
    shelves.count_out([image])
    image.owner, image.team = owner, team
    image.words = words.indexed(owner.pk, team.pk if team else None, image.prompt, image.alt, image.name)
    image.save(update_fields=["owner", "team", "words"])
    register([image])


def rebuild() -> None:
    """Write index and counts anew from the rows, after a migration or a load of rows that passed them by."""
    search.rebuild()
    shelves.recount()


def _hold_blob(stored: Stored) -> Blob:
    """The blob of this content with one more use, made if it is new; safe against others who add or remove it."""
    while not _ONE_MORE_USE.make(sha256=stored.sha256):
        # Made by another between the two statements, it is found the next time; removed again by then, it is made.
        if insert([made := _blob_of(stored)], unless="sha256"):
            return made
    known = Blob.objects.filter(sha256=stored.sha256)
    transaction.on_commit(lambda: storage.delete_blob(stored.key))
    # Bytes that could not be read before are looked at once more: what is said of them holds for this picture too.
    known.filter(state=Blob.State.BROKEN).update(state=Blob.State.UNSEEN, look_at=clock.now())
    return known.get()


def _blob_of(stored: Stored) -> Blob:
    return Blob(
        sha256=stored.sha256,
        key=stored.key,
        mime=stored.mime,
        size=stored.size,
        width=stored.width,
        height=stored.height,
        renditions=list(stored.renditions),
        color=stored.color,
        placeholder=stored.placeholder,
        transparent=stored.transparent,
        bare=stored.bare,
        uses=1,
        state=Blob.State.READY if stored.seen else Blob.State.UNSEEN,
        look_at=None if stored.seen else clock.now(),
    )


def take_upload(
    *,
    actor: Actor,
    team: Team | None,
    data: bytes,
    name: str,
    kind: str = Image.Kind.UPLOAD,
    max_bytes: int = MAX_BYTES,
    once: bool = False,
) -> Image:
    """Take a file in from a person; in a team it becomes the team's. Only the sanitised copy is kept.

    With ``once``, what the owner brought to the workspace before is that same picture and no second one.
    Raises a BadPicture, Busy, NotKept, or Forbidden where the actor may not add to the team.
    """
    owner = owner_in(actor, team)
    prepared = intake.prepare(data, keep_original=False, name=name, max_bytes=max_bytes, urgent=True)
    brought = _brought(prepared.sha256, kind, owner, team)
    if once:
        if known := brought.first():
            return known
        db.release()
    stored = store(prepared)
    with transaction.atomic():
        # Whoever brings the same bytes at the same moment waits here for the blob, and then finds the other's picture.
        image = add(stored=stored, kind=kind, owner=owner, team=team, name=name)
        earlier = brought.exclude(pk=image.pk).first() if once else None
        if earlier is None:
            return image
        transaction.set_rollback(True)
    storage.delete_blob(stored.key)
    return earlier


def _brought(sha256: str, kind: str, owner: User, team: Team | None) -> QuerySet[Image]:
    """What the owner brought with these bytes to the workspace, the first of it first, without what is in the bin."""
    mine = Image.objects.filter(kind=kind, owner=owner, team=team, visibility=Visibility.TEAM, binned_at=None)
    return mine.filter(blob__sha256=sha256).select_related("blob").order_by("pk")


def owner_in(actor: Actor, team: Team | None) -> User:
    """Whose a picture is that the actor adds to the team. Raises Forbidden where they may not."""
    if team is not None and team.pk not in actor.editing_teams:
        raise Forbidden(_("Your role in %(team)s does not add pictures.") % {"team": team.name})
    return actor.require_user()


def source_bytes(image: Image) -> tuple[bytes, str, int, int]:
    """What is sent along as a reference: bytes, media type, width and height.

    A vendor's own file may carry notes, the prompt among them, and is turned by them or coloured by a profile: then
    its pixels alone are sent. Vendors do not all read AVIF, so that is sent as PNG. Raises FileNotFoundError if the
    file is missing, a BadPicture, or Busy.
    """
    blob = image.blob
    see(blob)
    data = storage.get(storage.original_name(blob.key, blob.mime))
    if is_bare(data, blob.mime):
        return data, blob.mime, blob.width, blob.height
    format_: intake.Format = "jpeg" if blob.mime == intake.JPEG else "png"
    return intake.convert(data, format_), f"image/{format_}", blob.width, blob.height


def original_pieces(image: Image, size: int) -> Iterator[bytes]:
    """The picture as its vendor made it, in pieces of ``size`` bytes up to the last. Raises FileNotFoundError if the
    file is missing, once the first is asked for."""
    with storage.open_file(storage.original_name(image.blob.key, image.blob.mime)) as file:
        while piece := file.read(size):
            yield piece


def converted(image: Image, format_: intake.Format) -> bytes:
    """The picture in another format, without metadata. Raises FileNotFoundError, a BadPicture, or Busy."""
    data = storage.get(storage.original_name(image.blob.key, image.blob.mime))
    return intake.convert(data, format_, urgent=True)


def link(parent: Image, child: Image, operation: str) -> None:
    """Say that ``child`` was made from ``parent``; saying it twice is saying it once."""
    Lineage.objects.get_or_create(parent=parent, child=child, operation=operation)


def put_preview(job_id: UUID, index: int, step: int, data: bytes) -> None:
    """Keep the newest look of a picture that is still forming. Raises a BadPicture, or Busy."""
    small = intake.preview(data)
    storage.put(storage.preview_name(job_id, index, step), small, durable=False)
    for older in storage.preview_steps(job_id, index):
        if older < step:
            storage.delete(storage.preview_name(job_id, index, older))


def drop_previews(job_id: UUID) -> None:
    """Forget a job's previews, once its pictures are there or never will be."""
    storage.delete_previews(job_id)
